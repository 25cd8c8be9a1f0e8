"""Pages of assistance: requests, offers, each step, and the times."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from trellis.core import formats
from trellis.core.conditions import Invalid
from trellis.core.context import address
from trellis.core.pieces import Entry
from trellis.governance import rights
from trellis.governance.registry import kind_named
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme, told
from trellis.regional import assistance, selectors, services
from trellis.regional.forms import ArrivalForm, CloseForm, MoveForm, OfferForm, RequestCorrection, RequestForm
from trellis.regional.models import Move
from trellis.regional.schemas import OfferView, RequestView
from trellis.regional.tables import OFFER_STATES, REQUEST_STATES, move_words, request_table


@in_programme
def requests(request: Asked) -> HttpResponse:
    """The requests that the viewer may read."""
    here = request.programme.id
    found = selectors.requests(request.viewer, here)
    table = request_table(request, here, found, parties.organisation_names())
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    return render(request, "regional/requests.html", {"table": table, "open": sum(v.closed is None for v in found)})


def _others(request: Asked) -> dict[UUID, str]:
    found = parties.parties(request.programme.id)
    return {party.organisation: party.name for party in found if party.organisation != request.viewer.organisation}


@in_programme
def request_new(request: Asked) -> HttpResponse:
    """Asks for help."""
    here = request.programme.id
    form = RequestForm(request.POST or None, others=_others(request))
    if request.method == "POST" and form.is_valid():
        try:
            row = services.request_make(request.viewer, here, **form.said())
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("Help is asked for. Only those whom you asked read it."))
            return redirect("regional:request", here, row.subject)
    return render(request, "regional/request_new.html", {"form": form})


@in_programme
def request_(request: Asked, request_id: UUID) -> HttpResponse:
    """One request: what is asked, what is offered, and each step with its time."""
    here, viewer = request.programme.id, request.viewer
    view = selectors.request(viewer, here, request_id)
    names, sides = parties.organisation_names(), parties.sides(here)
    mine = view.row.owner == viewer.organisation
    asked = str(viewer.organisation) in view.row.asked_of
    declined = any(m.owner == viewer.organisation and m.kind == Move.Kind.DECLINED for m in view.moves)
    open_offer = any(o.row.owner == viewer.organisation and o.state == "open" for o in view.offers)
    kind = kind_named(assistance.AGREE)
    context = {
        "view": view,
        "row": view.row,
        "state": REQUEST_STATES[view.state],
        "asker": names.get(view.row.owner, ""),
        "asker_side": sides.get(view.row.owner, ""),
        "asked_names": [names.get(UUID(one), "") for one in view.row.asked_of],
        "offers": [_offer(request, view, one, names) for one in view.offers],
        "mine": mine,
        "may_answer": asked and not view.closed,
        "declined": declined,
        "may_offer": asked and not view.closed and not open_offer,
        "key_holders": rights.proposer_words(here, kind),
        "history": _history(view, names, sides, viewer.organisation, here),
        "severity": view.row.get_severity_display(),
    }
    return render(request, "regional/request.html", context)


def _offer(request: Asked, view: RequestView, one: OfferView, names: dict[UUID, str]) -> dict[str, Any]:
    here, viewer = request.programme.id, request.viewer
    waiting = assistance.open_agreement(here, one.row.subject)
    decision = one.decision or (waiting.pk if waiting else None)
    theirs = one.row.owner == viewer.organisation
    mine = view.row.owner == viewer.organisation
    told_already = any(
        m.kind == Move.Kind.ARRIVED and m.offer == one.row.subject and m.owner == viewer.organisation
        for m in view.moves
    )
    return {
        "row": one.row,
        "id": one.row.subject,
        "state": one.state,
        "words": OFFER_STATES[one.state],
        "helper": names.get(one.row.owner, ""),
        "agreed_at": one.agreed_at,
        "decision_url": address("governance:decision", here, decision) if decision else "",
        "may_accept": mine and one.state == "open" and not view.closed,
        "may_decline": mine and one.state in ("open", "over"),
        "may_withdraw": theirs and one.state in ("open", "over"),
        "may_arrive": one.state == "agreed" and (mine or theirs) and not told_already,
    }


def _history(
    view: RequestView, names: dict[UUID, str], sides: dict[UUID, str], me: UUID | None, programme: UUID
) -> list[Entry]:
    found = [(view.row.asked_at, _("asks for help"), view.row.owner, "", False)]
    for one in view.offers:
        found.append((one.row.offered_at, _("offers help"), one.row.owner, "", False))
        if one.agreed_at:
            url = address("governance:decision", programme, one.decision) if one.decision else ""
            found.append((one.agreed_at, _("The help is agreed by both"), one.row.owner, url, True))
    for move in view.moves:
        outcome = str(move.get_outcome_display()) if move.outcome else ""
        url = ""
        if move.owner == me and move.kind in (Move.Kind.ARRIVED, Move.Kind.CLOSED):
            url = address("regional:move-correct", programme, view.id, move.subject)
        found.append((move.at, move_words(move.kind, outcome), move.owner, url, False))
    return [
        Entry(at, text, joint, sides.get(owner, ""), names.get(owner, ""), url)
        for at, text, owner, url, joint in sorted(found, key=lambda item: item[0])
    ]


@in_programme
def request_correct(request: Asked, request_id: UUID) -> HttpResponse:
    """Corrects what a request says."""
    here = request.programme.id
    view = selectors.request(request.viewer, here, request_id)
    first: dict[str, Any] = {name: getattr(view.row, name) for name in ("title", "text", "need", "severity")}
    first |= {"cross_border": "yes" if view.row.cross_border else "no", "seen": view.row.pk}
    form = RequestCorrection(request.POST or None, initial=first, others={})
    if request.method == "POST" and form.is_valid():
        said = form.said()
        why, seen = said.pop("why"), said.pop("seen")
        try:
            services.request_correct(request.viewer, here, request_id, why, seen=seen, **said)
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The correction is recorded. The version before stays."))
            return redirect("regional:request", here, request_id)
    return _step(request, "regional/request_correct.html", view, form)


def _step(request: Asked, template: str, view: RequestView, form: Any, **more: Any) -> HttpResponse:
    asker = parties.organisation_names([view.row.owner]).get(view.row.owner, "")
    mine = view.row.owner == request.viewer.organisation
    return render(
        request, template, {"view": view, "row": view.row, "form": form, "asker": asker, "mine": mine, **more}
    )


@in_programme
def offer_new(request: Asked, request_id: UUID) -> HttpResponse:
    """Offers help."""
    here, viewer = request.programme.id, request.viewer
    view = selectors.request(viewer, here, request_id)
    form = OfferForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.offer_make(viewer, here, request_id, **form.cleaned_data)
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The offer is made. Who asked now accepts it, or declines."))
            return redirect("regional:request", here, request_id)
    kind = kind_named(assistance.AGREE)
    assert viewer.organisation
    may = rights.may_propose(here, kind, viewer.person, viewer.organisation)
    asked = str(viewer.organisation) in view.row.asked_of
    holders = rights.holders(here, viewer.organisation, "cert-lead")
    return _step(request, "regional/offer_new.html", view, form, asked=asked, has_key=may, holders=holders)


@in_programme
@require_POST
def request_decline(request: Asked, request_id: UUID) -> HttpResponse:
    """Declines to help; no reason is asked for."""
    services.request_decline(request.viewer, request.programme.id, request_id)
    messages.success(request, _("Declined. No reason is asked for, and no figure reads it."))
    return redirect("regional:request", request.programme.id, request_id)


def _back(request: Asked, offer: UUID) -> HttpResponse:
    found = selectors.offer(request.viewer, request.programme.id, offer)
    return redirect("regional:request", request.programme.id, found.request)


@in_programme
@require_POST
def offer_accept(request: Asked, offer: UUID) -> HttpResponse:
    """Turns the asker's key for an offer."""
    services.offer_accept(request.viewer, request.programme.id, offer)
    messages.success(request, _("Your key is turned. The help is agreed once both keys stand."))
    return _back(request, offer)


