"""Incident times for one viewer: figures by quarter and severity, curves for readers of the records."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from trellis.calc import operations as calc
from trellis.calc.dates import Quarter, day_start
from trellis.core import clock as clocks
from trellis.core import figures as engine
from trellis.core import reading
from trellis.core.conditions import Hidden
from trellis.operations import selectors
from trellis.operations.parsing import SEVERITIES
from trellis.operations.schemas import Cohort, Compared, Question
from trellis.parties.schemas import Viewer
from trellis.sharing import figures

Period = tuple[date, date]


def params_of(owner: UUID, severity: str = "", zone: str = "", horizon: object = None) -> dict[str, Any]:
    """The parameters of a time figure, as they stand in its address."""
    return {"owner": owner, "severity": severity, "zone": zone, "horizon": horizon}


def time_shown(
    viewer: Viewer,
    owner: UUID,
    clock: calc.Clock,
    period: Period | None,
    *,
    severity: str = "",
    horizon: object = None,
    as_of: datetime | None = None,
) -> figures.Shown:
    """One time of one owner's incidents. Raises Hidden where the owner shows the viewer no figures at all."""
    require_owner(viewer, owner)
    params = params_of(owner, severity, selectors.zone_of(owner), horizon)
    return figures.shown(viewer, f"operations.{clock}", params, period, as_of)


def require_owner(viewer: Viewer, owner: UUID) -> None:
    """Raises Hidden unless the viewer may see figures made from the owner's incidents."""
    if owner not in selectors.owners_shown(viewer):
        raise Hidden()


Wanted = tuple[str, Period | None, str]  # title, period, severity


def cohorts(
    viewer: Viewer,
    owner: UUID,
    clock: calc.Clock,
    wanted: Sequence[Wanted],
    *,
    horizon: object = None,
    as_of: datetime | None = None,
    curves: bool = False,
) -> list[Cohort]:
    """Figures with their titles, all as of one moment; with their curves where the viewer may read the records."""
    require_owner(viewer, owner)
    zone = selectors.zone_of(owner)
    at = as_of or engine.latest([owner])
    asks = [
        engine.ask(f"operations.{clock}", params_of(owner, severity, zone, horizon), period, at)
        for _title, period, severity in wanted
    ]
    with reading.scope():
        shown = figures.show_all(viewer, asks)
        if not (curves and selectors.may_see_curves(viewer, [owner])):
            return [Cohort(title, one) for (title, _period, _severity), one in zip(wanted, shown, strict=True)]
        found = []
        for (title, period, severity), one in zip(wanted, shown, strict=True):
            asked = Question((owner,), clock, period, severity, zone)
            found.append(Cohort(title, one, selectors.durations(asked, one.ask.as_of).curve))
        return found


def by_severity(
    viewer: Viewer, owner: UUID, clock: calc.Clock, period: Period | None, as_of: datetime | None
) -> list[Cohort]:
    """The figure of each severity apart, so that a change in the mix cannot pass for a change in speed."""
    named = [*reversed(SEVERITIES), (selectors.UNRATED, _("Not rated"))]
    return cohorts(viewer, owner, clock, [(str(title), period, value) for value, title in named], as_of=as_of)


def by_quarter(
    viewer: Viewer,
    owner: UUID,
    clock: calc.Clock,
    quarters: Sequence[Quarter],
    *,
    severity: str = "",
    horizon: object = None,
    as_of: datetime | None = None,
) -> list[Cohort]:
    """The figure of each quarter, with curves for record-level readers."""
    wanted = [(q.label, q.period, severity) for q in quarters]
    return cohorts(viewer, owner, clock, wanted, horizon=horizon, as_of=as_of, curves=True)


def compare(
    viewer: Viewer,
    owner: UUID,
    clock: calc.Clock,
    first: Period,
    second: Period,
    *,
    severity: str = "",
    horizon: object = None,
    as_of: datetime | None = None,
) -> Compared:
    """Two periods of one owner: log-rank test, and the difference of restricted means up to a horizon."""
    require_owner(viewer, owner)
    params = {
        **params_of(owner, severity, selectors.zone_of(owner), horizon),
        "clock": clock,
        "first": f"{first[0]}/{first[1]}",
        "second": f"{second[0]}/{second[1]}",
    }
    return Compared(figures.shown(viewer, "operations.compare", params, None, as_of))


def end_of(day: date | None, zone: str) -> datetime | None:
    """The last moment of a day in a zone; None, which is now, for no day and for a day that is not over."""
    if day is None:
        return None
    end = day_start(day + timedelta(days=1), ZoneInfo(zone)) - timedelta(microseconds=1)
    return end if end < clocks.now() else None
