"""EXI-01 and EXI-02: the clause checker, both signatures, amendments, what lies outside the scope."""

from datetime import date

import pytest
from django.test import Client

from tests.world import World
from trellis.agreements import selectors, services
from trellis.agreements.models import Agreement
from trellis.agreements.schemas import CLAUSES, AgreementSign
from trellis.core.conditions import Blocked, Hidden, Refused
from trellis.core.ids import new
from trellis.governance import replay
from trellis.governance import services as governance
from trellis.governance.kinds import stage_conditions

COORDINATOR, OFFICER = "ministry:coordinator", "norvia:programme-officer"


def text(world: World, **changes: object) -> AgreementSign:
    said: dict[str, object] = {
        "agreement": new(),
        "version": 1,
        "title": "Memorandum",
        "languages": ("en",),
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2030, 12, 31),
        "donors": (world.org("norvia"),),
        "strands": ("policy",),
        "currency": "EUR",
        "ceiling": 1_000_000,
        **{name: f"Agreed on {name}." for name in CLAUSES},
    }
    return AgreementSign.model_validate({**said, **changes})


def sign(world: World, payload: AgreementSign, *keys: str) -> None:
    decision = services.agreement_sign(world.viewer(COORDINATOR), world.programme, payload)
    for who in keys or (OFFICER,):
        governance.key_turn(world.viewer(who), decision.pk)


@pytest.mark.parametrize("clause", list(CLAUSES))
def test_exi_01_any_missing_clause_is_refused_by_name(world: World, clause: str) -> None:
    with pytest.raises(Blocked) as blocked:
        sign(world, text(world, **{clause: "  "}))
    assert [c.name for c in blocked.value.conditions] == [f"Clause: {CLAUSES[clause]}"]
    assert not Agreement.objects.exists()


def test_exi_01_all_missing_clauses_are_listed_together(world: World) -> None:
    with pytest.raises(Blocked) as blocked:
        sign(world, text(world, **dict.fromkeys(CLAUSES, ""), strands=()))
    assert len(blocked.value.conditions) == len(CLAUSES) + 1


def test_exi_01_a_proposal_past_the_service_is_not_adopted_either(world: World) -> None:
    world.decide(COORDINATOR, "agreement.sign", text(world, exit_strategy=""), OFFICER)
    assert not Agreement.objects.exists()


def test_exi_01_one_signature_is_not_enough_and_two_are(world: World) -> None:
    payload = text(world)
    decision = services.agreement_sign(world.viewer(OFFICER), world.programme, payload)
    assert not selectors.in_force(world.programme)
    with pytest.raises(Blocked) as blocked:
        governance.adopt_if_ready(world.viewer(OFFICER), decision.pk)
    assert [c.name for c in blocked.value.conditions] == ["Key of partner"]
    governance.key_turn(world.viewer(COORDINATOR), decision.pk)
    assert [a.id for a in selectors.in_force(world.programme)] == [payload.agreement]
    assert {s["organisation"] for s in selectors.signatures(Agreement.objects.get())} == {
        "Ministry of Digital Affairs",
        "Norvia Development Agency",
    }


def test_exi_01_every_donor_named_signs_and_others_need_not(world: World) -> None:
    both = text(world, donors=(world.org("norvia"), world.org("lindaria")))
    sign(world, both, OFFICER)
    assert not selectors.in_force(world.programme)
    decision = governance.Decision.objects.get(about=both.agreement)
    governance.key_turn(world.viewer("lindaria:programme-officer"), decision.pk)
    assert len(selectors.in_force(world.programme)) == 1
    assert not selectors.in_force(world.programme, donor=world.org("centre"))


def test_exi_01_a_party_that_is_no_donor_cannot_be_bound_as_one(world: World) -> None:
    payload = text(world, donors=(world.org("norvia"), world.org("evaluator")))
    world.decide(COORDINATOR, "agreement.sign", payload, OFFICER)
    assert not Agreement.objects.exists()


def test_exi_02_an_amendment_is_a_version_and_needs_both_keys(world: World) -> None:
    first = text(world)
    sign(world, first)
    second = first.model_copy(
        update={"version": 2, "strands": ("policy", "technical-training"), "change": "Training added."}
    )
    decision = services.agreement_sign(world.viewer(COORDINATOR), world.programme, second)
    assert selectors.agreements(world.programme)[0].version == 1
    governance.key_turn(world.viewer(OFFICER), decision.pk)
    assert selectors.agreements(world.programme)[0].version == 2
    assert [v.version for v in selectors.versions(world.viewer("cert"), world.programme, first.agreement)] == [2, 1]


def test_exi_02_an_amendment_says_why_and_follows_the_last(world: World) -> None:
    first = text(world)
    sign(world, first)
    with pytest.raises(Blocked):
        sign(world, first.model_copy(update={"version": 2}))
    world.decide(COORDINATOR, "agreement.sign", first.model_copy(update={"version": 3, "change": "x"}), OFFICER)
    assert selectors.agreements(world.programme)[0].version == 1


