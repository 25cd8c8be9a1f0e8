"""Pages of handover: the functions on the ladder, one function, one piece of evidence."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.calc.handover import LADDER
from trellis.core import figures as engine
from trellis.core.conditions import Condition, Hidden
from trellis.core.context import address
from trellis.core.tables import Choice, Column, Search, Table
from trellis.governance import rights
from trellis.governance.registry import kind_named
from trellis.handover import rules, selectors, services
from trellis.handover.criteria import BY_CALC, CRITERIA, STEP_TITLES
from trellis.handover.forms import CHOICE_TITLES, criterion_title
from trellis.handover.schemas import State
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme
from trellis.sharing import figures

ALERTS = {
    "donor person-days did not fall": gettext_lazy("donor person-days did not fall"),
    "donor person-days are not known": gettext_lazy("donor person-days are not known"),
}


class FunctionTable(Table):
    caption = gettext_lazy("Functions")
    name = "functions"
    columns = [
        Column("title", gettext_lazy("Function"), sort="title", link="url"),
        Column("owner", gettext_lazy("Owner"), sort="owner"),
        Column("step_title", gettext_lazy("Step"), kind="tag"),
        Column("original", gettext_lazy("First agreed date"), kind="day", missing=gettext_lazy("no plan")),
        Column("target", gettext_lazy("Date now"), sort="target", kind="day", missing=gettext_lazy("no plan")),
        Column("slip", gettext_lazy("Days slipped"), kind="num", missing=gettext_lazy("no plan")),
        Column("ready", gettext_lazy("Readiness")),
        Column("weakest", gettext_lazy("Held back by"), missing=""),
    ]
    filters = [
        Search(gettext_lazy("Words"), ["title", "owner"]),
        Choice("step", gettext_lazy("Step"), [(step, STEP_TITLES[step]) for step in LADDER]),
    ]
    empty_title = gettext_lazy("No functions are entered")
    empty_note = gettext_lazy("Enter the functions that the programme supports; each then gets a handover plan.")


def readiness(request: Asked, function: UUID) -> figures.Shown:
    """The figure of a function's readiness as the viewer gets it."""
    params = {"programme": request.programme.id, "function": function}
    return figures.shown(request.viewer, "handover.readiness", params)


def right(request: Asked, kind: str) -> dict[str, Any]:
    """Whether the viewer may propose a kind, and who may."""
    found, viewer, here = kind_named(kind), request.viewer, request.programme.id
    assert viewer.organisation
    return {
        "may": rights.may_propose(here, found, viewer.person, viewer.organisation),
        "holders": rights.proposer_words(here, found),
    }


def _row(request: Asked, state: State, names: dict[UUID, str], shown: figures.Shown) -> dict[str, Any]:
    withheld = shown.withheld_by
    weakest = state.readiness.weakest
    ready = _("ready") if state.readiness.ready else _("not ready")
    return {
        "title": state.function.title,
        "owner": names.get(state.function.owner, ""),
        "step": state.step,
        "step_title": STEP_TITLES[state.step],
        "original": state.plan.original_target if state.plan else None,
        "target": state.plan.target if state.plan else None,
        "slip": state.plan.slip_days if state.plan else None,
        "ready": _("withheld: consent missing") if withheld else ready,
        "weakest": str(BY_CALC[weakest.name].title) if weakest and not withheld else None,
        "url": address("handover:function", request.programme.id, state.function.id),
    }


@in_programme
def functions(request: Asked) -> HttpResponse:
    """Every function that the programme supports, with step, dates and readiness."""
    here = request.programme.id
    states = selectors.states(here)
    names = parties.organisation_names({state.function.owner for state in states})
    asks = [engine.ask("handover.readiness", {"programme": here, "function": s.function.id}) for s in states]
    shown = figures.show_all(request.viewer, asks)
    table = FunctionTable(request, [_row(request, state, names, one) for state, one in zip(states, shown, strict=True)])
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    context = {
        "table": table,
        "states": states,
        "alone": sum(state.step == "partner-only" for state in states),
        "lacking": selectors.without_plan(here),
        "enter": right(request, "catalogue.function"),
    }
    return render(request, "handover/functions.html", context)


