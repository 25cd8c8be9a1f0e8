"""Counts of incidents by quarter and severity, with small numbers suppressed (D22).

A quarter is published once, when it is over, with the total of its severities and no total over quarters. Later
publications repeat it as it was: whoever compares two publications learns nothing about a small number.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from trellis.calc.dates import Quarter
from trellis.calc.publishing import TOTAL, Suppressed, suppress_one_way
from trellis.governance import reviews as calendar
from trellis.operations import selectors as operations
from trellis.operations.parsing import SEVERITIES
from trellis.operations.schemas import Question
from trellis.parties import selectors as parties
from trellis.publishing.scope import Scope

KIND = operations.KIND
CODES = [code for code, _words in SEVERITIES] + [operations.UNRATED]


def incidents(scope: Scope) -> list[dict[str, Any]]:
    """One row by quarter that is over; cells that are hidden are None."""
    if not scope.keep("incidents", "incidents", "Incidents by quarter and severity"):
        return []
    owners: list[UUID] = []
    closed: list[UUID] = []
    for owner in parties.on_side(scope.here, "partner"):
        (owners if scope.reader.opens(owner, KIND) else closed).append(owner)
    if closed:
        scope.gap("incidents", "incidents", "not opened", closed)
    known = released(scope.earlier)
    rows = []
    for quarter in calendar.calendar(scope.here, scope.day):
        if quarter.last >= scope.day:
            continue
        if quarter.label in known:
            rows.append(known[quarter.label])
        elif owners:
            rows.append(_row(scope, quarter, owners))
    for row in rows:
        if row["hidden"]:
            scope.gap("incidents", f"incidents:{row['quarter']}", "small numbers")
    return rows[::-1]


def released(earlier: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows by quarter as they were published first. `earlier` are the sections of publications, oldest first."""
    found: dict[str, dict[str, Any]] = {}
    for sections in earlier:
        for row in sections.get("incidents") or ():
            found.setdefault(row["quarter"], dict(row))
    return found


def counts(scope: Scope, quarter: Quarter, owners: Sequence[UUID]) -> dict[str, int]:
    """How many incidents of each severity were detected in a quarter, as known at the moment."""
    found = {}
    for severity in CODES:
        asked = Question(tuple(sorted(owners)), "contain", quarter.period, severity, scope.programme.time_zone)
        held = operations.durations(asked, scope.as_of)
        found[severity] = len(held.times) + held.unknown
    return found


def _row(scope: Scope, quarter: Quarter, owners: Sequence[UUID]) -> dict[str, Any]:
    made = suppress_one_way(counts(scope, quarter, owners), scope.threshold)
    if not made.safe:
        scope.unsafe.append(quarter.label)
    return cells(quarter, made, scope)


def cells(quarter: Quarter, made: Suppressed, scope: Scope) -> dict[str, Any]:
    """A quarter's row as it may be shown."""
    shown = {name: made.shown.get((name, TOTAL)) for name in CODES}
    return {
        "quarter": quarter.label,
        "first": quarter.first.isoformat(),
        "last": quarter.last.isoformat(),
        "as_of": scope.as_of.date().isoformat(),
        "counts": shown,
        "total": made.shown.get((TOTAL, TOTAL)),
        "hidden": len(made.hidden),
    }
