"""Pages of sharing agreements: what is missing is listed, what stops is said before anybody leaves (REG-08)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from trellis.core import clock
from trellis.exchange import doors, selectors
from trellis.exchange.models import StixObject
from trellis.exchange.tests.scene import Scene, indicator, scene
from trellis.governance import services as governance

CLAUSES = ("purpose", "retention", "onward", "security", "exit")


@pytest.fixture
def among(world: World) -> Scene:
    return scene(world, ("alpha", "beta", "gamma"))


def client(here: Scene, who: str) -> Client:
    found = Client()
    found.force_login(here.world.people[who if who in here.world.people and ":" in who else f"{who}:cert-lead"])
    return found


def url(here: Scene, name: str, *args: Any) -> str:
    return reverse(f"exchange:{name}", args=[here.arrangement, *args])


def body(answer: Any) -> str:
    return str(answer.content.decode())


def subject(here: Scene, stix_id: str, who: str = "alpha") -> Any:
    rows = StixObject.records.privileged().as_of(None).filter(stix_id=stix_id, owner=here.org(who))
    return rows.get().subject


def shared(here: Scene, name: str, label: str = "GREEN", who: str = "alpha", **changes: Any) -> Any:
    thing = indicator(name, label, **changes)
    assert here.add(who, thing).successes
    return subject(here, thing["id"], who)


def text(here: Scene, *names: str, **changes: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "title": "Among us",
        "parties": [str(here.org(name)) for name in names],
        "purposes": ["detection"],
        "ceiling": "AMBER",
        "starts_on": "2026-01-05",
        "ends_on": "2027-01-05",
        **{name: f"The clause on {name}." for name in CLAUSES},
    }
    return {**said, **changes}


def test_reg_08_a_form_with_clauses_missing_lists_each_and_keeps_what_was_typed(world: World) -> None:
    here = scene(world)
    answer = client(here, "alpha").post(
        url(here, "agreement-new"), text(here, "alpha", "beta", retention="", exit=" ", security="Under lock and key.")
    )
    assert answer.status_code == 409
    page = body(answer)
    assert "Clause: Retention" in page and "Clause: Exit" in page and "Clause: Security" not in page
    assert "Under lock and key." in page
    assert not selectors.agreements(here.viewer("alpha"), here.arrangement)


def test_reg_08_a_whole_text_is_proposed_and_each_party_signs(world: World) -> None:
    here = scene(world)
    answer = client(here, "alpha").post(url(here, "agreement-new"), text(here, "alpha", "beta"))
    assert answer.status_code == 302, body(answer)
    (waiting,) = governance_views(here)
    assert "Among us" in body(client(here, "beta").get(url(here, "agreements")))
    governance.key_turn(here.viewer("beta"), waiting.id)
    (view,) = selectors.agreements(here.viewer("alpha"), here.arrangement)
    page = body(client(here, "beta").get(url(here, "agreement", view.id)))
    assert "The clause on retention." in page and "Your organisation is a party." in page
    assert "Your organisation is no party to it." in body(client(here, "delta").get(url(here, "agreement", view.id)))


def governance_views(here: Scene) -> list[Any]:
    from trellis.governance import selectors as decisions

    return decisions.decisions(here.viewer("alpha"), here.arrangement, state="open", kind="sharing.agree")


def test_reg_08_without_an_agreement_the_refusal_lists_what_is_missing_and_keeps_the_text(world: World) -> None:
    here = scene(world)
    said = json.dumps(indicator("kept on the page"))
    address = url(here, "share", here.collection.id)
    answer = client(here, "alpha").post(address, {"text": said})
    assert answer.status_code == 403
    assert "An agreement on sharing in force names your organisation" in body(answer)
    assert "kept on the page" in body(answer) and not StixObject.records.privileged().exists()
    for name in ("home", "agreements"):
        assert "An agreement on sharing in force names your organisation" in body(
            client(here, "alpha").get(url(here, name))
        )


def test_reg_08_leaving_says_what_stops_and_who_holds_what_before_pressing(among: Scene) -> None:
    shared(among, "one")
    shared(among, "two", "AMBER")
    shared(among, "theirs", "GREEN", "beta")
    assert len(among.read("beta")) == 3
    alpha = client(among, "alpha")
    address = url(among, "agreement-leave", among.agreement)
    context = alpha.get(address).context
    assert {(s.other, s.given, s.received) for s in context["stops"]} == {("CERT Beta", 2, 1), ("CERT Gamma", 2, 0)}
    assert {(h.name, h.count) for h in context["held"]} == {("CERT Beta", 2), ("CERT Gamma", 0)}
    assert alpha.post(address, {"why": ""}).status_code == 200 and among.read("beta", versions=("last",))
    assert alpha.post(address, {"why": "No longer needed."}).status_code == 302
    assert len(among.read("beta")) == 1
    assert alpha.get(address).status_code == 404
    page = body(client(among, "beta").get(url(among, "withdrawals")))
    assert "CERT Alpha" in page
    assert "CERT Beta" in body(alpha.get(url(among, "withdrawals")))


def test_reg_08_only_a_cert_lead_leaves_and_the_refusal_names_it(among: Scene) -> None:
    other = Client()
    other.force_login(among.world.people["alpha"])
    answer = other.post(url(among, "agreement-leave", among.agreement), {"why": "Because."})
    assert answer.status_code == 403 and "Lead of alpha" in body(answer)


def test_reg_08_amending_follows_the_version_in_force_and_says_why(among: Scene) -> None:
    alpha = client(among, "alpha")
    address = url(among, "agreement-amend", among.agreement)
    given = text(among, "alpha", "beta", "gamma", change="")
    answer = alpha.post(address, given)
    assert answer.status_code == 409 and "The amendment says what changes and why" in body(answer)
    assert alpha.post(address, {**given, "change": "A shorter term."}).status_code == 302


def test_an_agreement_that_runs_out_waits_for_who_may_renew_it(among: Scene) -> None:
    assert not doors.work_items(among.viewer("alpha"))
    clock.set_to(clock.now() + timedelta(days=310))
    (item,) = doors.work_items(among.viewer("alpha"))
    assert "Sharing among CERTs" in item.title and item.url == url(among, "agreement", among.agreement)
    assert not doors.work_items(among.world.viewer("alpha")) and not doors.work_items(among.viewer("delta"))
