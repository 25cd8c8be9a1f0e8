"""Incident times before and after a day: the figure, its curves, and a reading in plain words."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.calc.before_after import Sides, before_after
from trellis.calc.dates import add_months, day_start
from trellis.calc.figure import Basis, Figure
from trellis.calc.operations import Clock
from trellis.calc.survival import kaplan_meier
from trellis.core import formats
from trellis.core.charts import LineChart
from trellis.core.conditions import Invalid
from trellis.core.figures import Ask, FigureKind, figure_kind
from trellis.operations import classed, curves, kinds, selectors, small, times
from trellis.operations.parsing import SEVERITIES
from trellis.parties.schemas import Viewer
from trellis.sharing import figures
from trellis.sharing.figures import Shown

NAME = "operations.before_after"
SPANS = ("1", "2", "4", "8")  # quarters on each side


@dataclass(frozen=True)
class Compared:
    """What a page shows: the figure, what it says in words, its table, and curves for readers of the records."""

    shown: Shown
    said: list[str]
    rows: list[dict[str, Any]]
    mix: list[dict[str, Any]]
    chart: LineChart | None


def periods(day: date, quarters: int) -> tuple[tuple[date, date], tuple[date, date]]:
    """First and last day before the day, and from it on: as many quarters' months on each side."""
    start, end = add_months(day, -3 * quarters), add_months(day, 3 * quarters)
    return (start, day - timedelta(days=1)), (day, end - timedelta(days=1))


def _day(ask: Ask) -> date:
    try:
        found = date.fromisoformat(ask.param("day"))
    except ValueError:
        raise Invalid({"day": _("Enter a date, such as 8 July 2027")}) from None
    if not date(1990, 1, 1) <= found <= ask.as_of.date():
        raise Invalid({"day": _("The day is past, and not before 1990")})
    return found


def _span(ask: Ask) -> int:
    text = ask.param("quarters", "4")
    if text not in SPANS:
        raise Invalid({"quarters": _("Choose one from the list")})
    return int(text)


def fine(ask: Ask) -> bool:
    """Whether the question is off the grid of quarters and horizons: then it is for readers of the records alone."""
    day = _day(ask)
    return day.day != 1 or day.month not in (1, 4, 7, 10) or kinds.off_grid(ask)


def sides(ask: Ask) -> tuple[Clock, Sides]:
    """The durations on both sides of the day; those before it are followed up to it."""
    clock, owners, day, zone = kinds.clock_of(ask), kinds.owners_of(ask), _day(ask), ask.param("zone", "UTC")
    kinds.question_of(ask, clock, None)  # refuses an unknown zone
    first, second = periods(day, _span(ask))
    cut = min(day_start(day, ZoneInfo(zone)), ask.as_of)
    before = classed.by_severity(owners, clock, first, zone, ask.as_of, cut)
    return clock, Sides(before, classed.by_severity(owners, clock, second, zone, ask.as_of, ask.as_of))


def _compute(ask: Ask) -> Figure:
    clock, held = sides(ask)
    horizon = kinds.horizon_of(ask, "")
    owners = ",".join(map(str, kinds.owners_of(ask)))
    first, second = periods(_day(ask), _span(ask))
    at = Basis(ask.as_of, (first[0], second[1]), (f"{selectors.KIND}?owner={owners}",))
    made = before_after(at, clock, held, None if horizon is None else float(horizon))
    return replace(made, parameters={**made.parameters, "day": _day(ask).isoformat(), "quarters": _span(ask)})


def guard(made: Figure, ask: Ask) -> Figure:
    """The comparison as readers of figures get it; in the mix, None is a group that is not shown."""
    clock = kinds.clock_of(ask)
    asked = [kinds.question_of(ask, clock, period) for period in periods(_day(ask), _span(ask))]
    shown = small.sides(made, asked, ask.as_of, ("before_n", "after_n"))
    if shown.n is None:
        return shown
    parts = dict(shown.parts)
    for side, question in zip(("before", "after"), asked, strict=True):
        for severity, _title in [*SEVERITIES, (selectors.UNRATED, "")]:
            name = f"{side}_n_{severity}"
            if name in parts and small.level(replace(question, severity=severity), ask.as_of) not in ("whole", "empty"):
                parts[name] = None
    return replace(shown, parts=parts)


def chart(ask: Ask) -> LineChart | None:
    """Both curves with their bands; for readers of the records, because a curve shows single incidents."""
    clock, held = sides(ask)
    found = [kaplan_meier(part) for part in held.whole]
    day = formats.day(_day(ask))
    titles = [_("Before %(day)s") % {"day": day}, _("From %(day)s on") % {"day": day}]
    return curves.drawing(clock, list(zip(titles, found, strict=True)), ask.as_of)


figure_kind(
    FigureKind(
        name=NAME,
        title=gettext_lazy("Incident times before and after a day"),
        unit="hours",
        method="before-after",
        version="1",
        reads=(selectors.KIND,),
        scope=kinds.owners_of,
        compute=_compute,
        direction="down",
        chart=lambda _figure, ask: chart(ask),
        fine=fine,
        digits=kinds.DIGITS,
        guard=guard,
    )
)


