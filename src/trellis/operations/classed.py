"""Durations that need what the columns of the common figures do not hold: the class, and all severities apart.

Read as columns too: no row becomes an object.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Q

from trellis.calc import operations as calc
from trellis.calc.dates import day_start
from trellis.calc.survival import Durations
from trellis.operations import rules
from trellis.operations.models import Incident
from trellis.operations.schemas import Question
from trellis.sharing.records import RecordQuerySet

UNCLASSIFIED = "unclassified"
UNRATED = "unrated"
Period = tuple[date, date]


def _rows(owners: Sequence[UUID], period: Period | None, zone: str, as_of: datetime) -> RecordQuerySet:
    rows = Incident.records.privileged().as_of(as_of).filter(owner__in=list(owners), detected__lte=as_of)
    if period is not None:
        start, end = (day_start(day, ZoneInfo(zone)) for day in (period[0], period[1] + timedelta(days=1)))
        rows = rows.filter(detected__gte=start, detected__lt=end)
    return rows


def _names(clock: calc.Clock) -> list[str]:
    first, last = calc.CLOCKS[clock]
    order = rules.STAMPS[: rules.STAMPS.index("reported")]
    later = order[order.index(last) + 1 :] if last != "detected" else ()
    return sorted({"detected", first, last, *later})


def _made(clock: calc.Clock, names: Sequence[str], held: Sequence[Any], until: datetime) -> Durations:
    """Durations of rows (stamps by name, then not_known), each followed up to `until` and no further."""
    last = calc.CLOCKS[clock][1]
    unknown = np.array([last in row[len(names)].split() for row in held], dtype=np.bool_)
    found = {}
    for place, name in enumerate(names):
        # Stored moments are UTC; numpy takes them without their zone.
        plain = [row[place].replace(tzinfo=None) if row[place] else None for row in held]
        found[name] = np.array(plain, dtype="datetime64[us]")
    for name in ("contained", "recovered"):
        if name in found:
            found[name] = np.maximum(found[name], found["detected"])  # ended before detection: 0 hours
    made = calc.stamp_durations(clock, until, **{name: column[~unknown] for name, column in found.items()})
    return Durations(made.times, made.events, made.unknown + int(unknown.sum()))


def durations(asked: Question, as_of: datetime) -> Durations:
    """The durations of a question that names a class: a class with all its types, or "unclassified"."""
    rows = _rows(asked.owners, asked.period, asked.zone, as_of)
    if asked.severity:
        rows = rows.filter(severity="" if asked.severity == UNRATED else asked.severity)
    name = asked.classification
    if name == UNCLASSIFIED:
        rows = rows.filter(classification="")
    elif name:
        rows = rows.filter(Q(classification=name) | Q(classification__startswith=f"{name}:"))
    names = _names(asked.clock)
    return _made(asked.clock, names, list(rows.values_list(*names, "not_known")), as_of)


def by_severity(
    owners: Sequence[UUID], clock: calc.Clock, period: Period, zone: str, as_of: datetime, until: datetime
) -> dict[str, Durations]:
    """The durations of a period by severity ("" not rated), as known at `as_of`, followed up to `until`."""
    names = _names(clock)
    parts: dict[str, list[Any]] = {}
    for *stamps, severity in _rows(owners, period, zone, as_of).values_list(*names, "not_known", "severity"):
        parts.setdefault(severity, []).append(stamps)
    return {severity: _made(clock, names, held, until) for severity, held in sorted(parts.items())}