@in_programme
@require_POST
def offer_decline(request: Asked, offer: UUID) -> HttpResponse:
    """Does not take an offer; no reason is asked for."""
    services.offer_decline(request.viewer, request.programme.id, offer)
    messages.success(request, _("The offer is declined. No reason is asked for."))
    return _back(request, offer)


@in_programme
@require_POST
def offer_withdraw(request: Asked, offer: UUID) -> HttpResponse:
    """Takes an offer back."""
    services.offer_withdraw(request.viewer, request.programme.id, offer)
    messages.success(request, _("The offer is withdrawn."))
    return _back(request, offer)


@in_programme
def arrival(request: Asked, offer: UUID) -> HttpResponse:
    """Records that help has arrived."""
    here = request.programme.id
    row = selectors.offer(request.viewer, here, offer)
    view = selectors.request(request.viewer, here, row.request)
    form = ArrivalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.arrival_record(request.viewer, here, offer, **form.cleaned_data)
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The arrival is recorded."))
            return redirect("regional:request", here, row.request)
    return _step(request, "regional/arrival.html", view, form)


@in_programme
def request_close(request: Asked, request_id: UUID) -> HttpResponse:
    """Closes a request."""
    here = request.programme.id
    view = selectors.request(request.viewer, here, request_id)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.request_close(request.viewer, here, request_id, **form.cleaned_data)
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The request is closed."))
            return redirect("regional:request", here, request_id)
    return _step(request, "regional/request_close.html", view, form)


@in_programme
def move_correct(request: Asked, request_id: UUID, move: UUID) -> HttpResponse:
    """Corrects the time of an arrival or a closing."""
    here = request.programme.id
    view = selectors.request(request.viewer, here, request_id)
    step = next((one for one in view.moves if one.subject == move), None)
    form = MoveForm(request.POST or None, initial={"at": step.at if step else None})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.move_correct(request.viewer, here, request_id, move, said["why"], at=said["at"])
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The correction is recorded. The version before stays."))
            return redirect("regional:request", here, request_id)
    what = f"{move_words(step.kind)}, {formats.moment(step.at)}" if step else ""
    return _step(request, "regional/move_correct.html", view, form, what=what)