def compared(
    viewer: Viewer,
    owner: UUID,
    clock: Clock,
    day: date,
    *,
    quarters: str = "4",
    horizon: object = None,
    as_of: datetime | None = None,
) -> Compared:
    """Two sides of a day. Raises Hidden where the owner shows no figures, Invalid for a wrong day."""
    times.require_owner(viewer, owner)
    params = {
        "owner": owner,
        "clock": clock,
        "day": day.isoformat(),
        "quarters": quarters,
        "horizon": horizon,
        "zone": selectors.zone_of(owner),
    }
    shown = figures.shown(viewer, NAME, params, None, as_of)
    open_ = selectors.may_see_curves(viewer, [owner]) and not shown.withheld_by
    made = shown.figure
    said = words(made, day)
    if shown.withheld_by and fine(shown.ask):
        said = [
            _(
                "Your organisation sees figures, not records. Choose the first day of a quarter, and 24, 72, 168 or 720 hours."
            )
        ]
    return Compared(shown, said, _rows(made), _mix(made), chart(shown.ask) if open_ else None)


def _number(figure: Figure, name: str) -> float | None:
    held = figure.parts.get(name)
    return float(held) if isinstance(held, int | float) else None


def _hours(value: float | None) -> str:
    return _("not reached") if value is None else formats.number(value, 1)


def _rows(made: Figure) -> list[dict[str, Any]]:
    found = []
    for side, title in (("before", _("Before")), ("after", _("After"))):
        low, high = _number(made, f"{side}_median_low"), _number(made, f"{side}_median_high")
        mean, se = _number(made, f"{side}_mean"), _number(made, f"{side}_mean_se")
        counts = {name: made.parts.get(f"{side}_{name}", _("not shown")) for name in ("n", "events", "open", "unknown")}
        ends = [_("not reached") if end is None else formats.number(end, 1) for end in (low, high)]
        span = _("%(low)s to %(high)s") % {"low": ends[0], "high": ends[1]}
        found.append(
            {
                "title": title,
                **counts,
                "median": _hours(_number(made, f"{side}_median")),
                "range": span if low is not None or high is not None else "-",
                "mean": f"{formats.number(mean, 1)} ({formats.number(se, 1)})"
                if mean is not None and se is not None
                else _("not followed that long"),
            }
        )
    return found


def _mix(made: Figure) -> list[dict[str, Any]]:
    """How many of each severity on both sides; a severity that neither side has is left out."""
    found = []
    for name, title in [*reversed(SEVERITIES), ("unrated", _("Not rated"))]:
        counts = [made.parts.get(f"{side}_n_{name}", 0) for side in ("before", "after")]
        if any(count is None or count for count in counts):
            before, after = (_("not shown") if count is None else count for count in counts)
            found.append({"title": str(title), "before": before, "after": after})
    return found


def words(made: Figure, day: date) -> list[str]:
    """The comparison for somebody who reads no statistics. It claims no cause."""
    if made.reason == "consent missing":
        return [_("The owner does not let your organisation see this figure, or not for this day.")]
    if made.reason == "suppressed":
        return [small.words(made)]
    names = ("before_n", "after_n", "before_open", "after_open")
    given = {**{name: formats.number(_number(made, name) or 0) for name in names}, "day": formats.day(day)}
    counted = made.n is not None
    said = [_("Compared: %(before_n)s detected before %(day)s and %(after_n)s from it on.") % given]
    if not counted:
        said = [
            _("Compared: what was detected before %(day)s and from it on. %(why)s.") % {**given, "why": _short(made)}
        ]
    if not isinstance(made.value, int | float):
        said.append(_("One side has too few incidents, or was not followed long enough, to compare means."))
    else:
        said += _difference(made)
    said += _tests(made)
    if counted:
        said.append(_("Still open when last looked at: %(before_open)s before, %(after_open)s after.") % given)
    said.append(_("It is a difference between two groups of incidents. Nothing here says why they differ."))
    return said


def _short(made: Figure) -> str:
    text = small.words(made)
    return text[:1].upper() + text[1:]


def _difference(made: Figure) -> list[str]:
    value = float(made.value)  # type: ignore[arg-type]  # the caller looked
    given = {
        "hours": formats.number(abs(value), 1),
        "horizon": formats.number(_number_of(made.parameters.get("horizon")), 0),
        "low": formats.number(made.low, 1) if made.low is not None else "",
        "high": formats.number(made.high, 1) if made.high is not None else "",
    }
    if value < 0:
        said = [_("Counting up to %(horizon)s hours, those after took %(hours)s hours less on average.") % given]
    else:
        said = [_("Counting up to %(horizon)s hours, those after took %(hours)s hours more on average.") % given]
    if made.low is None or made.high is None:
        return said
    if made.low <= 0 <= made.high:
        text = _("The range of 95 per cent, %(low)s to %(high)s hours, holds zero: it may be chance.")
    else:
        text = _("The range of 95 per cent is %(low)s to %(high)s hours and does not hold zero.")
    return [*said, text % given]


def _number_of(value: Any) -> float | None:
    return float(value) if value is not None and not isinstance(value, str) else None


def _tests(made: Figure) -> list[str]:
    plain, within = _number(made, "log_rank_p"), _number(made, "within_severity_p")
    said = []
    if plain is not None:
        text = _("If nothing had changed, curves this far apart would come up in about %(n)s of 100 comparisons.")
        said.append(text % {"n": _of_hundred(plain)})
    if within is not None:
        text = _("Compared within each severity alone, so that a changed mix cannot count: in about %(n)s of 100.")
        said.append(text % {"n": _of_hundred(within)})
    return said


def _of_hundred(share: float) -> str:
    return _("fewer than 1") if share < 0.01 else formats.number(100 * share, 0)
