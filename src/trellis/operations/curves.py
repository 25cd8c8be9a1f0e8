"""Curves with a band each: two sides of a day, or one group alone."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from trellis.calc.operations import Clock, Survival
from trellis.core import formats
from trellis.core.charts import Axis, LineChart, Series
from trellis.operations import reading


def drawing(clock: Clock, groups: Sequence[tuple[str, Survival]], as_of: datetime) -> LineChart | None:
    """Curves of one or two groups, the last the strongest, each with its 95 per cent range; None without any."""
    held = [(title, curve) for title, curve in groups if curve.n]
    if not held:
        return None
    end = reading._end([curve for _title, curve in held])
    series = []
    for place, (title, curve) in enumerate(held):
        # As the first of its chart, a curve gets its band; the weight tells them apart.
        extras = reading._extras(curve, end, 1)
        weight = len(held) - place
        series.append(Series(title, reading._points(curve, end), weight, reading._ending(title, curve), **extras))
    heads = [_("Group"), _("n"), _("Open"), _("Time unknown"), _("Median, h")]
    return LineChart(
        f"sides-{clock}",
        str(reading.LEFT[clock]),
        _("As of %(day)s. Shaded: 95 per cent range at each hour, by the log-log method. Circles: medians.")
        % {"day": formats.day(as_of)},
        " ".join(reading._ending(title, curve) for title, curve in held),
        x=Axis(_("hours since it started") if clock == "detect" else _("hours since detection")),
        y=Axis(_("per 100"), top=100),
        series=series,
        step=True,
        heads=[*heads, *(_("Left at %(h)s h") % {"h": h} for h in reading.AT)],
        rows=[[title, *reading._row(curve)] for title, curve in held],
    )
