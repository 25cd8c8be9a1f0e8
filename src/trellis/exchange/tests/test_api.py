"""The typed API of the exchange: what the pages do, and nothing beyond it."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.world import World
from trellis.exchange.models import StixObject
from trellis.exchange.tests.scene import Scene, indicator, scene


@pytest.fixture
def among(world: World) -> Scene:
    return scene(world, ("alpha", "beta"))


class Caller:
    """Somebody who calls the API of one arrangement."""

    def __init__(self, here: Scene, who: str) -> None:
        self.client = Client()
        self.client.force_login(here.world.people[f"{who}:cert-lead"])
        self.base = f"/api/programmes/{here.arrangement}/exchange"

    def get(self, path: str, status: int = 200, **given: Any) -> Any:
        return self._told(self.client.get(f"{self.base}{path}", given), status)

    def send(self, path: str, said: Any, status: int) -> Any:
        answer = self.client.post(f"{self.base}{path}", json.dumps(said), content_type="application/json")
        return self._told(answer, status)

    def delete(self, path: str, status: int) -> Any:
        return self._told(self.client.delete(f"{self.base}{path}"), status)

    @staticmethod
    def _told(answer: Any, status: int) -> Any:
        assert answer.status_code == status, answer.content
        return json.loads(answer.content) if answer.content else None


def test_reg_08_missing_clauses_are_listed_and_a_whole_text_is_proposed(world: World) -> None:
    here = scene(world)
    alpha = Caller(here, "alpha")
    said: dict[str, Any] = {
        "title": "Among us", "parties": [str(here.org("alpha")), str(here.org("beta"))], "purposes": ["detection"],
        "starts_on": "2026-01-05", "ends_on": "2027-01-05", "clauses": {"purpose": "Detection.", "exit": "At any time."},
    }  # fmt: skip
    problem = alpha.send("/agreements", said, 409)
    assert [c["name"] for c in problem["conditions"]] == [
        "Clause: Retention",
        "Clause: Onward transfer",
        "Clause: Security",
    ]
    whole = {**said["clauses"], "retention": "A year.", "onward": "Ask first.", "security": "Encrypted."}
    made = alpha.send("/agreements", {**said, "clauses": whole}, 201)
    assert made["agreement"] and alpha.get("/agreements") == []
    refused = alpha.send(f"/collections/{here.collection.id}/objects", {"objects": [indicator("a")]}, 403)
    assert any("in force names your organisation" in c["name"] for c in refused["conditions"])


def test_reg_04_shared_read_acknowledged_marked_and_taken_back(among: Scene) -> None:
    alpha, beta, delta = (Caller(among, who) for who in ("alpha", "beta", "delta"))
    here = f"/collections/{among.collection.id}/objects"
    became = alpha.send(here, {"objects": [indicator("one", "GREEN"), indicator("red", "RED")]}, 202)
    assert len(became["successes"]) == 1 and "TLP:RED" in became["failures"][0]["message"]
    (row,) = beta.get(here)
    assert row["title"] == "one" and beta.get(here, label="AMBER") == [] and beta.get(here, words="one") == [row]
    assert beta.get(here, before=row["number"]) == [] and delta.get(here) == []
    one = f"/objects/{row['id']}"
    assert beta.get(one)["object"]["name"] == "one"
    for path in (one, f"{one}/readers", f"{one}/holders"):
        delta.get(path, 404)
    assert [h["name"] for h in alpha.get(f"{one}/holders")] == ["CERT Beta"]
    beta.get(f"{one}/holders", 404)
    assert [s["name"] for s in alpha.get(f"{one}/readers")] == ["CERT Beta"]
    assert beta.send(f"{one}/acknowledge", {"useful": "yes"}, 201)["useful"] == "yes"
    assert alpha.get("/figures/usefulness")["figure"]["n"] == 1
    assert beta.get("/figures/usefulness", owner=str(among.org("alpha")))["withheld_by"] == [str(among.org("alpha"))]
    problem = beta.send(f"{one}/mark", {"label": "CLEAR"}, 403)
    assert problem["holders"] == ["CERT Alpha"]
    assert alpha.send(f"{one}/mark", {"label": "AMBER"}, 200)["label"] == "AMBER"
    beta.delete(one, 403)
    alpha.delete(one, 204)
    beta.get(one, 404)


def test_relating_and_leaving(among: Scene) -> None:
    alpha, beta = Caller(among, "alpha"), Caller(among, "beta")
    one, two = indicator("one", "AMBER"), indicator("two", "AMBER")
    assert len(among.add("alpha", one, two).successes) == 2
    found = StixObject.records.privileged().get(stix_id=one["id"]).subject
    said = {"how": "related-to", "target": two["id"]}
    beta.send(f"/objects/{found}/relate", {**said, "label": "CLEAR"}, 422)
    made = beta.send(f"/objects/{found}/relate", said, 201)
    assert made["id"] in alpha.get(f"/objects/{found}")["related"]
    leaving = alpha.get(f"/agreements/{among.agreement}/leaving")
    assert leaving["stops"] == [{"collection": "Indicators", "other": "CERT Beta", "given": 2, "received": 1}]
    Caller(among, "delta").get(f"/agreements/{among.agreement}/leaving", 404)
    alpha.send(f"/agreements/{among.agreement}/leave", {"why": "Done."}, 201)
    beta.get(f"/objects/{found}", 404)


def test_a_stranger_to_the_arrangement_finds_nothing(among: Scene) -> None:
    stranger = Caller(among, "alpha")
    stranger.client.force_login(among.world.people["outsider"])
    for path in ("/agreements", "/collections", f"/collections/{among.collection.id}/objects", "/figures/share"):
        stranger.get(path, 404)
    stranger.send("/agreements", {"starts_on": "2026-01-05", "ends_on": "2027-01-05"}, 404)
    stranger.send("/collections", {"title": "Mine", "purpose": "hunting"}, 404)
