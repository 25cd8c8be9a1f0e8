"""Pages that act: enter a function, plan, choose, step, record evidence and presence."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from trellis.calc.handover import LADDER
from trellis.catalogue import selectors as catalogue
from trellis.catalogue import services as entries
from trellis.core.conditions import Hidden, Invalid
from trellis.core.context import address
from trellis.core.forms import Form
from trellis.handover import selectors, services
from trellis.handover.criteria import BY_KEY, STEP_TITLES
from trellis.handover.forms import (
    ChoiceForm,
    EvidenceForm,
    FunctionForm,
    PlanForm,
    PresenceForm,
    StepForm,
    criterion_title,
)
from trellis.handover.views import right
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme
from trellis.sharing import gate
from trellis.sharing.records import kind_named


def _take(form: Form, error: Invalid) -> None:
    for name, text in error.fields.items():
        form.add_error(name if name in form.fields else None, text)


def _after(request: Asked, decision: Any, function: UUID) -> HttpResponse:
    here = request.programme.id
    return redirect(address("governance:decision", here, decision.pk) or address("handover:function", here, function))


@in_programme
def function_enter(request: Asked, function: UUID | None = None) -> HttpResponse:
    """Proposes a function, or a change of one."""
    here = request.programme.id
    one = catalogue.function(here, function) if function else None
    first = {**one.model_dump(), "owner": str(one.owner), "posts": "\n".join(one.posts)} if one else {}
    partners = [party for party in parties.parties(here) if party.side == "partner"]
    form = FunctionForm(request.POST or None, initial=first, partners=partners, known=one is not None)
    if request.method == "POST" and form.is_valid():
        said = form.said()
        try:
            if one is not None:
                said |= {"function": one.id, "start": one.start}
            _function, decision = entries.function_propose(request.viewer, here, **said)
        except Invalid as error:
            _take(form, error)
        else:
            return redirect(address("governance:decision", here, decision.pk) or address("handover:functions", here))
    context = {"form": form, "one": one, **right(request, "catalogue.function")}
    return render(request, "handover/function_enter.html", context)


@in_programme
def plan(request: Asked, function: UUID) -> HttpResponse:
    """Proposes the handover plan of a function, or a new date for it."""
    here = request.programme.id
    one = catalogue.function(here, function)
    last = selectors.plan(here, function)
    first: dict[str, Any] = {}
    if last:
        first = {
            "target": last.target,
            "next_owner": str(last.next_owner),
            "notice_days": last.notice_days,
        }
    form = PlanForm(request.POST or None, initial=first, parties=parties.parties(here), last=last)
    if request.method == "POST" and form.is_valid():
        try:
            return _after(request, services.plan_propose(request.viewer, here, function, **form.said()), function)
        except Invalid as error:
            _take(form, error)
    context = {"form": form, "one": one, "last": last, **right(request, "handover.plan")}
    return render(request, "handover/plan.html", context)


@in_programme
def choice(request: Asked, function: UUID) -> HttpResponse:
    """Proposes what happens to a function that is not ready at its notice point."""
    here = request.programme.id
    state = selectors.state(here, function)
    form = ChoiceForm(request.POST or None, offered=state.choices)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.choice_propose(request.viewer, here, function, **form.cleaned_data)
            return _after(request, made, function)
        except Invalid as error:
            _take(form, error)
    context = {"form": form, "state": state, **right(request, "handover.choice")}
    return render(request, "handover/choice.html", context)


@in_programme
def step(request: Asked, function: UUID) -> HttpResponse:
    """Proposes a step; `to` in the address names it. Without it, the next one forward."""
    here = request.programme.id
    state = selectors.state(here, function)
    at = LADDER.index(state.step)
    wanted = request.GET.get("to", "") or LADDER[min(at + 1, len(LADDER) - 1)]
    if wanted not in LADDER:
        raise Hidden()
    form = StepForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = services.step_propose(request.viewer, here, function, wanted, form.cleaned_data["reason"])
        return _after(request, made, function)
    found = [
        c for c in services.step_conditions(request.viewer, here, function, wanted) if c.name != _("A reason is given")
    ]
    context = {
        "form": form,
        "state": state,
        "steps": [STEP_TITLES[one] for one in LADDER],
        "at": at,
        "wanted": STEP_TITLES[wanted],
        "back": LADDER.index(wanted) < at,
        "conditions": found,
        "open": all(c.met for c in found),
        **right(request, "handover.step"),
    }
    return render(request, "handover/step.html", context)


def _files(request: Asked) -> list[tuple[str, str]]:
    rows = gate.visible(kind_named("sharing.evidence").model, request.viewer)
    mine = rows.filter(owner=request.viewer.organisation).order_by("-recorded_at")[:200]
    return [(str(row.subject), row.title) for row in mine]


@in_programme
def evidence_record(request: Asked, function: UUID, criterion: str) -> HttpResponse:
    """Records evidence of one criterion."""
    here = request.programme.id
    if criterion not in BY_KEY:
        raise Hidden()
    one = catalogue.function(here, function)
    form = EvidenceForm(request.POST or None, criterion=criterion, posts=one.posts, files=_files(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.evidence_record(request.viewer, here, function, criterion, **form.said())
        except Invalid as error:
            _take(form, error)
        else:
            messages.success(request, _("The evidence is recorded. It counts once a donor accepts it."))
            return redirect("handover:function", here, function)
    context = {
        "form": form,
        "one": one,
        "criterion": criterion_title(criterion),
        "may": request.side == "partner",
        "needs_posts": criterion == "holders" and not one.posts,
    }
    return render(request, "handover/evidence_record.html", context)


@in_programme
def presence_record(request: Asked, function: UUID) -> HttpResponse:
    """Records donor staff at work in a function."""
    here = request.programme.id
    one = catalogue.function(here, function)
    form = PresenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.presence_record(request.viewer, here, function, **form.cleaned_data)
        except Invalid as error:
            _take(form, error)
        else:
            messages.success(request, _("It is recorded."))
            return redirect("handover:function", here, function)
    context = {"form": form, "one": one, "may": request.side in ("partner", "donor")}
    return render(request, "handover/presence_record.html", context)
