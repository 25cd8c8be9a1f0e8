"""The trend of an indicator: readings, baseline and targets over time."""

from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.catalogue.schemas import IndicatorView
from trellis.core import formats
from trellis.core.charts import Axis, LineChart, Series
from trellis.measurement import store


def trend(programme: UUID, one: IndicatorView, as_of: datetime) -> LineChart | None:
    """A line of readings with the path from baseline to the targets; None while there is nothing to draw."""
    points = store.points(programme, [one], as_of)[one.id]
    start = one.baseline_on
    path = [(t.by, t.value) for t in one.targets]
    if start and one.baseline is not None:
        path.insert(0, (start, one.baseline))
    days = [p.end for p in points] + [day for day, _value in path]
    if not points or len(days) < 2:
        return None
    origin = min(days)
    read = Series(_("Read"), [(_x(p.end, origin), p.value) for p in points], weight=1, label=_("Read"))
    planned = Series(
        _("Target path"), [(_x(day, origin), value) for day, value in path], weight=3, label=_("Target path")
    )
    ticks = [(_x(day, origin), formats.day(day)) for day in (origin, max(days))]
    rows = [
        [
            formats.day(p.end),
            p.value,
            _("not reported: %(parts)s") % {"parts": ", ".join(p.missing)} if p.missing else "",
        ]
        for p in points
    ]
    return LineChart(
        f"trend-{one.id}",
        one.title,
        _("%(unit)s, by the last day of each period") % {"unit": one.unit},
        one.definition,
        x=Axis(_("last day of the period"), ticks=ticks),
        y=Axis(one.unit),
        series=[read, planned] if len(path) > 1 else [read],
        heads=[_("Until"), one.unit, _("Note")],
        rows=rows,
    )


def _x(day: date, origin: date) -> int:
    return (day - origin).days
