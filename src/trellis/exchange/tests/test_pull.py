"""Pulling from another TAXII server: whose it is then, who sees it, and going on after whatever happened."""

import json
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from tests.world import World
from trellis.core.conditions import Invalid, Refused
from trellis.exchange import pull, services
from trellis.exchange.fetch import Answer, FetchError
from trellis.exchange.models import StixObject
from trellis.exchange.schemas import CollectionView
from trellis.exchange.sources import Source
from trellis.exchange.taxii.tests.scene import Scene, agree, indicator
from trellis.exchange.taxii.tests.scene import scene as build

RED = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"


@pytest.fixture
def scene(world: World) -> Scene:
    return build(world)


class Elsewhere:
    """Another server: objects with the times that they were added there, ten minutes apart."""

    url = "https://elsewhere.example/taxii2/api/collections/1/"
    readable: ClassVar[bool] = True

    def __init__(self, objects: list[dict[str, Any]], size: int = 2, tokens: bool = True) -> None:
        self.objects, self.size, self.tokens = objects, size, tokens
        self.asked: list[dict[str, str]] = []
        self.trouble: Callable[[dict[str, str]], None] = lambda query: None

    def added(self, number: int) -> str:
        return f"2026-01-05T{number // 6:02d}:{number % 6}0:00.000000Z"

    def get(self, path: str = "", **query: str) -> Answer:
        if not path:
            return Answer(json.dumps({"id": "1", "title": "x", "can_read": self.readable}).encode(), "")
        self.asked.append(query)
        self.trouble(query)
        rows = list(enumerate(self.objects))
        rows = [row for row in rows if self.added(row[0]) > query.get("added_after", "")]
        rows = [row for row in rows if row[0] >= int(query.get("next") or 0)]
        given, more = rows[: self.size], len(rows) > self.size
        said: dict[str, Any] = {"more": more, "objects": [one for _n, one in given]}
        if more and self.tokens:
            said["next"] = str(given[-1][0] + 1)
        return Answer(json.dumps(said).encode(), self.added(given[-1][0]) if given else "")


def into(scene: Scene) -> CollectionView:
    who = scene.world.viewer("centre:cert-lead")
    return services.collection_create(who, scene.world.programme, "From elsewhere", "detection", "")


def pulled(scene: Scene, where: CollectionView, there: Any, **more: Any) -> pull.Pulled:
    return pull.pull(scene.world.viewer("centre:cert-lead"), where, there, scene.world.org("outsider"), **more)


def stored(where: CollectionView) -> list[StixObject]:
    return list(StixObject.records.privileged().filter(collection=where.id).order_by("number"))


def names(scene: Scene, who: str, where: CollectionView) -> list[str]:
    return [one["id"] for one in scene[who].get(f"collections/{where.id}/objects/").get("objects", [])]


def test_reg_04_what_is_pulled_is_the_pullers_and_names_its_source(scene: Scene) -> None:
    where = into(scene)
    found = pulled(scene, where, Elsewhere([indicator(1, label="GREEN"), indicator(2, label=None)]))
    assert (found.taken, found.whole, found.refused) == (2, True, [])
    rows = stored(where)
    assert {row.owner for row in rows} == {scene.world.org("centre")}
    assert {row.said_by for row in rows} == {scene.world.org("outsider")}
    assert [row.label for row in rows] == ["GREEN", "AMBER"]


def test_d21_what_was_pulled_under_amber_goes_no_further(scene: Scene) -> None:
    where = into(scene)
    labels = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", None)
    pulled(scene, where, Elsewhere([indicator(n, label=lb) for n, lb in enumerate(labels, 1)]))
    assert len(names(scene, "centre", where)) == 5
    assert names(scene, "cert", where) == [indicator(1)["id"], indicator(2)["id"]]
    agree(scene.world, "centre", "evaluator", ceiling="AMBER+STRICT")
    assert names(scene, "evaluator", where) == [indicator(1)["id"], indicator(2)["id"]]
    mine = [indicator(9, label="AMBER")]
    scene["centre"].add(f"collections/{where.id}/objects/", *mine)
    assert names(scene, "cert", where)[-1] == indicator(9)["id"]


def test_reg_04_what_was_pulled_is_changed_and_relabelled_by_its_source_alone(scene: Scene) -> None:
    where = into(scene)
    pulled(scene, where, Elsewhere([indicator(1, label="AMBER")]))
    looser, later = indicator(1, label="CLEAR"), indicator(1, label="CLEAR", modified=5)
    for one in (looser, later):
        said = scene["centre"].add(f"collections/{where.id}/objects/", one)
        assert (said["success_count"], said["failure_count"]) == (0, 1)
        assert "only its source" in said["failures"][0]["message"]
    assert names(scene, "cert", where) == []
    pulled(scene, where, Elsewhere([indicator(1, label="AMBER"), later]))
    assert names(scene, "cert", where) == [later["id"]]


def test_reg_04_red_is_refused_by_object_and_said(scene: Scene) -> None:
    found = pulled(scene, into(scene), Elsewhere([indicator(1), indicator(2, object_marking_refs=[RED])]))
    assert found.taken == 1
    assert len(found.refused) == 1 and indicator(2)["id"] in found.refused[0]


