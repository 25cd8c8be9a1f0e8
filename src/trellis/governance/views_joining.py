"""Pages for an organisation that is asked to join a programme: what it would join, and its administrator's key."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from trellis.core import pieces
from trellis.core.conditions import Hidden, Invalid, TrellisError
from trellis.core.outside import SignatureNeeded
from trellis.governance import membership, rights, selectors
from trellis.governance import services as governance
from trellis.governance.forms import ReasonForm
from trellis.governance.matrix import role_title
from trellis.governance.models import Decision, Key
from trellis.governance.views_signing import to_sign
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, inside


@inside
def joining(request: Asked, decision: UUID) -> HttpResponse:
    """What the organisation is asked to join, on which side, and whose keys it needs."""
    row = membership.joining(request.viewer, decision)
    if not selectors.guest(request.viewer, row):  # it has joined: the decision is a page of its programme
        return redirect("governance:decision", row.stream, row.pk)
    return _page(request, row)


def _page(request: Asked, row: Decision, refusal: TrellisError | None = None, **more: Any) -> HttpResponse:
    here, payload = row.stream, selectors.contents([row]).get(row.pk)
    held = {seat.id: seat for seat in parties.seats_of(payload.organisation)} if payload else {}
    context = {
        "row": row,
        "programme_said": parties.programme(here),
        "payload": payload,
        "seats": [held[one.seat] for one in payload.seats if one.seat in held] if payload else [],
        "parties": parties.parties(here),
        "keys": _keys(request, row, payload.side if payload else ""),
        "open": not hasattr(row, "outcome"),
        "may_sign": request.viewer.administrator,
        "administrators": [name for _id, name in parties.administrators(request.viewer.organisation)]
        if request.viewer.organisation
        else [],
        "form": ReasonForm(),
        "refusal": refusal,
        **more,
    }
    status = 422 if more.get("form") else refusal.status if refusal else 200
    return render(request, "governance/joining.html", context, status=status)


def _keys(request: Asked, row: Decision, side: str) -> list[pieces.Key]:
    slots = list(row.slots.order_by("side", "name"))
    standing = {k.slot_id: k for k in Key.objects.filter(slot__decision=row, taken_back=None)}
    people = parties.person_names([k.person for k in standing.values()])
    names = parties.organisation_names({slot.organisation for slot in slots})
    viewer = request.viewer
    shown = []
    for slot in slots:
        key = standing.get(slot.pk)
        own = slot.organisation == viewer.organisation
        shown.append(
            pieces.Key(
                side if slot.name == "party" else slot.side,
                names.get(slot.organisation, ""),
                "turned" if key else "open",
                role_title(slot.role),
                people.get(key.person, "") if key else "",
                key.at if key else None,
                own and key is None and viewer.administrator and not hasattr(row, "outcome"),
                reverse("joining-sign", args=[row.pk]),
                "#decline",
                "" if key else "; ".join(rights.holders(row.stream, slot.organisation, slot.role)),
            )
        )
    return shown


def _act(request: Asked, decision: UUID, act: Callable[[], Any], form: ReasonForm | None = None) -> HttpResponse:
    row = membership.joining(request.viewer, decision)
    if form is not None and not form.is_valid():
        return _page(request, row, form=form)
    try:
        act()
    except (Hidden, Invalid):
        raise
    except SignatureNeeded:
        return to_sign(request, decision, "reject" if form else "turn", form.cleaned_data["reason"] if form else "")
    except TrellisError as error:
        return _page(request, row, error)
    return redirect("joining", decision)


@require_POST
@inside
def sign(request: Asked, decision: UUID) -> HttpResponse:
    """Turns the key of who joins; with the last key it is a party."""
    return _act(request, decision, lambda: governance.key_turn(request.viewer, decision))


@require_POST
@inside
def decline(request: Asked, decision: UUID) -> HttpResponse:
    """Declines to join, with a reason that the parties read."""
    form = ReasonForm(request.POST)
    return _act(
        request, decision, lambda: governance.reject(request.viewer, decision, form.cleaned_data["reason"]), form
    )
