"""Pages of incident times: by quarter and severity, and two periods compared."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from trellis.calc.dates import Quarter
from trellis.calc.operations import CLOCKS, DETECT_BIAS, Clock
from trellis.core.conditions import Hidden, Invalid
from trellis.core.fields import parse_day
from trellis.operations import reading, selectors, times
from trellis.operations.forms import CompareForm, FiguresForm, quarter_value
from trellis.operations.kinds import TITLES
from trellis.operations.schemas import Cohort
from trellis.parties.pages import Asked, inside

QUARTERS = 6


def _owner(request: Asked, owners: dict[UUID, str]) -> UUID:
    """The organisation asked for, or the viewer's own. Raises Hidden for one whose figures are not shown."""
    text = request.GET.get("owner", "")
    if not text:
        return next(iter(owners))
    found = next((owner for owner in owners if str(owner) == text), None)
    if found is None:
        raise Hidden()
    return found


def _clock(request: Asked) -> Clock:
    return next((clock for clock in CLOCKS if clock == request.GET.get("clock")), "contain")


def _day(text: str) -> date | None:
    try:
        return parse_day(text) if text else None
    except ValueError:
        return None


def _given(request: Asked, **defaults: str) -> QueryDict:
    given = request.GET.copy()
    for name, value in defaults.items():
        if not given.get(name):
            given[name] = value
    return given


def _line(cohort: Cohort) -> dict[str, Any]:
    made = cohort.shown.figure
    return {
        "title": cohort.title,
        "figure": made,
        "url": cohort.shown.url,
        "p90": reading.part(made, "p90"),
        "events": made.parts.get("events"),
    }


@inside
def figures(request: Asked) -> HttpResponse:
    """The times of one organisation's incidents: a quarter, those before it, and each severity apart."""
    owners = selectors.owners_shown(request.viewer)
    owner, clock = _owner(request, owners), _clock(request)
    quarters = selectors.quarters([owner], selectors.zone_of(owner), QUARTERS)
    titles = {str(one): name for one, name in owners.items()}
    latest = quarter_value(quarters[0]) if quarters else ""
    given = _given(request, owner=str(owner), clock=clock, quarter=latest)
    form = FiguresForm(given, owners=titles, quarters=quarters)
    context: dict[str, Any] = {
        "form": form,
        "owner_name": owners[owner],
        "owner": owner,
        "clock": clock,
        "title": TITLES[clock],
        "curves": selectors.may_see_curves(request.viewer, [owner]),
        "many": len(quarters) > 1,
        "biased": DETECT_BIAS if clock == "detect" else "",
    }
    if quarters and form.is_valid():
        try:
            context.update(_shown(request, owner, clock, quarters, form.cleaned_data))
        except Invalid as error:
            for text in error.fields.values():
                form.add_error(None, text)
    return render(request, "operations/figures.html", context)


def _shown(request: Asked, owner: UUID, clock: Clock, quarters: list[Quarter], said: dict[str, Any]) -> dict[str, Any]:
    zone = selectors.zone_of(owner)
    as_of = times.end_of(_day(request.GET.get("as_of", "")), zone)
    chosen = next(q for q in quarters if quarter_value(q) == said["quarter"])
    ordered = [chosen, *(q for q in quarters if q != chosen)]
    options: dict[str, Any] = {"severity": said["severity"], "horizon": said["horizon"], "as_of": as_of}
    cohorts = times.by_quarter(request.viewer, owner, clock, ordered, **options)
    main = cohorts[0].shown
    severities = [] if said["severity"] else times.by_severity(request.viewer, owner, clock, chosen.period, as_of)
    return {
        "main": main,
        "quarter": chosen,
        "reading": reading.sentence(main.figure, clock),
        "p90": reading.part(main.figure, "p90"),
        "mean": reading.part(main.figure, "restricted_mean"),
        "horizon": main.figure.parameters.get("horizon"),
        "chart": reading.chart(clock, cohorts, main.ask.as_of),
        "quarters": [_line(c) for c in sorted(cohorts, key=lambda c: c.title, reverse=True)],
        "severities": [_line(c) for c in severities],
        "as_of": main.ask.as_of,
    }


@inside
def compare(request: Asked) -> HttpResponse:
    """Two quarters of one organisation, side by side."""
    owners = selectors.owners_shown(request.viewer)
    owner, clock = _owner(request, owners), _clock(request)
    quarters = selectors.quarters([owner], selectors.zone_of(owner), 20)
    titles = {str(one): name for one, name in owners.items()}
    defaults = {"owner": str(owner), "clock": clock}
    if len(quarters) > 1:
        defaults |= {"first": quarter_value(quarters[1]), "second": quarter_value(quarters[0])}
    form = CompareForm(_given(request, **defaults), owners=titles, quarters=quarters)
    context: dict[str, Any] = {
        "form": form,
        "owner_name": owners[owner],
        "owner": owner,
        "clock": clock,
        "many": len(quarters) > 1,
    }
    if len(quarters) > 1 and form.is_valid():
        said = form.cleaned_data
        chosen = [next(q for q in quarters if quarter_value(q) == said[name]) for name in ("first", "second")]
        found = times.compare(
            request.viewer,
            owner,
            clock,
            chosen[0].period,
            chosen[1].period,
            severity=said["severity"],
            horizon=said["horizon"],
        )
        options: dict[str, Any] = {"severity": said["severity"], "horizon": said["horizon"]}
        cohorts = times.by_quarter(request.viewer, owner, clock, chosen, **options)
        context |= {
            "found": found.shown,
            "p": found.shown.figure.parts.get("log_rank_p"),
            "reading": reading.compared(found.shown.figure),
            "quarters": [_line(c) for c in cohorts],
            "chart": reading.chart(clock, cohorts[::-1], found.shown.ask.as_of),
        }
    return render(request, "operations/compare.html", context)
