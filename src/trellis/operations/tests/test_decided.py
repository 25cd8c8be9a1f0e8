"""MEA-02: a wrong decision on look-alikes is taken back, on a page and in the API; nothing is deleted."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.world import World
from trellis.core import clock
from trellis.core.conditions import Conflict, Hidden, Invalid, Refused
from trellis.operations import decided, duplicates, selectors, times
from trellis.operations.models import Incident
from trellis.operations.tests.test_incidents import NOON, granted, record, signed_in


@pytest.fixture
def pair(world: World) -> tuple[Incident, Incident]:
    clock.advance(days=9)
    return record(world, "A-1"), record(world, "B-7", contained=NOON + timedelta(hours=2))


def decide(world: World, pair: tuple[Incident, Incident], same: bool) -> Incident:
    clock.advance(hours=1)
    cert = world.viewer("cert:cert-lead")
    return duplicates.duplicate_decide(cert, pair[1].subject, pair[0].subject, same=same, reason="One ticket")


def counted(world: World, **more: Any) -> int | None:
    return times.time_shown(world.viewer("cert"), world.org("cert"), "contain", None, **more).figure.n


def test_mea_02_a_record_said_to_repeat_another_stands_again_and_both_decisions_stay(
    world: World, pair: tuple[Incident, Incident]
) -> None:
    gone = decide(world, pair, same=True)
    while_gone = clock.now()
    clock.advance(hours=1)
    cert = world.viewer("cert:cert-lead")
    back = decided.duplicate_undo(cert, pair[1].subject, pair[0].subject, reason="Two sites after all")
    assert (back.supersedes, back.retracted, back.duplicate_of, back.recorded_by) == (gone.pk, False, None, cert.person)
    assert back.contained == pair[1].contained and back.why == "Two sites after all"
    assert (counted(world), counted(world, as_of=while_gone)) == (2, 1)
    assert [row.pk for row in selectors.versions(cert, pair[1].subject)] == [back.pk, gone.pk, pair[1].pk]
    assert len(duplicates.of_owner(cert)[0]) == 1
    page = signed_in(world, "cert:cert-lead").get(f"/incidents/{pair[1].subject}/history/").content.decode()
    assert "to repeat A-1: One ticket" in page
    assert "it does not repeat A-1, and stands again. Two sites after all" in page


def test_mea_02_a_pair_said_to_be_two_is_suggested_again(world: World, pair: tuple[Incident, Incident]) -> None:
    decide(world, pair, same=False)
    cert = world.viewer("cert")
    assert not duplicates.of_owner(cert)[0]
    assert [(one.reference, one.same) for one in decided.of_owner(cert)] == [("A-1", False)]
    # From either side: whoever looks at the other record takes back the same decision.
    decided.duplicate_undo(cert, pair[0].subject, pair[1].subject, reason="One machine")
    assert len(duplicates.of_owner(cert)[0]) == 1 and not decided.of_owner(cert)
    page = signed_in(world, "cert").get(f"/incidents/{pair[1].subject}/").content.decode()
    assert "another incident than A-1" in page and "it may be the same incident as A-1. One machine" in page


def test_mea_02_what_does_not_stand_is_not_taken_back(world: World, pair: tuple[Incident, Incident]) -> None:
    cert, (first, second) = world.viewer("cert"), pair
    with pytest.raises(Conflict):
        decided.duplicate_undo(cert, second.subject, first.subject, reason="Nothing was decided")
    decide(world, pair, same=True)
    with pytest.raises(Conflict):
        decided.duplicate_undo(cert, first.subject, second.subject, reason="The wrong way round")
    with pytest.raises(Invalid) as invalid:
        decided.duplicate_undo(cert, second.subject, first.subject, reason=" ")
    assert set(invalid.value.fields) == {"why"}
    record(world, "b-7", title="Somebody else's number by now")
    with pytest.raises(Conflict) as used:
        decided.duplicate_undo(cert, second.subject, first.subject, reason="Two sites")
    assert "B-7" in str(used.value)


def test_mea_02_only_the_owner_takes_a_decision_back(world: World, pair: tuple[Incident, Incident]) -> None:
    decide(world, pair, same=True)
    ids = (pair[1].subject, pair[0].subject)
    with pytest.raises(Hidden):
        decided.duplicate_undo(world.viewer("outsider"), *ids, reason="Mine")
    assert signed_in(world, "outsider").get("/incidents/{}/same/{}/undo/".format(*ids)).status_code == 404
    granted(world, "norvia")
    with pytest.raises(Refused) as refused:
        decided.duplicate_undo(world.viewer("norvia"), *ids, reason="Mine")
    assert refused.value.holders == ["National CERT"]
    page = signed_in(world, "norvia").get("/incidents/{}/same/{}/undo/".format(*ids)).content.decode()
    assert "Only National CERT" in page and "<textarea" not in page


def test_mea_02_a_decision_is_taken_back_on_a_page(world: World, pair: tuple[Incident, Incident]) -> None:
    decide(world, pair, same=True)
    client, address = signed_in(world, "cert:cert-lead"), f"/incidents/{pair[1].subject}/same/{pair[0].subject}/undo/"
    for page in ("/incidents/duplicates/", f"/incidents/{pair[1].subject}/history/"):
        assert address in client.get(page).content.decode(), page
    assert "B-7 repeats A-1" in client.get(address).content.decode()
    assert client.post(address, {"why": ""}).status_code == 200 and counted(world) == 1
    assert client.post(address, {"why": "Two sites"})["Location"] == f"/incidents/{pair[1].subject}/"
    assert counted(world) == 2 and address not in client.get("/incidents/duplicates/").content.decode()
    assert "No decision about these two records stands" in client.get(address).content.decode()


def test_mea_02_the_api_decides_lists_and_takes_back(world: World, pair: tuple[Incident, Incident]) -> None:
    client, base = signed_in(world, "cert:cert-lead"), f"/api/incidents/{pair[1].subject}/same/{pair[0].subject}"

    def post(path: str, **body: Any) -> Any:
        return client.post(path, json.dumps(body), content_type="application/json")

    waiting = client.get("/api/look-alikes").json()["waiting"]
    assert [(p["first"]["reference"], p["second"]["reference"]) for p in waiting] == [("A-1", "B-7")]
    assert post(base, same=True, why="One ticket").json()["duplicate_of"] == str(pair[0].subject)
    listed = client.get("/api/look-alikes").json()
    assert not listed["waiting"] and [one["other_reference"] for one in listed["decided"]] == ["A-1"]
    assert post(f"{base}/undo", why="").status_code == 422
    back = post(f"{base}/undo", why="Two sites").json()
    assert (back["retracted"], back["duplicate_of"], back["why"]) == (False, None, "Two sites")
    assert post(f"{base}/undo", why="Again").status_code == 409
    assert signed_in(world, "outsider").get("/api/look-alikes").json() == {"waiting": [], "decided": []}
