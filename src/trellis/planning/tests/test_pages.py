"""Pages and API of planning: drafting a plan from nothing to adoption, and nothing for outsiders."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.world import World
from trellis.assessment.tests.room import closed
from trellis.core import ids
from trellis.governance import services as governance
from trellis.governance.models import Decision
from trellis.planning import selectors, services
from trellis.planning.tests.room import DPO, KEYS, NCC, activity, adopted, directed, drafted


def client(world: World, who: str) -> Client:
    found = Client()
    found.force_login(world.people[who])
    return found


def url(world: World, name: str, *args: Any) -> str:
    return reverse(f"planning:{name}", args=[world.programme, *args])


def form(world: World, **more: str) -> dict[str, str]:
    return {
        "title": "Train",
        "strand": "technical-training",
        "kind": "training",
        "lead": str(world.org("cert")),
        "start": "2026-02-01",
        "end": "2026-06-30",
        "gaps": "1.2",
        **more,
    }


def test_every_page_opens_for_both_sides_and_not_for_others(world: World) -> None:
    objectives = directed(world)
    plan = drafted(world, closed(world), serves=objectives[0].id)
    adopted(world, plan)
    pages = [url(world, "index"), url(world, "direction"), url(world, "direction-set")]
    pages += [url(world, "activity", a.id) for a in plan.activities]
    pages += [url(world, "export", "csv"), url(world, "export", "xlsx"), url(world, "template", "csv")]
    for who in (NCC, DPO, "evaluator:verifier"):
        here = client(world, who)
        for page in pages:
            assert here.get(page).status_code == 200, (who, page)
    for who in ("outsider",):
        here = client(world, who)
        for page in pages:
            assert here.get(page).status_code == 404, (who, page)
    assert Client().get(pages[0]).status_code == 302
    page = client(world, DPO).get(url(world, "direction")).content.decode()
    assert "no goal or sector" in page and "EUR 120,000.50" in page
    assert "Only National cyber coordinator, Ministry of Digital Affairs" in page


def test_an_empty_programme_says_what_to_do_next(world: World) -> None:
    page = client(world, NCC).get(url(world, "index")).content.decode()
    assert "A plan begins with a closed needs assessment" in page
    assert client(world, NCC).post(url(world, "draft-new")).status_code == 409


def test_a_plan_is_drafted_checked_and_proposed_on_pages(world: World) -> None:
    closed(world)
    here = client(world, NCC)
    made = here.post(url(world, "draft-new"))
    draft = services.draft_list(world.viewer(NCC), world.programme)[0].pk
    assert made["Location"].endswith(f"{draft}/")
    page = here.get(url(world, "draft", draft)).content.decode()
    assert "Policy strand empty" in page and "Propose it with your key" not in page
    assert here.get(url(world, "heading", draft)).status_code == 200
    here.post(url(world, "heading", draft), {"title": "Plan by form", "o0-title": "Contain", "o0-serves": ""})
    objective = str(services.draft_read(world.viewer(NCC), draft).plan.objectives[0].id)
    assert here.get(url(world, "activity-new", draft)).status_code == 200
    wrong = here.post(url(world, "activity-new", draft), form(world, start="soon", amount="much"))
    assert wrong.status_code == 200 and "Enter a date" in wrong.content.decode()
    for strand in ("policy", "technical-training", "long-term-capacity"):
        said = form(world, strand=strand, title=strand, objective=objective, amount="10.50", currency="eur")
        assert here.post(url(world, "activity-new", draft), said).status_code == 302
    plan = services.draft_read(world.viewer(NCC), draft).plan
    assert [(str(a.amount), a.currency, a.gaps) for a in plan.activities] == [("10.50", "EUR", ["1.2"])] * 3
    edit = url(world, "activity-edit", draft, plan.activities[0].id)
    assert here.get(edit).status_code == 200
    assert here.post(edit, form(world, strand="policy", title="Decree", objective=objective)).status_code == 302
    page = here.get(url(world, "draft", draft)).content.decode()
    assert "Propose it with your key" in page and "Lacks:" in page and "context note" in page
    assert here.post(url(world, "draft-propose", draft)).status_code == 302
    decision = Decision.objects.get(kind="plan.adopt")
    for who in KEYS:
        governance.key_turn(world.viewer(who), decision.pk)
    found = selectors.plan_in_force(world.programme)
    assert found is not None and found.activities[0].title == "Decree"

    here.post(url(world, "draft-new"))
    amended = services.draft_list(world.viewer(NCC), world.programme)[0].pk
    here.post(url(world, "activity-remove", amended, found.activities[2].id))
    page = here.get(url(world, "draft", amended)).content.decode()
    assert "taken out" in page and "An amendment says why" in page
    for other in (DPO, "cert"):
        assert client(world, other).get(url(world, "draft", amended)).status_code == 404
        assert client(world, other).post(url(world, "draft-delete", amended)).status_code == 404
    assert here.post(url(world, "draft-propose", amended)).status_code == 409
    here.post(url(world, "draft-delete", amended))
    assert services.draft_list(world.viewer(NCC), world.programme) == []


def test_gov_06_the_decision_page_shows_the_whole_plan_and_what_it_changes(world: World) -> None:
    first = drafted(world, closed(world))
    decision = adopted(world, first)
    page = client(world, DPO).get(reverse("governance:decision", args=[world.programme, decision.pk])).content.decode()
    for said in ("Contain incidents", "Draft the decree", "Decree 12 of 2024", "EUR 120,000.50", "first plan",
                 "Norvia Development Agency", "31 December 2026"):  # fmt: skip
        assert said in page, said
    train = first.activities[1].model_copy(update={"amount": Decimal("90000"), "lead": world.org("cert")})
    mentors = first.activities[2].model_copy(update={"id": ids.new(), "title": "Mentor both teams"})
    amended = first.model_copy(
        update={
            "activities": [first.activities[0], train, mentors],
            "replaces": decision.pk,
            "reason": "Less money",
            "objectives": [first.objectives[0].model_copy(update={"title": "Contain and recover"})],
        }
    )
    second = services.plan_adopt(world.viewer(NCC), world.programme, amended)
    at = reverse("governance:decision", args=[world.programme, second.pk])
    page = client(world, DPO).get(at).content.decode()
    assert "What changes against the plan in force" in page and "Less money" in page
    assert "budget: 120,000.5 becomes 90,000" in page and "taken out" in page
    assert "lead: Ministry of Digital Affairs becomes National CERT" in page
    assert "title: Contain incidents becomes Contain and recover" in page
    for who in KEYS:
        governance.key_turn(world.viewer(who), second.pk)
    page = client(world, "cert").get(at).content.decode()
    assert "What it changed in the plan before" in page and "budget: 120,000.5 becomes 90,000" in page


def test_gov_02_only_who_may_propose_is_offered_a_draft_and_others_see_who_may(world: World) -> None:
    closed(world)
    assert "Draft a plan" in client(world, NCC).get(url(world, "index")).content.decode()
    page = client(world, "cert:cert-lead").get(url(world, "index")).content.decode()
    assert "Draft a plan" not in page and "coordinator of ministry" in page and "programme-officer of norvia" in page


def test_own_02_the_direction_is_written_by_the_partner_on_pages(world: World) -> None:
    here, donor = client(world, NCC), client(world, DPO)
    said = {"title": "Strategy", "phase": "adopted", "o0-title": "Go on", "o0-goals": "SDG 9, SDG 16"}
    page = donor.get(url(world, "direction-set")).content.decode()
    assert "Set the direction" not in page and "coordinator of ministry" in page
    refused = donor.post(url(world, "direction-set"), said)
    assert refused.status_code == 403 and "coordinator of ministry" in refused.content.decode()
    assert here.post(url(world, "direction-set"), said).status_code == 302
    found = selectors.direction(world.programme)
    assert found is not None and found.objectives[0].goals == ("SDG 9", "SDG 16")
    empty = here.post(url(world, "direction-set"), {"title": "Strategy", "phase": "adopted", "o0-title": ""})
    assert empty.status_code == 409 and "At least one objective" in empty.content.decode()
    here.post(url(world, "direction-set"), {**said, "title": "Strategy, second", "o1-title": "Grow"})
    again = selectors.direction(world.programme)
    assert again is not None and again.objectives[0].id == found.objectives[0].id and len(again.objectives) == 2


def test_activities_are_read_from_a_table_after_a_dry_run(world: World) -> None:
    closed(world)
    here = client(world, NCC)
    here.post(url(world, "draft-new"))
    draft = services.draft_list(world.viewer(NCC), world.programme)[0].pk
    text = b"Activity,Strand,Led by,Start,End,Gaps\nTrain,policy,National CERT,2026-01-01,2026-02-01,1.2\n"
    page = url(world, "draft-import", draft)
    assert here.get(page).status_code == 200
    dry = here.post(page, {"file": SimpleUploadedFile("a.csv", text)})
    assert "Nothing is stored yet" in dry.content.decode()
    assert services.draft_read(world.viewer(NCC), draft).plan.activities == []
    assert here.post(page, {"file": SimpleUploadedFile("a.csv", text), "import": "1"}).status_code == 302
    assert len(services.draft_read(world.viewer(NCC), draft).plan.activities) == 1
    bad = here.post(page, {"file": SimpleUploadedFile("a.csv", text.replace(b"1.2\n", b"8.8\n"))})
    assert "is not in the assessment" in bad.content.decode()
    for kind in ("csv", "xlsx"):
        assert here.get(url(world, "draft-export", draft, kind)).status_code == 200


def post(here: Client, path: str, said: Any) -> Any:
    return here.post(f"/api{path}", json.dumps(said), content_type="application/json")


def test_a_plan_by_api(world: World) -> None:
    plan = drafted(world, closed(world))
    ncc, donor = client(world, NCC), client(world, DPO)
    path = f"/programmes/{world.programme}"
    said = json.loads(plan.model_dump_json())
    assert all(c["met"] for c in post(ncc, f"{path}/plan/check", said).json())
    made = post(ncc, f"{path}/plan/adopt", said).json()
    assert made["adopted"] is False
    assert ncc.get(f"/api{path}/plan").status_code == 404
    for who in KEYS:
        governance.key_turn(world.viewer(who), made["decision"])
    found = donor.get(f"/api{path}/plan").json()
    assert found["number"] == 1 and found["activities"][1]["amount"] == "120000.50"
    assert found["activities"][0]["state"] == "planned" and found["check"]["empty_strands"] == []
    one = donor.get(f"/api{path}/activities/{found['activities'][0]['id']}").json()
    assert one["title"] == "Draft the decree"
    draft = post(ncc, f"{path}/plan/drafts", {}).json()
    assert draft["plan"]["replaces"] == made["decision"]
    more = json.loads(activity(world, "More", "policy").model_dump_json())
    put = post(ncc, f"/plan/drafts/{draft['id']}/activities", more)
    assert put.status_code == 200, put.content
    assert len(put.json()["plan"]["activities"]) == 4
    assert post(ncc, f"/plan/drafts/{draft['id']}/propose", {}).status_code == 409
    assert donor.get(f"/api/plan/drafts/{draft['id']}").status_code == 404


@pytest.mark.parametrize("path", ["plan", "activities", "direction"])
def test_an_outsider_gets_nothing_by_api(world: World, path: str) -> None:
    directed(world)
    adopted(world, drafted(world, closed(world)))
    assert client(world, "outsider").get(f"/api/programmes/{world.programme}/{path}").status_code == 404
    assert client(world, DPO).get(f"/api/programmes/{world.programme}/{path}").status_code == 200


def test_own_02_the_direction_by_api_is_refused_to_a_donor(world: World) -> None:
    said = {"title": "Ours", "objectives": [{"id": str(world.programme), "title": "Obey"}]}
    path = f"/programmes/{world.programme}/direction"
    refused = post(client(world, DPO), path, said)
    assert refused.status_code == 403 and "Ministry" in refused.json()["holders"][0]
    assert post(client(world, NCC), path, said).json()["adopted"] is True
