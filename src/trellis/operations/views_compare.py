"""Pages of comparison: before and after a day; times by severity and class."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from trellis.calc.dates import add_months
from trellis.calc.operations import CLOCKS, DETECT_BIAS, Clock
from trellis.core import clock as clocks
from trellis.core.conditions import Hidden, Invalid
from trellis.operations import before_after as sides
from trellis.operations import breakdown, reading, selectors
from trellis.operations.forms import quarter_value
from trellis.operations.forms_compare import CLASSES, BeforeAfterForm, BreakdownForm
from trellis.operations.kinds import TITLES
from trellis.parties.pages import Asked, inside, told

QUARTERS = 12
HORIZON = "168"  # hours: a week


def _owner(request: Asked) -> tuple[UUID, dict[UUID, str]]:
    """The organisation asked for, or the viewer's own. Raises Hidden for one whose figures are not shown."""
    owners = selectors.owners_shown(request.viewer)
    text = request.GET.get("owner", "")
    found = next((owner for owner in owners if not text or str(owner) == text), None)
    if found is None:
        raise Hidden()
    return found, owners


def _clock(request: Asked) -> Clock:
    return next((clock for clock in CLOCKS if clock == request.GET.get("clock")), "contain")


@inside
def before_after(request: Asked) -> HttpResponse:
    """Incident times before and after a day."""
    owner, owners = _owner(request)
    clock, today = _clock(request), clocks.today()
    given = request.GET.copy()
    first = add_months(today.replace(day=1), -((today.month - 1) % 3) - 6)
    for name, value in {"owner": str(owner), "clock": clock, "day": first.isoformat(), "quarters": "4"}.items():
        if not given.get(name):
            given[name] = value
    if "day" not in request.GET:
        given["horizon"] = HORIZON  # a longer one lets a few that stay open for months say everything
    form = BeforeAfterForm(given, owners={str(one): name for one, name in owners.items()})
    context: dict[str, Any] = {
        "form": form,
        "owner_name": owners[owner],
        "title": TITLES[clock],
        "curves": selectors.may_see_curves(request.viewer, [owner]),
        "biased": clock == "detect" and DETECT_BIAS,
    }
    if form.is_valid():
        said = form.cleaned_data
        try:
            context["found"] = sides.compared(
                request.viewer,
                owner,
                clock,
                said["day"],
                quarters=said["quarters"] or "4",
                horizon=said["horizon"],
            )
        except Invalid as error:
            told(form, error)
        context["day"] = said.get("day")
    return render(request, "operations/before_after.html", context)


@inside
def times_breakdown(request: Asked) -> HttpResponse:
    """Incident times by severity and by class, each with its range, and the curve of one group with its band."""
    owner, owners = _owner(request)
    clock = _clock(request)
    quarters = selectors.quarters([owner], selectors.zone_of(owner), QUARTERS)
    offered = [("", _("all time")), *((quarter_value(q), q.label) for q in quarters)]
    given = request.GET.copy()
    for name, value in {"owner": str(owner), "clock": clock}.items():
        given[name] = given.get(name) or value
    form = BreakdownForm(given, owners={str(one): name for one, name in owners.items()}, quarters=offered)
    context: dict[str, Any] = {"form": form, "owner_name": owners[owner], "title": TITLES[clock], "clock": clock}
    if form.is_valid():
        said = form.cleaned_data
        period = next((q.period for q in quarters if quarter_value(q) == said["quarter"]), None)
        classes = [(name, str(title)) for name, title in CLASSES]
        severity, kind = said["severity"], said["classification"]
        group = ", ".join(
            str(dict(form.fields[name].choices)[said[name]])  # type: ignore[attr-defined]  # choices all
            for name in ("quarter", "severity", "classification")
            if said[name]
        )
        main = breakdown.line(request.viewer, owner, clock, group or _("All incidents"), period, severity, kind)
        context |= {
            "main": main,
            "reading": reading.sentence(main.figure, clock),
            "chart": breakdown.curve(request.viewer, owner, clock, period, severity, kind, main),
            "severities": breakdown.by_severity(request.viewer, owner, clock, period, kind),
            "classes": breakdown.by_class(request.viewer, owner, clock, period, severity, classes),
            "curves": selectors.may_see_curves(request.viewer, [owner]),
        }
    return render(request, "operations/breakdown.html", context)
