"""REG-04: what points at an object is looked up in an index, which is what the texts say, and never more than is seen."""

import random
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.world import World
from trellis.exchange import browsing, references, services, stix
from trellis.exchange.models import Reference, ReferenceMark, StixObject
from trellis.exchange.tests.scene import Scene, indicator, scene
from trellis.sharing import records

NAMES = ("alpha", "beta", "gamma")


@pytest.fixture
def among(world: World) -> Scene:
    return scene(world, NAMES)


def row(here: Scene, stix_id: str, who: str = "alpha") -> StixObject:
    rows = StixObject.records.privileged().as_of(None)
    found: StixObject = rows.get(stix_id=stix_id, owner=here.org(who))
    return found


def pointing(here: Scene, who: str, about: StixObject) -> list[str]:
    found, whole = browsing.pointing_at(here.viewer(who), about)
    assert whole
    return [one.stix_id for one in found]


def index() -> set[tuple[str, UUID, int]]:
    return set(Reference.objects.values_list("target", "source", "number"))


def texts() -> set[tuple[str, UUID, int]]:
    """The index, from the texts of what stands."""
    return {
        (target, one.pk, one.number)
        for one in StixObject.records.privileged().as_of(None).filter(redacted_at=None)
        for target in stix.targets(stix.said(one.raw))
    }


def test_reg_04_the_index_of_references_is_what_the_texts_say(among: Scene) -> None:
    """Whatever is added, replaced, taken back, relabelled, redacted, and wherever the index is lost."""
    chance = random.Random(5)
    names = [indicator(f"n{n}")["id"] for n in range(8)]
    for n in range(80):
        who, act = chance.choice(NAMES), chance.random()
        mine = StixObject.records.privileged().as_of(None).filter(owner=among.org(who)).order_by("number")
        if act < 0.7 or not mine:
            some = []
            for _n in range(chance.randint(1, 3)):
                at = f"2026-01-0{chance.randint(2, 6)}T08:00:00.000Z"
                named = chance.sample(names, chance.randint(0, 3))
                more = {"x_refs": named, "x": [{"deep_ref": chance.choice(names)}]} if named else {}
                some.append(indicator(f"n{chance.randint(0, 7)}", "GREEN", modified=at, **more))
            among.add(who, *some)
        elif act < 0.85:
            services.delete(among.viewer(who), among.collection, mine[0].stix_id, chance.choice([(), ("last",)]))
        elif act < 0.95:
            records.redact(StixObject, [mine[0].pk], among.viewer(who).actor, "A name")
            StixObject.forget([mine[0]])  # done on commit
        else:
            lost = list(Reference.objects.values_list("pk", flat=True))[:: chance.choice([1, 2])]
            Reference.objects.filter(pk__in=lost).delete()
            ReferenceMark.objects.all().delete()
        if chance.random() < 0.7:
            assert references.fill(among.collection.id)
            assert index() == texts(), n
    assert index() and Reference.objects.count() == len(index())


def test_reg_04_what_points_at_an_object_is_only_what_the_viewer_may_see(among: Scene) -> None:
    about = indicator("about", "GREEN")
    assert among.add("alpha", about).successes
    kept = indicator("kept", "AMBER+STRICT", x_ref=about["id"])
    open_ = indicator("open", "GREEN", x_ref=about["id"])
    assert among.add("alpha", kept, open_).successes
    found = row(among, about["id"])
    assert pointing(among, "alpha", found) == [open_["id"], kept["id"]]
    assert pointing(among, "beta", found) == [open_["id"]]
    assert pointing(among, "delta", found) == []