def test_exi_02_no_donor_is_dropped_without_its_key(world: World) -> None:
    first = text(world, donors=(world.org("norvia"), world.org("lindaria")))
    sign(world, first, OFFICER, "lindaria:programme-officer")
    second = first.model_copy(update={"version": 2, "donors": (world.org("norvia"),), "change": "Lindaria leaves."})
    sign(world, second, OFFICER)
    assert selectors.agreements(world.programme)[0].version == 1


def test_exi_02_out_of_scope_activities_are_flagged(world: World) -> None:
    named, training, policy = new(), new(), new()
    sign(world, text(world, activities=(named,)))
    asked = [(named, "long-term-capacity"), (training, "technical-training"), (policy, "policy")]
    assert selectors.out_of_scope(world.programme, asked) == {training}
    assert selectors.out_of_scope(world.programme, asked, date(2031, 1, 1)) == {named, training, policy}


def test_exi_01_agreed_needs_an_agreement_in_force(world: World) -> None:
    name = "An agreement is in force, signed by both sides"
    assert {c.name: c.met for c in stage_conditions(world.programme, "agreed")}[name] is False
    sign(world, text(world))
    assert {c.name: c.met for c in stage_conditions(world.programme, "agreed")}[name] is True


def test_who_holds_no_right_is_told_who_does(world: World) -> None:
    with pytest.raises(Refused) as refused:
        services.agreement_sign(world.viewer("cert:cert-lead"), world.programme, text(world))
    assert any("coordinator of ministry" in h for h in refused.value.holders)


def test_an_outsider_sees_nothing(world: World) -> None:
    payload = text(world)
    sign(world, payload)
    with pytest.raises(Hidden):
        selectors.versions(world.viewer("outsider"), world.programme, payload.agreement)
    client = Client()
    client.force_login(world.people["outsider"])
    base = f"/p/{world.programme}/agreements/"
    for path in ("", f"{payload.agreement}/", f"{payload.agreement}/v1/", "drafts/new/"):
        assert client.get(base + path).status_code == 404
    assert client.get(f"/api/programmes/{world.programme}/agreements").status_code == 404


def test_replay_rebuilds_agreements(world: World) -> None:
    sign(world, text(world))
    assert list(replay.verify_tables(world.programme)) == []


def form(world: World, **changes: object) -> dict[str, object]:
    return {
        "title": "Memorandum",
        "donors": [str(world.org("norvia"))],
        "languages": "en, fr",
        "starts_on": "2026-01-01",
        "ends_on": "2030-12-31",
        "currency": "eur",
        "ceiling": "1000000",
        "strands": ["policy"],
        **{name: f"Agreed on {name}." for name in CLAUSES},
        **changes,
    }


def test_pages_from_draft_to_printed_text(world: World) -> None:
    client = Client()
    client.force_login(world.people[COORDINATOR])
    base = f"/p/{world.programme}/agreements/"
    assert b"No agreement is signed" in client.get(base).content
    assert client.post(base + "drafts/new/", {"title": ""}).status_code == 200
    made = client.post(base + "drafts/new/", form(world, exit_strategy=""))
    assert made.status_code == 302
    page = client.get(made["Location"])
    assert b"This clause is missing" in page.content and b"Propose for signature" not in page.content
    refused = client.post(made["Location"] + "propose/")
    assert refused.status_code == 409 and b"Exit strategy" in refused.content
    client.post(made["Location"], form(world))
    assert b"Propose for signature" in client.get(made["Location"]).content
    assert client.post(made["Location"] + "propose/").status_code == 302
    decision = governance.Decision.objects.get(kind="agreement.sign")
    governance.key_turn(world.viewer(OFFICER), decision.pk)
    client.force_login(world.people["lindaria:programme-officer"])
    page = client.get(base)
    assert b"in force" in page.content and client.get(made["Location"]).status_code == 404
    text = client.get(f"{base}{decision.about}/v1/")
    assert b"programme-officer of norvia" in text.content and b"SHA-256" in text.content
    client.force_login(world.people["cert:cert-lead"])
    page = client.get(f"{base}{decision.about}/")
    assert b"Draft an amendment" not in page.content and b"is the right of" in page.content
    client.force_login(world.people[COORDINATOR])
    amend = client.post(f"{base}{decision.about}/amend/")
    assert b"What changes, and why" in client.get(amend["Location"]).content


def test_api_signs_and_lists(world: World) -> None:
    client = Client()
    client.force_login(world.people[COORDINATOR])
    url = f"/api/programmes/{world.programme}/agreements"
    payload = text(world, milestones="")
    refused = client.post(url, payload.model_dump_json(), content_type="application/json")
    assert refused.status_code == 409 and refused.json()["conditions"][0]["name"] == "Clause: Milestones"
    made = client.post(url, text(world).model_dump_json(), content_type="application/json")
    assert made.status_code == 201
    governance.key_turn(world.viewer(OFFICER), made.json()["decision"])
    assert client.get(url).json()[0]["in_force"] is True
