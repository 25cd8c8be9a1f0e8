"""Reads of measurement: readings through the gate; statuses, scorecard and history for who may see the
figures.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from trellis.calc import dates
from trellis.calc import measurement as calc
from trellis.calc.figure import Basis, Figure, Method, caveat
from trellis.catalogue import selectors as catalogue
from trellis.catalogue.schemas import MONTHS, IndicatorView
from trellis.core import clock
from trellis.core.conditions import Hidden
from trellis.governance.parameters import parameter
from trellis.measurement import store
from trellis.measurement.models import Reading
from trellis.measurement.schemas import Card, Due, Point, Restated, Status
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate
from trellis.sharing.rows import RecordQuerySet

ACTUAL = Method("measurement.actual")
Period = tuple[date, date] | None


def readings(viewer: Viewer, programme: UUID, indicator: UUID | None = None) -> RecordQuerySet:
    """The readings that the viewer may read, newest period first."""
    parties.programme_for(viewer, programme)
    rows = gate.visible(Reading, viewer, "results").filter(context=programme)
    if indicator is not None:
        rows = rows.filter(indicator=indicator)
    return rows.order_by("-period_end", "part", "id")


def reading(viewer: Viewer, programme: UUID, subject: UUID) -> Reading:
    """One reading. Raises Hidden when the viewer may not read it."""
    parties.programme_for(viewer, programme)
    found: Reading = gate.get(Reading, viewer, subject, "results")
    if found.context != programme:
        raise Hidden()
    return found


def limits(programme: UUID, as_of: datetime | None = None) -> calc.Limits:
    """The scorecard's parameters in force."""
    return calc.Limits(
        completeness=Decimal(parameter(programme, "measurement.completeness", as_of)),
        red_below=Decimal(parameter(programme, "measurement.red-below", as_of)),
        protected_weight=Decimal(parameter(programme, "catalogue.protected-weight", as_of)),
    )


def status(programme: UUID, indicator: IndicatorView, as_of: datetime, period: Period = None) -> Status:
    """One indicator as of a moment. Computed for every reader: who may see it is judged by its figures."""
    return statuses(programme, [indicator], as_of, period)[0]


def statuses(
    programme: UUID, indicators: Sequence[IndicatorView], as_of: datetime, period: Period = None
) -> list[Status]:
    """Each indicator with its last reading (the last that ends in or before `period`), target and progress."""
    series = store.points(programme, indicators, as_of, period[1] if period else None)
    red_below = limits(programme, as_of).red_below
    return [_status(one, series[one.id], as_of, period, red_below) for one in indicators]


def _status(one: IndicatorView, series: Sequence[Point], as_of: datetime, period: Period, red_below: Decimal) -> Status:
    point = series[-1] if series else None
    inputs = tuple(str(id) for id in point.readings) if point else ()
    at = Basis(as_of, period, inputs)
    target = one.target_at(point.end if point else (period[1] if period else as_of.date()))
    made = calc.progress(
        at,
        baseline=one.baseline,
        target=target.value if target else None,
        actual=point.value if point else None,
        threshold=target.value if target else None,
        rising=one.direction == "rising",
    )
    beside = {
        "target_by": target.by.isoformat() if target else None,
        "read_until": point.end.isoformat() if point else None,
    }
    progress = replace(made.figure, parts={**made.figure.parts, **beside}, caveats=_caveats(point))
    score = progress.value if isinstance(progress.value, Decimal) else None
    if progress.reason == "undefined" and made.passed is not None:
        score = Decimal(int(made.passed))
    red = score is not None and score < red_below
    return Status(one, point, target, _actual(one, point, at), progress, score, made.passed, red)


def _caveats(point: Point | None) -> tuple[str, ...]:
    if point is None or not point.missing:
        return ()
    return (caveat("Not reported: %(names)s", names=", ".join(point.missing)),)


def _actual(one: IndicatorView, point: Point | None, at: Basis) -> Figure:
    if point is None:
        return at.none(ACTUAL, "no data", one.unit)
    more = {"unknown": len(point.missing), "caveats": _caveats(point)}
    parts: dict[str, int | str | None] = {"read_until": point.end.isoformat()}
    if point.denominator is not None:
        parts |= {"numerator": point.numerator, "denominator": point.denominator}
    n = point.denominator if point.denominator is not None else point.n
    if point.value is None:
        return at.none(ACTUAL, "undefined", one.unit, n, parts=parts, **more)
    return at.figure(ACTUAL, point.value, one.unit, n, parts=parts, **more)


def scorecard(programme: UUID, as_of: datetime, period: Period = None, version: int | None = None) -> Card | None:
    """D13 by the dictionary in force, or by one of its versions; None before there is one.

    An indicator whose target equals its baseline counts as 1 where it holds the target and 0 where not.
    """
    indicators = catalogue.indicators(programme, as_of, version)
    if not indicators:
        return None
    found = statuses(programme, indicators, as_of, period)
    inputs = tuple(id for one in found for id in one.progress.inputs)
    weighed = [
        calc.Indicator(str(s.id), s.indicator.perspective, s.indicator.weight, s.score, s.indicator.protected)
        for s in found
    ]
    result = calc.scorecard(Basis(as_of, period, inputs), weighed, limits=limits(programme, as_of))
    return Card(indicators[0].version, tuple(found), result)


def history(programme: UUID, as_of: datetime | None = None, quarters: int = 8) -> list[Restated]:
    """The quarters since the first baseline, newest first, each with the version in force at its end and
    today's.

    MEA-05: what a quarter scored by the weights of its time stays beside what it scores by those of now.
    """
    versions = catalogue.dictionaries(programme, as_of)
    if not versions:
        return []
    here = parties.programme(programme)
    today = as_of.date() if as_of else clock.today()
    starts = [one.baseline_on for one in catalogue.indicators(programme, as_of) if one.baseline_on]
    first = min([*starts, versions[-1].at.date()])
    found = []
    for quarter in dates.quarters(first, today, here.fiscal_year_start):
        then = next((v for v in versions if v.at.date() <= quarter.last), versions[-1])
        found.append(Restated(quarter.label, quarter.period, then, versions[0]))
    return found[::-1][:quarters]


def due(programme: UUID, organisation: UUID, today: date | None = None) -> list[Due]:
    """The readings that an organisation owes by the frequency of its indicators, the longest overdue first."""
    today = today or clock.today()
    grace = timedelta(days=int(parameter(programme, "measurement.grace")))
    mine = [one for one in catalogue.indicators(programme) if one.owner == organisation]
    read = store.read_until(programme, organisation) if mine else {}
    found = []
    for one in mine:
        last = read.get(one.id, one.baseline_on)
        if last is None:
            continue
        start = last + timedelta(days=1)
        end = dates.add_months(start, MONTHS[one.frequency]) - timedelta(days=1)
        if end < today:
            found.append(Due(one, (start, end), end + grace))
    return sorted(found, key=lambda item: (item.due, item.indicator.title))