@pytest.mark.parametrize("tokens", [True, False])
def test_reg_04_a_pull_goes_on_after_the_last_object(scene: Scene, tokens: bool) -> None:
    where, there = into(scene), Elsewhere([indicator(n) for n in range(7)], tokens=tokens)
    assert pulled(scene, where, there).taken == 7
    there.asked.clear()
    assert pulled(scene, where, there).taken == 0
    assert [query["added_after"] for query in there.asked] == [there.added(6)]
    there.objects.append(indicator(8))
    assert pulled(scene, where, there).taken == 1
    assert len(stored(where)) == 8


@pytest.mark.parametrize("tokens", [True, False])
@pytest.mark.parametrize("page", [0, 1, 2])
def test_reg_04_a_pull_that_was_cut_off_is_simply_run_again(scene: Scene, tokens: bool, page: int) -> None:
    where, there = into(scene), Elsewhere([indicator(n) for n in range(7)], tokens=tokens)

    def trouble(query: dict[str, str]) -> None:
        if len(there.asked) == page + 1:
            raise FetchError("the line broke")

    there.trouble = trouble
    with pytest.raises(FetchError):
        pulled(scene, where, there)
    assert len(stored(where)) == 2 * page
    pulled(scene, where, there)
    assert [row.stix_id for row in stored(where)] == [indicator(n)["id"] for n in range(7)]


def test_reg_04_stored_but_not_noted_is_read_again_and_stored_once(scene: Scene, monkeypatch: Any) -> None:
    where, there = into(scene), Elsewhere([indicator(n) for n in range(5)])
    with monkeypatch.context() as patch:
        patch.setattr(pull, "_move", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            pulled(scene, where, there)
    assert len(stored(where)) == 2
    pulled(scene, where, there)
    assert len(stored(where)) == 5


def test_reg_04_a_next_that_was_forgotten_there_begins_the_walk_again(scene: Scene) -> None:
    where, there = into(scene), Elsewhere([indicator(n) for n in range(7)])
    pulled(scene, where, there, pages=2)
    assert Source.objects.get().next == "4"

    def forgotten(query: dict[str, str]) -> None:
        if query.get("next") == "4":
            raise FetchError("The server answered 404.", 404)

    there.trouble = forgotten
    with pytest.raises(FetchError):
        # Page 2 ends in the same forgotten place.
        pulled(scene, where, there)
    there.size = 5
    pulled(scene, where, there)
    assert len(stored(where)) == 7


def test_reg_04_pages_are_bounded_and_the_rest_comes_next_time(scene: Scene) -> None:
    where, there = into(scene), Elsewhere([indicator(n) for n in range(7)])
    found = pulled(scene, where, there, pages=2)
    assert (found.pages, found.taken, found.whole) == (2, 4, False)
    assert pulled(scene, where, there).taken == 3


class Said(Elsewhere):
    """A server that always says the same."""

    def __init__(self, body: bytes, last: str = "") -> None:
        super().__init__([])
        self.answer = Answer(body, last)

    def get(self, path: str = "", **query: str) -> Answer:
        return self.answer if path else super().get()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"objects":7}',
        b'{"more":true}',
        b'{"more":true,"next":7}',
        b'{"more":true,"next":"a\\u0000"}',
        b'{"more":true,"objects":[]}',
        b'{"more":true,"next":"%s"}' % (b"x" * 5000),
    ],
)
def test_reg_04_a_server_that_talks_nonsense_is_left(scene: Scene, body: bytes) -> None:
    with pytest.raises(FetchError):
        pulled(scene, into(scene), Said(body, "2026-01-05T00:00:00Z"), pages=20)


def test_reg_04_a_server_that_gives_the_same_page_for_ever_is_left(scene: Scene) -> None:
    same = json.dumps({"more": True, "next": "1", "objects": [indicator(1)]}).encode()
    with pytest.raises(FetchError, match="same page"):
        pulled(scene, into(scene), Said(same, "2026-01-05T00:00:00Z"))


def test_reg_04_only_who_may_write_pulls(scene: Scene) -> None:
    there = Elsewhere([indicator(1)])
    with pytest.raises(Refused) as refused:
        pull.pull(scene.world.viewer("evaluator:cert-lead"), into(scene), there, scene.world.org("outsider"))
    assert refused.value.conditions and not there.asked


def test_reg_04_a_collection_that_may_not_be_read_there_is_left(scene: Scene, monkeypatch: Any) -> None:
    monkeypatch.setattr(Elsewhere, "readable", False)
    with pytest.raises(FetchError, match="does not let us read"):
        pulled(scene, into(scene), Elsewhere([indicator(1)]))


def test_a_source_is_an_organisation_that_is_known_here(scene: Scene) -> None:
    assert pull.source_named("national cert") == scene.world.org("cert")
    assert pull.source_named(str(scene.world.org("cert"))) == scene.world.org("cert")
    with pytest.raises(Invalid):
        pull.source_named("Nobody")
