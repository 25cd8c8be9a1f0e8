"""D9 at volume: figures read columns that are kept, and those are held equal to the rows themselves."""

import random
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import transaction

from tests.world import World
from trellis.calc import operations as calc
from trellis.core import clock, reading
from trellis.operations import columns, rules, selectors, services
from trellis.operations.models import Incident, StampColumns
from trellis.operations.tests.test_incidents import NOON, record
from trellis.operations.tests.test_times import AS_OF, Q2, ask, cohort


def recount(world: World, asked: selectors.Question, as_of: datetime) -> calc.Durations:
    """The durations of a question from the rows, one by one, as the definition says it."""
    held, unknown = [], 0
    _first, last = calc.CLOCKS[asked.clock]
    start, end = selectors._span(asked)
    for row in Incident.records.privileged().as_of(as_of).filter(owner__in=asked.owners, detected__lte=as_of):
        if start and end and not start <= row.detected < end:
            continue
        if asked.severity and row.severity != ("" if asked.severity == selectors.UNRATED else asked.severity):
            continue
        if (kind := asked.classification) and row.classification.partition(":")[0] != kind.replace("unclassified", ""):
            continue
        if last in row.not_known.split():
            unknown += 1
            continue
        given = {name: getattr(row, name) for name in rules.STAMPS[:5]}
        for name in ("contained", "recovered"):
            given[name] = max(given[name], row.detected) if given[name] else None
        held.append(calc.Incident(str(row.pk), severity=row.severity, **given))
    made = calc.durations(held, asked.clock, as_of)
    return calc.Durations(made.times, made.events, made.unknown + unknown)


def same(ours: calc.Durations, theirs: calc.Durations) -> bool:
    def pairs(held: calc.Durations) -> list[Any]:
        return sorted(zip(held.times.tolist(), held.events.tolist(), strict=True))

    return pairs(ours) == pairs(theirs) and ours.unknown == theirs.unknown


def happen(world: World, chance: random.Random, n: int) -> None:
    """Something is recorded, corrected or retracted by one of two owners."""
    who = chance.choice(["cert:cert-lead", "ministry:coordinator"])
    viewer = world.viewer(who)
    clock.advance(minutes=chance.randint(1, 3000))
    mine = list(Incident.records.privileged().as_of(None).filter(owner=viewer.organisation).order_by("id"))
    act = chance.random()
    if mine and act < 0.3:
        row = chance.choice(mine)
        done = row.detected + timedelta(hours=chance.randint(0, 90))
        if done <= clock.now():
            services.incident_correct(viewer, row.subject, "Read", contained=done, recovered=None, not_known=[])
    elif mine and act < 0.4:
        services.incident_retract(viewer, chance.choice(mine).subject, "A drill")
    else:
        detected = clock.now() - timedelta(hours=chance.randint(1, 4000))
        more: dict[str, Any] = {}
        if chance.random() < 0.6:
            more["started"] = detected - timedelta(hours=chance.randint(0, 50))
        if chance.random() < 0.6:
            more["contained"] = min(clock.now(), detected + timedelta(minutes=chance.randint(0, 9000)))
        if chance.random() < 0.2:
            more["not_known"] = [chance.choice(["acknowledged", "recovered", "contained"])]
        more["classification"] = chance.choice(["", "fraud", "fraud:phishing", "availability:dos"])
        record(world, f"N-{n}", who, detected=detected, severity=chance.choice(["", "low", "critical"]), **more)


@pytest.mark.parametrize(("seed", "seal"), [(1, 5), (2, 1), (3, 10_000)])
def test_d9_columns_are_equal_to_a_full_recount(
    world: World, monkeypatch: pytest.MonkeyPatch, seed: int, seal: int
) -> None:
    """Whatever was recorded, corrected and retracted, as of any moment, of one owner and of two, by clock and grid."""
    monkeypatch.setattr(columns, "SEAL", seal)
    clock.set_to(AS_OF - timedelta(days=100))
    chance, moments = random.Random(seed), []
    owners = (world.org("cert"), world.org("ministry"))
    for n in range(60):
        happen(world, chance, n)
        moments.append(clock.now())
        if n % 7 == 0:
            columns._kept.clear()  # as in another process, which has only what is packed
        as_of = chance.choice(moments)
        asked = selectors.Question(
            chance.choice([owners, owners[:1]]),
            chance.choice(list(calc.CLOCKS)),
            chance.choice([None, Q2]),
            chance.choice(["", "low", selectors.UNRATED]),
            classification=chance.choice(["", "", "fraud", "availability", columns.UNCLASSIFIED]),
        )
        assert same(selectors.durations(asked, as_of), recount(world, asked, as_of)), (n, asked, as_of)
    assert StampColumns.objects.exists() == (seal < 100)
    assert Incident.records.privileged().exclude(supersedes=None).exists()


