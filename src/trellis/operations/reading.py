"""Figures of incidents in words, and as curves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from numpy.typing import NDArray

from trellis.calc.figure import Figure
from trellis.calc.operations import Clock, Survival
from trellis.calc.small import SMALL
from trellis.core import formats
from trellis.core.charts import Axis, LineChart, Series
from trellis.operations.schemas import Cohort

HALF = {
    "detect": gettext_lazy("Half of them were detected within %(hours)s hours of their start."),
    "acknowledge": gettext_lazy("Half of them were acknowledged within %(hours)s hours of detection."),
    "contain": gettext_lazy("Half of them were contained within %(hours)s hours of detection."),
    "recover": gettext_lazy("Half of them were recovered from within %(hours)s hours of detection."),
}
NOT_HALF = {
    "detect": gettext_lazy("The half is not reached."),
    "acknowledge": gettext_lazy("Fewer than half are known to be acknowledged: the median is not reached."),
    "contain": gettext_lazy("Fewer than half are known to be contained: the median is not reached."),
    "recover": gettext_lazy("Fewer than half are known to be recovered from: the median is not reached."),
}
LEFT = {
    "detect": gettext_lazy("Incidents not yet detected, per 100"),
    "acknowledge": gettext_lazy("Incidents not yet acknowledged, per 100 detected"),
    "contain": gettext_lazy("Incidents not yet contained, per 100 detected"),
    "recover": gettext_lazy("Incidents not yet recovered from, per 100 detected"),
}
SPOTS = 400  # more steps than that cannot be told apart on a drawing 640 wide
AT = (12, 24, 48, 72)  # hours of the table under the curves


def sentence(figure: Figure, clock: Clock) -> list[str]:
    """What a figure says, for somebody who reads no statistics."""
    if figure.reason == "consent missing":
        return [_("The owner does not let your organisation see this figure.")]
    if figure.reason == "suppressed":
        return [_("Of fewer than %(n)s incidents, or beside such a group, no times are shown.") % {"n": SMALL}]
    if figure.n is None:
        return [
            str(HALF[clock]) % {"hours": formats.number(_hours(figure), 1)} if _hours(figure) else str(NOT_HALF[clock])
        ]
    counted = (figure.n or 0) + figure.unknown
    if not counted:
        return [_("No incident was detected in this period.")]
    said = [
        ngettext("%(n)s incident was detected.", "%(n)s incidents were detected.", counted)
        % {"n": formats.number(counted)}
    ]
    if isinstance(figure.value, int | float):
        said.append(str(HALF[clock]) % {"hours": formats.number(figure.value, 1)})
    elif figure.n:
        said.append(str(NOT_HALF[clock]))
    if figure.open:
        said.append(
            ngettext(
                "%(n)s is still open; it counts as not yet done, so the figure looks no better than it is.",
                "%(n)s are still open; they count as not yet done, so the figure looks no better than it is.",
                figure.open,
            )
            % {"n": formats.number(figure.open)}
        )
    if figure.unknown:
        said.append(
            ngettext(
                "%(n)s has no usable time; it is left out of the median and counted here.",
                "%(n)s have no usable time; they are left out of the median and counted here.",
                figure.unknown,
            )
            % {"n": formats.number(figure.unknown)}
        )
    return said


def _hours(figure: Figure) -> float | None:
    return float(figure.value) if isinstance(figure.value, int | float) else None


def part(figure: Figure, name: str) -> str:
    """A number beside the value in hours, or the words for why there is none."""
    held = figure.parts.get(name)
    if isinstance(held, int | float):
        return _("%(n)s hours") % {"n": formats.number(held, 1)}
    if figure.reason == "suppressed":
        return _("not shown")
    words = {
        "not reached": _("not reached"),
        "insufficient data": _("not followed that long"),
        "no data": _("no data"),
    }
    return words.get(str(held), _("not reported"))


def chart(clock: Clock, cohorts: Sequence[Cohort], as_of: datetime) -> LineChart | None:
    """Curves of up to three cohorts, the first the strongest; None where there is nothing to draw."""
    drawn = [cohort for cohort in cohorts if cohort.curve is not None and cohort.curve.n][:3]
    curves = [cohort.curve for cohort in drawn if cohort.curve is not None]
    if not curves:
        return None
    end = _end(curves)
    series = [
        Series(
            cohort.title,
            _points(curve, end),
            min(place, 3),
            _ending(cohort.title, curve),
            **_extras(curve, end, place),
        )
        for place, (cohort, curve) in enumerate(zip(drawn, curves, strict=True), start=1)
    ]
    return LineChart(
        f"curve-{clock}",
        str(LEFT[clock]),
        _("By quarter of detection, as of %(day)s. Shaded: 95 per cent range of the first. Circles: medians.")
        % {"day": formats.day(as_of)},
        " ".join(_ending(cohort.title, curve) for cohort, curve in zip(drawn, curves, strict=True)),
        x=Axis(_("hours since it started") if clock == "detect" else _("hours since detection")),
        y=Axis(_("per 100"), top=100),
        series=series,
        step=True,
        heads=[
            _("Detected in"),
            _("n"),
            _("Open"),
            _("Time unknown"),
            _("Median, h"),
            *(_("Left at %(h)s h") % {"h": h} for h in AT),
        ],
        rows=[[cohort.title, *_row(curve)] for cohort, curve in zip(drawn, curves, strict=True)],
    )


def _end(curves: Sequence[Survival]) -> float:
    """Where the axis ends: a single incident open for years must not press the rest into a corner."""
    longest = max(curve.last for curve in curves) or 1.0
    usual = 0.0
    for curve in curves:
        usual = max(usual, curve.quantile(0.75).value or curve.median().value or 0.0)
    return min(longest, usual * 3) if usual else longest


def _drawn(curve: Survival, end: float) -> NDArray[np.intp]:
    """The places of the event times to draw, up to `end`: of those that fall on one spot, the last."""
    places = np.flatnonzero(curve.times <= end)
    if places.size <= SPOTS or not end:
        return places
    spots = np.floor(curve.times[places] * (SPOTS / end))
    return places[np.flatnonzero(np.append(np.diff(spots) > 0, True))]


def _points(curve: Survival, end: float) -> list[tuple[float, float]]:
    held = [(float(curve.times[n]), 100 * float(curve.survival[n])) for n in _drawn(curve, end)]
    return [(0.0, 100.0), *held, (min(end, curve.last), 100 * curve.at(min(end, curve.last)))]


def _extras(curve: Survival, end: float, place: int) -> dict[str, Any]:
    median = curve.median().value
    found: dict[str, Any] = {}
    if median is not None and median <= end:
        found["mark"] = (median, 50)
    if place == 1:
        low, high = curve.band()
        # Where a limit has no value there is no band to draw.
        found["band"] = [
            (float(curve.times[n]), 100 * float(low[n]), 100 * float(high[n]))
            for n in _drawn(curve, end)
            if low[n] == low[n] and high[n] == high[n]
        ]
    return found


def _ending(title: str, curve: Survival) -> str:
    median = curve.median().value
    hours = _("%(n)s h") % {"n": formats.number(median, 1)} if median is not None else _("not reached")
    return _("%(title)s: %(hours)s") % {"title": title, "hours": hours}


def _row(curve: Survival) -> list[Any]:
    median = curve.median().value
    shown = formats.number(median, 1) if median is not None else _("not reached")
    left = [formats.number(100 * curve.at(h), 0) if h <= curve.last else _("not followed") for h in AT]
    return [curve.n, curve.open, curve.unknown, shown, *left]


def compared(figure: Figure) -> list[str]:
    """A comparison in words. It shows a difference and claims no cause."""
    if figure.reason == "consent missing":
        return [_("The owner does not let your organisation see this figure.")]
    if figure.reason == "suppressed":
        return [_("Of fewer than %(n)s incidents, or beside such a group, no times are shown.") % {"n": SMALL}]
    if not isinstance(figure.value, int | float):
        return [_("One of the periods has too few incidents, or was not followed long enough, to compare means.")]
    horizon = figure.parameters.get("horizon")
    words = {
        "hours": formats.number(abs(figure.value), 1),
        "horizon": formats.number(horizon, 0) if isinstance(horizon, int | float) else "",
    }
    if figure.value < 0:
        said = [
            _("Counting up to %(horizon)s hours, the later period is shorter by %(hours)s hours on average.") % words
        ]
    else:
        said = [
            _("Counting up to %(horizon)s hours, the later period is longer by %(hours)s hours on average.") % words
        ]
    p = figure.parts.get("log_rank_p")
    crosses = figure.low is None or figure.high is None or figure.low <= 0 <= figure.high
    if crosses or not isinstance(p, float) or p >= 0.05:
        said.append(_("The difference may be partly chance."))
    said.append(_("It is a difference between two groups of incidents, and says nothing of its cause."))
    return said
