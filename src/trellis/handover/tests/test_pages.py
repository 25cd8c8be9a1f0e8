"""Pages and API of handover: they open for a party, act through the services, and do not exist for an
outsider.
"""

import json
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from trellis.governance.models import Decision
from trellis.handover import selectors, services
from trellis.handover.models import Evidence, Presence
from trellis.handover.tests.scene import COORDINATOR, OFFICER, accept, at, enter, on, plan, sign


@pytest.fixture
def function(world: World) -> UUID:
    made = enter(world)
    plan(world, made)
    accept(world, made, "procedures")
    return made


def client(world: World, who: str) -> Client:
    found = Client()
    found.force_login(world.people[who])
    return found


def url(world: World, name: str, *args: Any) -> str:
    return reverse(f"handover:{name}", args=[world.programme, *args])


def pages(world: World, function: UUID) -> list[str]:
    row = Evidence.records.privileged().first()
    names = ("function", "function-change", "plan", "choice", "step", "presence-record")
    found = [
        url(world, "functions"),
        url(world, "function-enter"),
        *(url(world, name, function) for name in names),
    ]
    found += [url(world, "evidence-record", function, key) for key in ("mandate", "holders", "unaided")]
    return [*found, url(world, "evidence", row.subject)]


def test_pages_open_for_the_parties_and_not_for_an_outsider(world: World, function: UUID) -> None:
    for page in pages(world, function):
        for who in (COORDINATOR, OFFICER):
            assert client(world, who).get(page).status_code == 200, page
        assert client(world, "outsider").get(page).status_code == 404, page
        assert client(world, "outsider").post(page).status_code == 404, page
        assert Client().get(page).status_code == 302


def test_the_page_of_a_function_says_what_holds_it_back(world: World, function: UUID) -> None:
    body = client(world, OFFICER).get(url(world, "function", function)).content.decode()
    assert 'class="ladder"' in body
    assert "Not ready. Held back most by" in body
    assert "No evidence of it is accepted." in body


def test_a_plan_is_proposed_on_its_page(world: World) -> None:
    made = enter(world)
    said = {"target": "2027-06-30", "next_owner": str(world.org("cert")), "notice_days": "180"}
    said |= {f"mandatory_{key}": "on" for key in ("mandate", "budget", "holders", "procedures", "unaided")}
    coordinator = client(world, COORDINATOR)
    assert coordinator.post(url(world, "plan", made), {**said, "target": "2020-01-01"}).status_code == 200
    answer = coordinator.post(url(world, "plan", made), {**said, "waived_reserve": "No equipment"})
    assert answer.status_code == 302
    sign(world, Decision.objects.order_by("-seq").first())
    assert selectors.plan(world.programme, made).waived == {"reserve": "No equipment"}
    assert client(world, "cert:cert-lead").post(url(world, "plan", made), {**said, "reason": "x"}).status_code == 403


def test_evidence_is_recorded_and_accepted_on_pages(world: World, function: UUID) -> None:
    cert = client(world, "cert")
    said = {"statement": "List of certificates", "label": "AMBER", "post_0": "2", "post_1": "3"}
    assert cert.post(url(world, "evidence-record", function, "holders"), said).status_code == 302
    row = Evidence.records.privileged().get(criterion="holders")
    assert row.holders == {"Duty officer": 2, "Analyst": 3}
    page = url(world, "evidence", row.subject)
    assert client(world, COORDINATOR).post(page).status_code == 403
    assert b"is the right of" in client(world, COORDINATOR).get(page).content
    assert client(world, OFFICER).post(page).status_code == 302
    assert selectors.acceptances(world.programme, function)["holders"].evidence == row.pk


def test_exi_06_a_skipped_step_is_refused_on_the_page_with_reasons(world: World, function: UUID) -> None:
    page = url(world, "step", function)
    coordinator = client(world, COORDINATOR)
    shown = coordinator.get(page, {"to": "partner-only"}).content.decode()
    assert "Conditions are not met" in shown
    assert "Propose the step" not in shown
    answer = coordinator.post(f"{page}?to=partner-only", {"reason": "Hurry"})
    assert answer.status_code == 409
    assert b"No step is skipped" in answer.content
    assert b"Budget line funded next year" in answer.content
    assert coordinator.post(f"{page}?to=joint", {"reason": "Due"}).status_code == 302
    sign(world, Decision.objects.order_by("-seq").first())
    assert on(world, function) == "joint"


def test_presence_and_choice_on_pages(world: World, function: UUID) -> None:
    said = {
        "first_day": "2026-01-02",
        "last_day": "2026-01-03",
        "person_days": "2.5",
        "ran": "on",
        "label": "AMBER",
    }
    assert client(world, OFFICER).post(url(world, "presence-record", function), said).status_code == 302
    assert Presence.records.privileged().get().ran
    assert client(world, "evaluator:verifier").post(url(world, "presence-record", function), said).status_code == 403
    at(2027, 1, 15)
    said = {"choice": "extend once with cause", "cause": "The law is late", "target": "2027-12-31"}
    page = url(world, "choice", function)
    assert client(world, COORDINATOR).post(page, {**said, "target": ""}).status_code == 200
    assert client(world, COORDINATOR).post(page, said).status_code == 302
    assert b"both sides choose" in client(world, OFFICER).get(url(world, "function", function)).content


def test_the_api_says_the_same_and_hides_from_an_outsider(world: World, function: UUID) -> None:
    base = f"/api/programmes/{world.programme}/handover"

    def post(who: str, path: str, **said: Any) -> Any:
        return client(world, who).post(f"{base}/{path}", json.dumps(said), content_type="application/json")

    [state] = client(world, OFFICER).get(base).json()
    assert (state["step"], state["ready"], state["slip_days"]) == ("donor-led", False, 0)
    assert {c["criterion"]: c["met"] for c in state["criteria"]}["procedures"] is True
    skipped = post(COORDINATOR, "steps", function=str(function), step="partner-only", reason="Hurry")
    assert skipped.status_code == 409
    assert "No step is skipped" in [c["name"] for c in skipped.json()["conditions"]]
    made = post("cert", "evidence", function=str(function), criterion="mandate", statement="Act 12")
    assert made.status_code == 201
    assert post(OFFICER, f"evidence/{made.json()['id']}/accept").status_code == 201
    assert client(world, "outsider").get(base).status_code == 404
    assert post("outsider", "steps", function=str(function), step="joint", reason="x").status_code == 404
    row = services.evidence_record(world.viewer("cert"), world.programme, function, "budget", statement="Line 7")
    assert post("outsider", f"evidence/{row.subject}/accept").status_code == 404