def test_reg_04_what_no_longer_says_so_no_longer_points(among: Scene) -> None:
    about = indicator("about", "GREEN")
    names = ("replaced", "withdrawn", "redacted", "stays")
    some = {name: indicator(name, "GREEN", x_ref=about["id"]) for name in names}
    among.add("alpha", about, *some.values())
    found = row(among, about["id"])
    assert len(pointing(among, "beta", found)) == 4
    later = {**some["replaced"], "modified": "2026-01-03T08:00:00.000Z"}
    del later["x_ref"]
    among.add("alpha", later)
    services.delete(among.viewer("alpha"), among.collection, some["withdrawn"]["id"])
    records.redact(StixObject, [row(among, some["redacted"]["id"]).pk], among.viewer("alpha").actor, "A name")
    for who in ("alpha", "beta"):
        assert pointing(among, who, found) == [some["stays"]["id"]]
    both = indicator("both", "GREEN")
    among.add("alpha", {**both, "x_ref": about["id"]}, {**both, "modified": "2026-01-03T08:00:00.000Z"})
    assert pointing(among, "beta", found) == [some["stays"]["id"]] and references.fill(among.collection.id)
    assert {source for _target, source, _number in index()} == {
        row(among, some[n]["id"]).pk for n in ("redacted", "stays")
    }


def test_reg_04_the_text_that_is_redacted_leaves_the_index(
    among: Scene, django_capture_on_commit_callbacks: Any
) -> None:
    about = indicator("about", "GREEN")
    one = indicator("one", "GREEN", x_ref=about["id"])
    among.add("alpha", about, one)
    assert index()
    with django_capture_on_commit_callbacks(execute=True):
        records.redact(StixObject, [row(among, one["id"]).pk], among.viewer("alpha").actor, "A name")
    assert not index()


def test_reg_04_markings_and_the_maker_are_not_in_the_index(among: Scene) -> None:
    maker, other = indicator("maker", "GREEN")["id"], indicator("other", "GREEN")["id"]
    said = indicator("a", "GREEN", created_by_ref=maker, x_ref=other)
    said["granular_markings"] = [{"selectors": ["name"], "marking_ref": said["object_marking_refs"][0]}]
    said["other_refs"] = [other, 7, "no id", "x--\u0000", "\tindicator--1"]
    assert among.add("alpha", said).successes
    assert {target for target, _source, _number in index()} == {other}


def test_reg_04_an_index_that_is_behind_is_filled_when_somebody_asks(
    among: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = indicator("about", "GREEN")
    some = [indicator(f"n{n}", "GREEN", x_ref=about["id"]) for n in range(9)]
    among.add("alpha", about, *some)
    Reference.objects.all().delete()
    ReferenceMark.objects.all().delete()
    monkeypatch.setattr(references, "STEP", 2)
    monkeypatch.setattr(references, "AT_ONCE", 4)
    found = row(among, about["id"])
    related, whole = browsing.pointing_at(among.viewer("beta"), found)
    assert not whole and len(related) == 3  # the first four numbers, of which one is the object itself
    among.add("alpha", indicator("later", "GREEN", x_ref=about["id"]))
    related, whole = browsing.pointing_at(among.viewer("beta"), found, whole=True)
    assert whole and len(related) == 10 and index() == texts()
    among.add("alpha", indicator("last", "GREEN", x_ref=about["id"]))
    assert ReferenceMark.objects.get().number == 12 and index() == texts()


def test_reg_04_what_points_at_an_object_is_asked_of_an_index(among: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many queries, and no text is looked through, however many objects there are."""
    about = indicator("about", "GREEN")
    among.add("alpha", about, indicator("first", "GREEN", x_ref=about["id"]))
    found = row(among, about["id"])

    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            pointing(among, "beta", found)
        return [one["sql"] for one in seen.captured_queries]

    few = queries()
    among.add("alpha", *(indicator(f"n{n}", "GREEN", x_ref=about["id"]) for n in range(60)))
    assert len(queries()) == len(few) and not any("LIKE" in sql for sql in queries())
    assert len(pointing(among, "beta", found)) == browsing.SHOWN
    if connection.vendor == "sqlite":
        plan = Reference.objects.filter(collection=found.collection, target="x").order_by("-number").explain()
        assert "INDEX reference_to" in plan and "TEMP B-TREE" not in plan
