"""The ways to rows are the gate taken apart: pages and counts by them are those of the gate's own filter."""

import random
from datetime import timedelta
from typing import Any

import pytest

from tests.world import World
from trellis.core import clock
from trellis.core.labels import Label
from trellis.operations.models import Incident
from trellis.sharing import gate, records, services
from trellis.sharing.models import Access, Audience
from trellis.sharing.rows import RecordQuerySet

VIEWERS = ("cert", "cert:cert-lead", "ministry", "norvia", "norvia:programme-officer", "centre", "outsider")


def fill(world: World, chance: random.Random) -> None:
    """Incidents of three owners under all labels, some said by others, some named readers, some superseded."""
    subjects: dict[str, list[Incident]] = {}
    for who in ("cert:cert-lead", "ministry:coordinator", "lindaria:programme-officer"):
        actor = world.viewer(who).actor
        rows = []
        for n in range(14):
            detected = clock.now() - timedelta(hours=chance.choice([1, 2, 3, 50]))
            row = Incident(
                reference=f"{who[:2]}-{n:02}", title="x", detected=detected, label=chance.choice(list(Label))
            )
            row.severity = chance.choice(["", "low", "high"])
            row.context = chance.choice([None, world.programme])
            row.said_by = chance.choice([None, None, world.org("norvia"), world.org("centre")])
            row.readers = [str(world.people[chance.choice(VIEWERS)].pk)] if chance.random() < 0.4 else []
            rows.append(row)
        records.write(actor, rows)
        for row in rows[::5]:
            records.correct(row, actor, "Again", retracted=chance.random() < 0.5)
        subjects[who.split(":")[0]] = rows
    grants(world, chance, subjects)


def grants(world: World, chance: random.Random, subjects: dict[str, list[Incident]]) -> None:
    for owner, rows in subjects.items():
        for _ in range(3):
            audience = chance.choice([Audience.ORGANISATION, Audience.PARTIES, Audience.SIDE, Audience.PERSON])
            more: dict[str, Any] = {
                Audience.ORGANISATION: {"organisation": world.org(chance.choice(["norvia", "centre", "ministry"]))},
                Audience.PARTIES: {"arrangement": world.programme},
                Audience.SIDE: {"arrangement": world.programme, "side": "donor"},
                Audience.PERSON: {"persons": [world.people["norvia"].pk]},
            }[audience]
            narrowed = chance.choice([{}, {"context": world.programme}, {"about": chance.choice(rows).subject}])
            services.grant(
                world.viewer(owner).actor,
                "operations.incident",
                audience,
                purpose="Test",
                ceiling=chance.choice(["GREEN", gate.CEILINGS[audience].value]),
                **more,
                **narrowed,
            )


def rows_for(world: World, who: str, narrowed: bool) -> RecordQuerySet:
    rows = gate.visible(Incident, world.viewer(who))
    return rows.filter(severity="high").exclude(label="CLEAR") if narrowed else rows


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("narrowed", [False, True])
def test_d21_a_page_by_the_ways_holds_what_the_gate_lets_through(world: World, seed: int, narrowed: bool) -> None:
    fill(world, random.Random(seed))
    seen = 0
    for who in VIEWERS:
        for by, falling in (("detected", True), ("detected", False), ("reference", True)):
            way = "-" if falling else ""
            plain = [row.pk for row in rows_for(world, who, narrowed).order_by(f"{way}{by}", f"{way}pk")]
            for few in (None, len(plain)):
                for start in (0, 5):
                    page = rows_for(world, who, narrowed).page(by, falling, start, start + 4, few)
                    assert [row.pk for row in page] == plain[start : start + 4], (who, by, few)
            rows = rows_for(world, who, narrowed)
            assert rows.count_to(1000) == len(plain) and rows.count_to(2) == min(2, len(plain))
            seen += len(plain)
    assert seen > 60 or narrowed
    assert not rows_for(world, "outsider", False).page("detected", True, 0, 10).exists()


def test_d21_what_a_page_by_the_ways_hands_out_is_noted(world: World) -> None:
    fill(world, random.Random(4))
    services.grant(
        world.viewer("cert").actor,
        "operations.incident",
        Audience.ORGANISATION,
        organisation=world.org("norvia"),
        purpose="To follow",
        ceiling="AMBER",
    )
    page = list(gate.visible(Incident, world.viewer("norvia")).page("detected", True, 0, 10))
    foreign = {row.pk for row in page if row.said_by != world.org("norvia")}
    noted = {pk for access in Access.objects.all() for pk in gate.unpack(access)}
    assert foreign and noted == foreign


def test_d21_rows_that_the_ways_cannot_tell_are_read_through_the_gate(world: World) -> None:
    fill(world, random.Random(5))
    rows = gate.visible(Incident, world.viewer("cert"))
    plain = list(rows.order_by("-detected", "-pk"))
    from django.db.models import F

    told = rows.annotate(again=F("detected"))
    assert list(told.page("detected", True, 0, 5)) == plain[:5] and told.count_to(3) == 3
