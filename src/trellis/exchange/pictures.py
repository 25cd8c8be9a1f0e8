"""Curves and bars of the exchange, for the organisation whose records they are."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from trellis.calc.figure import Figure
from trellis.calc.survival import Survival, kaplan_meier
from trellis.core import formats
from trellis.core.charts import Axis, Bar, BarChart, LineChart, Series
from trellis.core.figures import Ask
from trellis.exchange import figures

AT = (24, 72, 168)  # hours of the table under the curves


def curves(share: Ask, acknowledge: Ask) -> LineChart | None:
    """Both times as curves: how many are left of 100, by hours. None where there is nothing to draw."""
    held = [
        (_("Sharing"), kaplan_meier(figures.share_times(share))),
        (_("Acknowledgement"), kaplan_meier(figures.acknowledge_times(acknowledge))),
    ]
    drawn = [(title, curve) for title, curve in held if curve.n]
    if not drawn:
        return None
    end = max(_end(curve) for _title, curve in drawn)
    series = [
        Series(title, _points(curve, end), place, f"{title}: {_median(curve)}", **_extras(curve, end, place))
        for place, (title, curve) in enumerate(drawn, start=1)
    ]
    return LineChart(
        "exchange-times",
        _("From detection to acknowledgement"),
        _("Objects not yet shared since detection, and not yet acknowledged since sharing, as of %(day)s.") % {"day": formats.day(share.as_of)},
        " ".join(f"{title}: {_median(curve)}." for title, curve in drawn),
        x=Axis(_("hours")),
        y=Axis(_("not yet, per 100"), top=100),
        series=series,
        step=True,
        heads=[
            _("Step"), _("n"), _("Open"), _("Time unknown"), _("Median, h"),
            *(_("Left at %(h)s h") % {"h": h} for h in AT),
        ],
        rows=[[title, *_row(curve)] for title, curve in held],
    )  # fmt: skip


def _end(curve: Survival) -> float:
    """Where a curve stops telling: one object open for a year must not press the rest into a corner."""
    usual = curve.quantile(0.75).value or curve.median().value
    last = max((float(t) for t, n in zip(curve.times, curve.events, strict=True) if n), default=curve.last)
    return max(1.0, min(curve.last, usual * 3 if usual else last * 1.25))


def _points(curve: Survival, end: float) -> list[tuple[float, float]]:
    last = min(end, curve.last)
    held = [(float(t), 100 * float(s)) for t, s in zip(curve.times, curve.survival, strict=True) if t <= end]
    return [(0.0, 100.0), *held, (last, 100 * curve.at(last))]


def _extras(curve: Survival, end: float, place: int) -> dict[str, Any]:
    median = curve.median().value
    return {"mark": (median, 50)} if median is not None and median <= end else {}


def _median(curve: Survival) -> str:
    value = curve.median().value
    return _("%(n)s h") % {"n": formats.number(value, 1)} if value is not None else _("not reached")


def _row(curve: Survival) -> list[Any]:
    if not curve.n:
        return [0, 0, curve.unknown, _("no data"), *(_("no data") for _h in AT)]
    left = [formats.number(100 * curve.at(h), 0) if h <= curve.last else _("not followed") for h in AT]
    median = curve.median().value
    shown = formats.number(median, 1) if median is not None else _("not reached")
    return [curve.n, curve.open, curve.unknown, shown, *left]


def given_and_taken(made: Figure, as_of: datetime) -> BarChart | None:
    """Objects given beside objects received."""
    given, received = made.parts.get("given"), made.parts.get("received")
    if not isinstance(given, int) or not isinstance(received, int) or not given + received:
        return None
    said = _("%(given)s given, %(received)s received.") % {"given": given, "received": received}
    return BarChart(
        "exchange-balance",
        _("Given and received"),
        _("As of %(day)s. Objects that were really served, each counted once.") % {"day": formats.day(as_of)},
        said,
        Axis(_("objects")),
        [Bar(_("Given to others"), given), Bar(_("Received from others"), received)],
    )


def answers(made: Figure) -> BarChart | None:
    """What recipients said, answer by answer."""
    titles = {"yes": _("Useful"), "partly": _("Useful in part"), "no": _("Not useful")}
    found = {name: made.parts.get(name) for name in titles}
    counts = {name: n if isinstance(n, int) else 0 for name, n in found.items()}
    if not any(counts.values()) and not made.unknown:
        return None
    bars = [Bar(title, counts[name]) for name, title in titles.items()]
    bars.append(Bar(_("Not known yet"), made.unknown))
    said = ", ".join(f"{bar.label}: {bar.value}" for bar in bars)
    caption = _("Answers of recipients. Those not known yet are in no share.")
    return BarChart("exchange-useful", _("Was it useful?"), caption, said, Axis(_("answers")), bars)
