"""Incident times by quarter, severity and class: figures with their ranges, and one curve with its band."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.calc.figure import Figure
from trellis.calc.operations import Clock
from trellis.calc.survival import kaplan_meier
from trellis.core import formats
from trellis.core.charts import LineChart
from trellis.operations import curves, selectors, times
from trellis.operations.parsing import SEVERITIES
from trellis.operations.schemas import Question
from trellis.parties.schemas import Viewer
from trellis.sharing import figures
from trellis.sharing.figures import Shown

Period = tuple[date, date] | None


@dataclass(frozen=True)
class Line:
    """A figure of one group, with the range of its median in words."""

    title: str
    shown: Shown

    @property
    def figure(self) -> Figure:
        """The figure itself."""
        return self.shown.figure

    @property
    def span(self) -> str:
        """The 95 per cent range of the median; an end that is not reached is said."""
        low, high = self.figure.low, self.figure.high
        if low is None and high is None:
            return "-"
        ends = [formats.number(end, 1) if end is not None else _("not reached") for end in (low, high)]
        return _("%(low)s to %(high)s") % {"low": ends[0], "high": ends[1]}


def line(
    viewer: Viewer,
    owner: UUID,
    clock: Clock,
    title: str,
    period: Period,
    severity: str = "",
    classification: str = "",
    as_of: datetime | None = None,
) -> Line:
    """The figure of one group. Raises Hidden where the owner shows the viewer no figures."""
    times.require_owner(viewer, owner)
    params: dict[str, Any] = {**times.params_of(owner, severity, selectors.zone_of(owner)), "class": classification}
    return Line(title, figures.shown(viewer, f"operations.{clock}", params, period, as_of))


def by_severity(viewer: Viewer, owner: UUID, clock: Clock, period: Period, classification: str) -> list[Line]:
    """Each severity apart."""
    named = [*reversed(SEVERITIES), (selectors.UNRATED, _("Not rated"))]
    return [line(viewer, owner, clock, str(title), period, name, classification) for name, title in named]


def by_class(
    viewer: Viewer, owner: UUID, clock: Clock, period: Period, severity: str, words: Sequence[tuple[str, str]]
) -> list[Line]:
    """Each class apart; classes without an incident are left out."""
    found = [line(viewer, owner, clock, title, period, severity, name) for name, title in words]
    return [one for one in found if one.figure.n or one.figure.unknown or one.figure.n is None]


def curve(
    viewer: Viewer, owner: UUID, clock: Clock, period: Period, severity: str, classification: str, shown: Line
) -> LineChart | None:
    """The curve of one group with its band, for readers of the records."""
    if not selectors.may_see_curves(viewer, [owner]):
        return None
    asked = Question((owner,), clock, period, severity, selectors.zone_of(owner), classification)
    at = shown.shown.ask.as_of
    return curves.drawing(clock, [(shown.title, kaplan_meier(selectors.durations(asked, at)))], at)
