"""D22: counts of incidents by quarter: no small number is shown, nor can be worked out from one or two publications."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from tests.world import World
from trellis.calc.dates import Quarter
from trellis.calc.publishing import TOTAL, suppress_one_way
from trellis.core import clock
from trellis.operations import services as operations
from trellis.publishing.sections.incidents import CODES
from trellis.publishing.tests.stage import Room, room

COUNTS = {"critical": 1, "high": 7, "medium": 6}
MAY = datetime(2026, 5, 4, 9, tzinfo=UTC)


def detect(stage: Room, counts: dict[str, int], at: datetime = MAY, mark: str = "A") -> None:
    for severity, n in counts.items():
        for i in range(n):
            operations.incident_record(
                stage.viewer("cert:cert-lead"),
                reference=f"{mark}-{severity}-{i}",
                title="Something",
                severity=severity,
                detected=at + timedelta(hours=i),
            )
    clock.advance(minutes=1)


def consistent(row: dict[str, Any], most: int = 20) -> list[dict[str, int]]:
    """Every table of counts that agrees with what a row shows, tried one by one."""
    hidden = [code for code in CODES if row["counts"][code] is None]
    shown = sum(v for v in row["counts"].values() if v is not None)
    found = []
    for values in product(range(most), repeat=len(hidden)):
        if row["total"] is None or shown + sum(values) == row["total"]:
            found.append(dict(zip(hidden, values, strict=True)))
    return found


def test_d22_no_count_under_five_is_shown_or_derivable(world: World) -> None:
    stage = room(world)
    stage.open()
    detect(stage, COUNTS)
    view = stage.publish()
    row = view.sections["incidents"][0]
    assert row["quarter"] == "2026 Q2"
    shown = {code: n for code, n in row["counts"].items() if n is not None}
    assert all(n >= 5 and COUNTS[code] == n for code, n in shown.items())
    possible = consistent({**row, "counts": {c: row["counts"][c] for c in CODES}}, 9)
    for code in CODES:
        if row["counts"][code] is None:
            values = {table[code] for table in possible}
            assert len(values) >= 2 and max(values) >= 5, code
    assert {gap["code"] for gap in view.sections["gaps"] if gap["section"] == "incidents"} == {"small numbers"}

    # An incident of that quarter that becomes known later changes nothing that was published.
    detect(stage, {"high": 1}, mark="B")
    clock.set_to(datetime(2026, 10, 20, 9, tzinfo=UTC))
    detect(stage, {"low": 9, "high": 5}, datetime(2026, 8, 3, 9, tzinfo=UTC), "C")
    later = stage.publish()
    [third, second, _first] = later.sections["incidents"]
    assert second == row
    assert third["quarter"] == "2026 Q3" and third["counts"]["critical"] is None


def test_d22_quarter_that_is_not_over_is_not_shown(world: World) -> None:
    stage = room(world)
    stage.open()
    detect(stage, {"high": 9}, datetime(2026, 7, 2, 9, tzinfo=UTC))
    assert [r["quarter"] for r in stage.publish().sections["incidents"]] == ["2026 Q2", "2026 Q1"]


def test_d22_every_row_of_a_quarter_is_safe() -> None:
    """The form in which quarters are published is safe for every small table of three severities."""
    for counts in product((0, 1, 4, 5, 12), repeat=3):
        made = suppress_one_way(dict(zip(("a", "b", "c"), counts, strict=True)))
        assert made.safe
        assert all(n >= 5 for cell, n in made.shown.items())
    assert Quarter(2026, 2).label == "2026 Q2" and TOTAL not in CODES
