"""LEG-05, first form: a question is opened by one side alone and closed by both."""

import pytest
from django.test import Client

from tests.world import World
from trellis.core.conditions import Blocked, Hidden, Invalid, Refused
from trellis.core.ids import new
from trellis.governance import replay
from trellis.governance import services as governance
from trellis.governance.kinds import stage_conditions
from trellis.law import selectors, services
from trellis.law.kinds import QuestionClose
from trellis.law.models import RightsQuestion


def opened(world: World, who: str = "norvia:rights-officer", **more: object) -> RightsQuestion:
    question, _ = services.question_open(
        world.viewer(who),
        world.programme,
        title="Lawful access training",
        text="No court order is needed.",
        **more,
    )
    return RightsQuestion.objects.current().get(subject=question)


@pytest.mark.parametrize("who", ["norvia:rights-officer", "ministry:rights-officer", "ministry:coordinator"])
def test_leg_05_one_side_alone_opens(world: World, who: str) -> None:
    row = opened(world, who)
    assert row.open and row.raised_by == world.org(who.split(":")[0])
    assert [q.subject for q in selectors.open_questions(world.programme)] == [row.subject]


@pytest.mark.parametrize("who", ["norvia:programme-officer", "cert:cert-lead", "evaluator:verifier", "centre:trainer"])
def test_leg_05_others_are_refused_and_told_who_holds_the_right(world: World, who: str) -> None:
    with pytest.raises(Refused) as refused:
        opened(world, who)
    assert any("rights-officer of norvia" in h for h in refused.value.holders)
    assert not RightsQuestion.objects.exists()


def test_leg_05_one_key_does_not_close_and_two_do(world: World) -> None:
    row = opened(world)
    decision = services.question_close(
        world.viewer("norvia:rights-officer"), world.programme, row.subject, "A judge signs each request."
    )
    assert selectors.open_questions(world.programme)
    with pytest.raises(Blocked) as blocked:
        governance.adopt_if_ready(world.viewer("norvia:rights-officer"), decision.pk)
    assert any("partner" in c.name for c in blocked.value.conditions)
    governance.key_turn(world.viewer("ministry:rights-officer"), decision.pk)
    assert not selectors.open_questions(world.programme)
    closed = RightsQuestion.objects.current().get(subject=row.subject)
    assert closed.safeguards == "A judge signs each request." and closed.raised_by == world.org("norvia")


def test_leg_05_closing_without_safeguards_is_refused(world: World) -> None:
    row = opened(world)
    with pytest.raises(Invalid):
        services.question_close(world.viewer("norvia:rights-officer"), world.programme, row.subject, " ")
    payload = QuestionClose(question=row.subject, safeguards="")
    world.decide("norvia:rights-officer", "rights.question-close", payload, "ministry:rights-officer")
    assert selectors.open_questions(world.programme)


def test_a_question_blocks_only_what_it_is_about(world: World) -> None:
    tranche, other = new(), new()
    row = opened(world, about=tranche, about_title="Tranche 4")
    assert [q.subject for q in selectors.open_questions(world.programme, tranche)] == [row.subject]
    assert not selectors.open_questions(world.programme, other)
    whole = opened(world)
    assert [q.subject for q in selectors.open_questions(world.programme, [other])] == [whole.subject]


def test_an_open_question_about_the_programme_blocks_active(world: World) -> None:
    name = "No rights question about the whole programme is open"
    assert {c.name: c.met for c in stage_conditions(world.programme, "active")}[name] is True
    opened(world)
    assert {c.name: c.met for c in stage_conditions(world.programme, "active")}[name] is False


def test_an_outsider_sees_nothing(world: World) -> None:
    row = opened(world)
    with pytest.raises(Hidden):
        selectors.questions(world.viewer("outsider"), world.programme)
    with pytest.raises(Hidden):
        services.question_open(world.viewer("outsider"), world.programme, title="x", text="y")
    client = Client()
    client.force_login(world.people["outsider"])
    for path in ("", "open/", f"{row.subject}/"):
        assert client.get(f"/p/{world.programme}/law/questions/{path}").status_code == 404
    assert client.get(f"/api/programmes/{world.programme}/rights-questions").status_code == 404


def test_pages_open_and_close(world: World) -> None:
    client = Client()
    client.force_login(world.people["norvia:rights-officer"])
    base = f"/p/{world.programme}/law/questions/"
    assert b"No rights question has been opened" in client.get(base).content
    assert client.post(base + "open/", {"title": "", "text": ""}).status_code == 200
    made = client.post(base + "open/", {"title": "Interception", "text": "No safeguard in law."})
    assert made.status_code == 302
    page = client.get(made["Location"])
    assert b"blocks the whole programme" in page.content and b"Propose to close it" in page.content
    assert client.post(made["Location"], {"safeguards": "Training only with a judge's order."}).status_code == 302
    client.force_login(world.people["cert:cert-lead"])
    page = client.get(base)
    assert b"Interception" in page.content and b"Open a question" not in page.content
    assert b"right of" in page.content
    assert b"Interception" in b"".join(client.get(base + "?format=csv").streaming_content)  # type: ignore[attr-defined]


def test_api_opens_and_lists(world: World) -> None:
    client = Client()
    client.force_login(world.people["ministry:rights-officer"])
    url = f"/api/programmes/{world.programme}/rights-questions"
    made = client.post(url, {"title": "Retention", "text": "Logs are kept for ever."}, content_type="application/json")
    assert made.status_code == 201, made.content
    assert client.get(url).json()[0]["title"] == "Retention"
    client.force_login(world.people["norvia:programme-officer"])
    refused = client.post(url, {"title": "x", "text": "y"}, content_type="application/json")
    assert refused.status_code == 403 and refused.json()["holders"]


def test_replay_rebuilds_the_questions(world: World) -> None:
    row = opened(world)
    services.question_close(world.viewer("norvia:rights-officer"), world.programme, row.subject, "Agreed.")
    assert list(replay.verify_tables(world.programme)) == []
