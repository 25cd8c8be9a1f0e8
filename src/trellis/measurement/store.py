"""Readings as figures read them: all of a programme, as of a moment, whoever asks. For this area alone."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Max

from trellis.calc import measurement as calc
from trellis.calc.figure import Basis
from trellis.catalogue import selectors as catalogue
from trellis.catalogue.schemas import IndicatorView
from trellis.catalogue.selectors import exact
from trellis.core import reading
from trellis.measurement.models import Reading
from trellis.measurement.schemas import Point
from trellis.sharing.rows import RecordQuerySet


def rows(programme: UUID, as_of: datetime | None = None) -> RecordQuerySet:
    """The readings of a programme in their newest versions."""
    return Reading.records.privileged().as_of(as_of).filter(context=programme, redacted_at=None)


def owners(programme: UUID, indicators: Sequence[IndicatorView], as_of: datetime | None = None) -> list[UUID]:
    """Who owns readings of these indicators: their owners, and whoever recorded some by the moment."""
    known = rows(programme, as_of).filter(indicator__in=[one.id for one in indicators]).values_list("owner").distinct()
    return sorted({one.owner for one in indicators} | {owner for (owner,) in known})


@reading.together
def read_until(programmes: Sequence[UUID], owner: UUID) -> dict[UUID, dict[UUID, date]]:
    """The last day of the last period that was read, of the indicators that an organisation owns now."""
    mine = {programme: {i.id for i in catalogue.indicators(programme) if i.owner == owner} for programme in programmes}
    wanted = [one for held in mine.values() for one in held]
    last = Reading.records.privileged().as_of(None).filter(context__in=programmes, indicator__in=wanted)
    rows = last.filter(redacted_at=None).order_by().values_list("context", "indicator").annotate(Max("period_end"))
    found: dict[UUID, dict[UUID, date]] = {programme: {} for programme in programmes}
    for programme, indicator, end in rows:
        if indicator in mine[programme]:
            found[programme][indicator] = end
    return found


def points(
    programme: UUID, indicators: Sequence[IndicatorView], as_of: datetime, until: date | None = None
) -> dict[UUID, list[Point]]:
    """The series of each indicator, oldest period first; `until` leaves out periods that end later."""
    wanted = {one.id: one for one in indicators}
    found = rows(programme, as_of).filter(indicator__in=wanted).order_by("period_end", "period_start", "part", "id")
    by: dict[UUID, dict[tuple[date, date], list[Reading]]] = defaultdict(lambda: defaultdict(list))
    for row in found:
        if until is None or row.period_end <= until:
            by[row.indicator][row.period_start, row.period_end].append(row)
    return {key: _series(wanted[key], by.get(key, {}), as_of) for key in wanted}


def _series(indicator: IndicatorView, by: dict[tuple[date, date], list[Reading]], as_of: datetime) -> list[Point]:
    seen: set[str] = set()
    found = []
    for period, held in by.items():
        missing = tuple(sorted(seen - {row.part for row in held}))
        seen |= {row.part for row in held}
        found.append(_point(indicator, period, held, missing, as_of))
    return found


def _point(
    indicator: IndicatorView,
    period: tuple[date, date],
    held: Sequence[Reading],
    missing: tuple[str, ...],
    as_of: datetime,
) -> Point:
    ids = tuple(row.pk for row in held)
    evidenced = all(row.evidence or row.figure_address for row in held)
    address = held[0].figure_address
    counted = [row for row in held if row.denominator is not None]
    if not counted:
        # Values are never summed over parts: services take one reading by period.
        return Point(*period, exact(held[-1].value), ids, len(held), None, None, missing, evidenced, address)
    pairs = [(row.numerator, row.denominator) for row in counted]
    share = calc.sum_ratio(Basis(as_of), pairs).value
    value = share * indicator.per if isinstance(share, Decimal) else None
    top, bottom = sum(row.numerator or 0 for row in counted), sum(row.denominator or 0 for row in counted)
    return Point(*period, value, ids, len(held), top, bottom, missing, evidenced, address)
