"""Data and figure kinds of operations: incidents, the four incident times (D9), and two periods compared."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.calc import operations as calc
from trellis.calc.figure import Basis, Figure, Value
from trellis.core.conditions import Invalid
from trellis.core.figures import Ask, FigureKind, figure_kind
from trellis.operations import classed, selectors, small
from trellis.operations.classes import TYPES
from trellis.operations.models import Incident
from trellis.operations.parsing import SEVERITIES
from trellis.operations.schemas import Question
from trellis.sharing.records import DataKind, data_kind

HORIZON = "72"
HORIZONS = ("", "24", "72", "168", "720")  # hours; others are for readers of the records
DIGITS = 2  # significant digits of times, for readers of figures
P90 = Decimal("0.9")
TITLES: dict[calc.Clock, object] = {
    "detect": gettext_lazy("Time to detect"),
    "acknowledge": gettext_lazy("Time to acknowledge"),
    "contain": gettext_lazy("Time to contain"),
    "recover": gettext_lazy("Time to recover"),
}

data_kind(
    DataKind(
        selectors.KIND,
        Incident,
        gettext_lazy("Incident"),
        gettext_lazy("What happened, how severe it is, and when each step was reached"),
        search=("reference", "title", "summary", "sector"),
        facets=("sector",),
        url_name="operations:incident",
    )
)


def owners_of(ask: Ask) -> list[UUID]:
    """The owners in a question: ids separated by commas."""
    try:
        found = {UUID(text) for text in ask.param("owner").split(",")}
    except ValueError:
        raise Invalid({"owner": _("Name the organisations by their ids.")}) from None
    return sorted(found)


def question_of(ask: Ask, clock: calc.Clock, period: tuple[date, date] | None) -> Question:
    """The question behind an address. Raises Invalid for what is on no grid: periods are whole quarters."""
    wrong: dict[str, str] = {}
    severity, zone = ask.param("severity"), ask.param("zone", "UTC")
    classification = ask.param("class")
    if classification and classification not in {*TYPES, classed.UNCLASSIFIED}:
        wrong["class"] = _("Choose one from the list")
    if severity and severity not in {*dict(SEVERITIES), selectors.UNRATED}:
        wrong["severity"] = _("Choose one from the list")
    if period is not None and not whole_quarters(*period):
        wrong["period"] = _("A period is one quarter or several whole ones.")
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        wrong["zone"] = _("There is no time zone of this name")
    if wrong:
        raise Invalid(wrong)
    return Question(tuple(owners_of(ask)), clock, period, severity, zone, classification)


def whole_quarters(first: date, last: date) -> bool:
    """Whether a period is one quarter of a year or several whole ones."""
    end = last + timedelta(days=1)
    months = (end.year - first.year) * 12 + end.month - first.month
    return first.day == end.day == 1 and months > 0 and months % 3 == 0


def off_grid(ask: Ask) -> bool:
    """Whether the horizon is not a declared one: means at one after the other would draw the curve."""
    return ask.param("horizon") not in HORIZONS


def horizon_of(ask: Ask, default: str = HORIZON) -> Decimal | None:
    """The horizon of a mean, in hours; None where none is given and none is usual."""
    text = ask.param("horizon", default)
    try:
        found = Decimal(text) if text else None
    except InvalidOperation:
        found = Decimal(0)
    if found is not None and not (found.is_finite() and 0 < found <= 100_000):
        raise Invalid({"horizon": _("A horizon is a number of hours, more than 0.")})
    return found


def _basis(ask: Ask, asked: Question) -> Basis:
    # 200,000 ids would be no help; the selection itself is the input and leads to the rows.
    selection = f"{selectors.KIND}?owner={','.join(map(str, asked.owners))}&severity={asked.severity}"
    if asked.classification:
        selection += f"&class={asked.classification}"
    return Basis(ask.as_of, ask.period, (selection,))


def _time(clock: calc.Clock) -> Callable[[Ask], Figure]:
    def compute(ask: Ask) -> Figure:
        asked, horizon = question_of(ask, clock, ask.period), horizon_of(ask)
        assert horizon is not None
        held = selectors.durations(asked, ask.as_of)
        at = _basis(ask, asked)
        median = calc.time_figure(at, clock, held)
        p90 = calc.time_figure(at, clock, held, P90)
        mean = calc.time_mean(at, clock, held, horizon)
        parts: dict[str, Value] = {
            "p90": p90.value,
            "p90_low": p90.low,
            "p90_high": p90.high,
            "restricted_mean": mean.value,
        }
        if p90.value is None:
            parts["p90"] = p90.reason
        if mean.value is None:
            parts["restricted_mean"] = mean.reason
        given: dict[str, Value] = {"horizon": horizon, "zone": asked.zone, "severity": asked.severity or "all"}
        if asked.classification:
            given["class"] = asked.classification
        return replace(median, parts={**median.parts, **parts}, parameters={**median.parameters, **given})

    return compute


def _guard(clock: calc.Clock) -> Callable[[Figure, Ask], Figure]:
    return lambda made, ask: small.time(made, question_of(ask, clock, ask.period), ask.as_of)


def periods_of(ask: Ask) -> tuple[tuple[date, date], tuple[date, date]]:
    """The two periods of a comparison, each `first/last`."""
    found = []
    for name in ("first", "second"):
        start, _sep, end = ask.param(name).partition("/")
        try:
            found.append((date.fromisoformat(start), date.fromisoformat(end)))
        except ValueError:
            raise Invalid({name: _("A period is one quarter or several whole ones.")}) from None
    return found[0], found[1]


def clock_of(ask: Ask) -> calc.Clock:
    """The clock of a comparison."""
    for clock in calc.CLOCKS:
        if clock == ask.param("clock", "contain"):
            return clock
    raise Invalid({"clock": _("Choose one from the list")})


def _compare(ask: Ask) -> Figure:
    clock, horizon = clock_of(ask), horizon_of(ask, "")
    first, second = (question_of(ask, clock, period) for period in periods_of(ask))
    held = [selectors.durations(asked, ask.as_of) for asked in (first, second)]
    return calc.compare_clock(_basis(ask, first), clock, held[0], held[1], horizon)


def _compare_guard(made: Figure, ask: Ask) -> Figure:
    asked = [question_of(ask, clock_of(ask), period) for period in periods_of(ask)]
    return small.sides(made, asked, ask.as_of, ("n_first", "n_second"))


for _clock, _title in TITLES.items():
    figure_kind(
        FigureKind(
            name=f"operations.{_clock}",
            title=_title,
            unit="hours",
            method="operations",
            version="1",
            reads=(selectors.KIND,),
            scope=owners_of,
            compute=_time(_clock),
            direction="down",
            fine=off_grid,
            digits=DIGITS,
            guard=_guard(_clock),
        )
    )
figure_kind(
    FigureKind(
        name="operations.compare",
        title=gettext_lazy("Incident times of two periods"),
        unit="hours",
        method="operations",
        version="1",
        reads=(selectors.KIND,),
        scope=owners_of,
        compute=_compare,
        direction="down",
        fine=off_grid,
        digits=DIGITS,
        guard=_compare_guard,
    )
)