def test_d9_what_was_taken_back_is_not_remembered(world: World) -> None:
    """Columns read inside a transaction that fails are of a history that never was."""
    cohort(world, [(2, True)])
    assert ask(world).n == 1
    with pytest.raises(RuntimeError), transaction.atomic():
        cohort(world, [(4, True), (6, True)])
        assert ask(world).n == 3
        raise RuntimeError
    assert ask(world).n == 1
    cohort(world, [(8, True)])
    assert (ask(world).n, ask(world).value) == (2, 2)


def test_d9_packed_columns_of_another_history_are_made_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "SEAL", 1)
    cohort(world, [(2, True), (4, True)])
    assert ask(world).n == 2
    StampColumns.objects.update(entry="0" * 64)  # as after a restore of something else
    columns._kept.clear()
    cohort(world, [(6, True)])
    assert ask(world).n == 3
    assert not StampColumns.objects.filter(entry="0" * 64).exists()


def test_d9_columns_take_as_many_queries_however_many_rows(world: World) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    asked = selectors.Question((world.org("cert"),), "contain", Q2)

    def queries() -> int:
        columns._kept.clear()
        with CaptureQueriesContext(connection) as seen:
            selectors.durations(asked, clock.now())
        return len(seen)

    cohort(world, [(2, True)])
    one = queries()
    cohort(world)
    assert queries() == one


def test_d9_what_is_read_together_is_read_once_until_something_is_written(world: World) -> None:
    cohort(world, [(2, True)])
    asked = selectors.Question((world.org("cert"),), "contain", Q2)
    with reading.scope():
        first = columns.held(world.org("cert"))
        assert selectors.durations(asked, clock.now()).times.size == 1
        assert columns.held(world.org("cert")) is first
        record(world, "later", detected=AS_OF - timedelta(days=1))
        assert selectors.durations(asked, clock.now()).times.size == 2


def test_follow_finds_versions_by_all_of_their_bytes() -> None:
    known = np.array([b"a" * 16, b"b" * 8 + b"a" * 8, b"c" * 16, b"d" * 15 + b"\0"], "V16")
    fresh = np.zeros(3, columns.PACKED)
    fresh["follows"] = -1
    said = [(b"b" * 8 + b"a" * 8).hex(), None, (b"d" * 15 + b"\0").hex()]
    columns._follow(fresh, said, known)
    assert fresh["follows"].tolist() == [1, -1, 3]


def test_a_reference_is_looked_up_in_any_case_of_letters(world: World) -> None:
    from trellis.core.conditions import Invalid

    record(world, "Sc-1", detected=NOON)
    for again in ("SC-1", "sc-1"):
        with pytest.raises(Invalid):
            record(world, again)
    assert record(world, "sc-10").reference == "sc-10"


@pytest.mark.parametrize(
    ("what", "index"),
    [
        ("page", "incident_list"),
        ("severity", "incident_severity"),
        ("class", "incident_class"),
        ("open", "incident_open"),
        ("reference", "incident_reference"),
        ("tail", "incident_written"),
        ("taken", "incident_reference_upper"),
    ],
)
def test_spine_10_what_is_asked_at_volume_is_asked_of_an_index(world: World, what: str, index: str) -> None:
    """On SQLite, whose plans do not hang on how full the tables are."""
    from django.db import connection
    from django.db.models import Value
    from django.db.models.functions import Upper

    from trellis.operations.models import ANY, CURRENT, OPEN

    if connection.vendor != "sqlite":
        pytest.skip("plans of PostgreSQL change with the number of rows")
    rows = Incident.records.privileged().filter(owner=world.org("cert"))
    asked = {
        "page": rows.filter(CURRENT).order_by("-detected", "-pk"),
        "severity": rows.filter(CURRENT, severity="high").order_by("-detected", "-pk"),
        "class": rows.filter(CURRENT, classification__in=["fraud", "fraud:phishing"]),
        "open": rows.filter(CURRENT, OPEN).order_by("-detected", "-pk"),
        "reference": rows.filter(CURRENT).order_by("reference", "pk"),
        "tail": rows.filter(ANY, seq__gt=3).order_by("seq", "id"),
        "taken": rows.filter(CURRENT, ANY).annotate(u=Upper("reference")).filter(u=Upper(Value("x"))),
    }[what]
    plan = asked.values_list("pk").explain()
    assert f"INDEX {index} " in plan and (what in ("tail", "taken", "class") or "TEMP B-TREE" not in plan), plan