def conditions(state: State, withheld: bool) -> list[Condition]:
    """The six criteria as conditions; what does not bind says so, and months are hidden where withheld."""
    found = []
    for one in state.readiness.criteria:
        made = rules.words(one)
        key = BY_CALC[one.name].key
        if withheld and key == "unaided":
            made = replace(made, met=None, note=_("withheld: consent missing"))
        if not one.mandatory and state.plan:
            note = _("Not mandatory: %(why)s") % {"why": state.plan.waived.get(key, "")}
            made = replace(made, note=f"{made.note} {note}".strip())
        found.append(made)
    return found


def alerts(state: State) -> list[str]:
    """The alerts about donor person-days, in words."""
    found = []
    for text in state.alerts:
        step, _colon, what = text.partition(": ")
        found.append(f"{STEP_TITLES.get(step, step)}: {ALERTS.get(what, what)}")
    return found


@in_programme
def function(request: Asked, function: UUID) -> HttpResponse:
    """One function: where it stands, what is ready, what moved, and what can be done."""
    here = request.programme.id
    state = selectors.state(here, function)
    shown = readiness(request, function)
    withheld = bool(shown.withheld_by)
    at = LADDER.index(state.step)
    names = parties.organisation_names()
    accepted = selectors.acceptances(here, function)
    evidence = list(selectors.evidence(request.viewer, here, function))
    context = {
        "state": state,
        "shown": shown,
        "withheld": withheld,
        "steps": [STEP_TITLES[step] for step in LADDER],
        "at": at,
        "ahead": LADDER[at + 1] if at + 1 < len(LADDER) else "",
        "ahead_title": STEP_TITLES[LADDER[at + 1]] if at + 1 < len(LADDER) else "",
        "back": LADDER[at - 1] if at and state.plan else "",
        "conditions": conditions(state, withheld),
        "weakest": BY_CALC[state.readiness.weakest.name].title if state.readiness.weakest else "",
        "alerts": [] if withheld else alerts(state),
        "owner": names.get(state.function.owner, ""),
        "next_owner": names.get(state.plan.next_owner, "") if state.plan else "",
        "versions": [
            (one, address("governance:decision", here, one.decision)) for one in selectors.plan_versions(here, function)
        ],
        "rungs": [
            (STEP_TITLES[one.step], one, address("governance:decision", here, one.decision))
            for one in reversed(state.rungs)
        ],
        "choice_title": CHOICE_TITLES.get(state.plan.choice, "") if state.plan else "",
        "criteria": [
            (one, accepted.get(one.key), [row for row in evidence if row.criterion == one.key]) for one in CRITERIA
        ],
        "presence": selectors.presence(request.viewer, here, function).order_by("-first_day")[:12],
        "names": names,
        "partner": request.side == "partner",
        "may_presence": request.side in ("partner", "donor"),
        "plan_right": right(request, "handover.plan"),
        "step_right": right(request, "handover.step"),
        "function_right": right(request, "catalogue.function"),
    }
    return render(request, "handover/function.html", context)


@in_programme
def evidence(request: Asked, evidence: UUID) -> HttpResponse:
    """One piece of evidence, and the button that accepts it for who holds the right."""
    here = request.programme.id
    row = selectors.one_evidence(request.viewer, here, evidence)
    if request.method == "POST":
        decision = services.evidence_accept(request.viewer, here, evidence)
        return redirect(
            address("governance:decision", here, decision.pk) or address("handover:function", here, row.function)
        )
    state = selectors.state(here, row.function)
    if row.criterion not in {one.key for one in CRITERIA}:
        raise Hidden()
    accepted = selectors.acceptances(here, row.function).get(row.criterion)
    context = {
        "row": row,
        "state": state,
        "criterion": criterion_title(row.criterion),
        "owner": parties.organisation_names([row.owner]).get(row.owner, ""),
        "owner_side": parties.sides(here).get(row.owner, ""),
        "accepted": accepted is not None and accepted.evidence == row.pk,
        "accept": right(request, "handover.accept"),
    }
    return render(request, "handover/evidence.html", context)
