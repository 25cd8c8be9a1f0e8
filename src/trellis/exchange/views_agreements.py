"""Pages of sharing agreements: list, one, propose or amend, leave (REG-08)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from trellis.core import clock, ids
from trellis.core.conditions import Condition, Hidden, Refused
from trellis.core.context import address
from trellis.exchange import leaving, policy, selectors, services
from trellis.exchange.forms import AgreementForm, LeaveForm
from trellis.exchange.kinds import text_conditions
from trellis.exchange.models import SharingAgreement
from trellis.exchange.schemas import CLAUSES, PURPOSES, AgreementView, SharingAgree
from trellis.exchange.tables import AgreementTable, agreement_row, state
from trellis.governance import rights
from trellis.governance import selectors as governance
from trellis.governance.registry import kind_named
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme


def right(request: Asked, name: str) -> dict[str, Any]:
    """Whether the viewer may propose a kind here, and who may."""
    kind, here, viewer = kind_named(name), request.programme.id, request.viewer
    assert viewer.organisation
    may = rights.may_propose(here, kind, viewer.person, viewer.organisation)
    return {"may": may, "holders": rights.proposer_words(here, kind)}


@in_programme
def agreements(request: Asked) -> HttpResponse:
    """Every agreement on sharing, and those that wait for keys."""
    here = request.programme.id
    found = selectors.agreements(request.viewer, here)
    names = parties.organisation_names({one for view in found for one in view.parties})
    table = AgreementTable(request, [agreement_row(view, names) for view in found])
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    bound = [v for v in policy.in_force([here]) if request.viewer.organisation in v.parties and len(v.parties) > 1]
    context = {
        "table": table,
        "bound": bound,
        "waiting": governance.decisions(request.viewer, here, state="open", kind="sharing.agree"),
        "clauses": list(CLAUSES.values()),
        "lacking": [] if bound else nothing_in_force(request),
        **right(request, "sharing.agree"),
    }
    return render(request, "exchange/agreements.html", context)


def nothing_in_force(request: Asked) -> list[Condition]:
    """What is missing before anything may pass between the viewer's organisation and another (REG-08)."""
    found = selectors.missing(request.viewer, request.programme.id, next(iter(PURPOSES)))
    return [condition for place, condition in enumerate(found) if place != 1]  # the second is about one purpose


def _found(request: Asked, agreement: UUID) -> list[SharingAgreement]:
    return selectors.agreement_versions(request.viewer, request.programme.id, agreement)


def _lets(view: AgreementView) -> list[tuple[str, str]]:
    """What an agreement lets whom see: by label, in words."""
    said = {
        "CLEAR": _("Every party sees it; it may go to anybody."),
        "GREEN": _("Every party sees it, and may show it to its community."),
        "AMBER": _("Every party sees it, for itself and those it serves."),
        "AMBER+STRICT": _("The other party sees it, for itself alone."),
    }
    passing = policy.labels(view) if len(view.parties) > 1 else []
    found = [(label, said[label]) for label in said if label in passing]
    found += [(label, _("It passes to nobody under this agreement.")) for label in said if label not in passing]
    return [*found, ("RED", _("It is never stored here: it is referred to and handed over in person."))]


@in_programme
def agreement(request: Asked, agreement: UUID) -> HttpResponse:
    """One agreement: parties, clauses, purposes, ceiling, dates, what it lets whom see, and every version."""
    here = request.programme.id
    found = _found(request, agreement)
    view = policy.view(found[0])
    places = {party.organisation: party for party in parties.parties(here)}
    names = parties.organisation_names(view.parties)
    text = SharingAgree(
        agreement=view.id, version=view.version, title=view.title, parties=tuple(view.parties), ceiling=view.ceiling,
        purposes=tuple(view.purposes), starts_on=view.starts_on, ends_on=view.ends_on, change="-",
        **{name: view.clauses.get(name, "") for name in CLAUSES},
    )  # fmt: skip
    open_to = [c for c in selectors.collections(request.viewer, here) if c.purpose in view.purposes]
    context = {
        "agreement": view,
        "state": state(view),
        "parties": sorted((names.get(one, ""), places[one].side if one in places else "") for one in view.parties),
        "purposes": [word for name, word in PURPOSES.items() if name in view.purposes],
        "clauses": [(title, view.clauses.get(name, "")) for name, title in CLAUSES.items()],
        "checks": text_conditions(text),
        "lets": _lets(view),
        "collections": [(c, address("exchange:collection", here, c.id)) for c in open_to],
        "versions": [(row, address("governance:decision", here, row.decision)) for row in found],
        "bound": request.viewer.organisation in view.parties,
        "ended": view.ends_on < clock.today(),
        **right(request, "sharing.agree"),
        "may_leave": right(request, "sharing.leave")["may"],
    }
    return render(request, "exchange/agreement.html", context)


@in_programme
def agreement_propose(request: Asked, agreement: UUID | None = None) -> HttpResponse:
    """The form of a new agreement, or of the next version of one. What was typed stays on the page when refused."""
    here = request.programme.id
    last = policy.view(_found(request, agreement)[0]) if agreement else None
    form = _form(request, last)
    refused: Refused | None = None
    if request.method == "POST" and form.is_valid():
        version = last.version + 1 if last else 1
        payload = SharingAgree(agreement=last.id if last else ids.new(), version=version, **form.said())
        try:
            decision: Any = services.sharing_agree(request.viewer, here, payload)
        except Refused as error:
            refused = error
        else:
            messages.success(request, _("It is proposed. Each party that it names turns its own key."))
            return redirect(address("governance:decision", here, decision.pk) or address("exchange:agreements", here))
    context = {"form": form, "agreement": last, "refused": refused, **right(request, "sharing.agree")}
    return render(request, "exchange/agreement_propose.html", context, status=refused.status if refused else 200)


def _form(request: Asked, last: AgreementView | None) -> AgreementForm:
    here = parties.parties(request.programme.id)
    first: dict[str, Any] = {"parties": [str(request.viewer.organisation)]}
    if last is not None:
        same = {name: getattr(last, name) for name in ("title", "ceiling", "starts_on", "ends_on")}
        first = {**same, **last.clauses, "parties": [str(p) for p in last.parties], "purposes": sorted(last.purposes)}
    offered = [(str(party.organisation), party.name) for party in here]
    return AgreementForm(request.POST or None, initial=first, parties=offered, amendment=last is not None)


@in_programme
def agreement_leave(request: Asked, agreement: UUID) -> HttpResponse:
    """Leaving: what will stop and who holds what is said before pressing."""
    here = request.programme.id
    view = policy.view(_found(request, agreement)[0])
    if request.viewer.organisation not in view.parties:
        raise Hidden()
    form = LeaveForm(request.POST or None)
    refused: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            services.sharing_leave(request.viewer, here, view.id, form.cleaned_data["why"])
        except Refused as error:
            refused = error
        else:
            messages.success(request, _("Your organisation has left. Nothing passes under this agreement any more."))
            return redirect("exchange:agreement", here, view.id)
    context = {
        "form": form,
        "agreement": view,
        "refused": refused,
        "stops": leaving.stops(request.viewer, view),
        "held": leaving.held(request.viewer, view),
        **right(request, "sharing.leave"),
    }
    return render(request, "exchange/agreement_leave.html", context, status=refused.status if refused else 200)
