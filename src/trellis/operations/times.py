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


def cohort(
    viewer: Viewer,
    owner: UUID,
    clock: calc.Clock,
    title: str,
    period: Period | None,
    *,
    severity: str = "",
    horizon: object = None,
    as_of: datetime | None = None,
    curve: bool = False,
) -> Cohort:
    """A figure with its title; with its curve if asked for and if the viewer may read the records."""
    shown = time_shown(viewer, owner, clock, period, severity=severity, horizon=horizon, as_of=as_of)
    if not (curve and selectors.may_see_curves(viewer, [owner])):
        return Cohort(title, shown)
    asked = Question((owner,), clock, period, severity, selectors.zone_of(owner))
    return Cohort(title, shown, calc.kaplan_meier(selectors.durations(asked, shown.ask.as_of)))


def by_severity(
    viewer: Viewer, owner: UUID, clock: calc.Clock, period: Period | None, as_of: datetime | None
) -> list[Cohort]:
    """The figure of each severity apart, so that a change in the mix cannot pass for a change in speed."""
    wanted = [*reversed(SEVERITIES), (selectors.UNRATED, _("Not rated"))]
    return [cohort(viewer, owner, clock, str(title), period, severity=value, as_of=as_of) for value, title in wanted]


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
    return [
        cohort(
            viewer,
            owner,
            clock,
            q.label,
            q.period,
            severity=severity,
            horizon=horizon,
            as_of=as_of,
            curve=True,
        )
        for q in quarters
    ]


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
