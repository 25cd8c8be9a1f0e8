"""Pages of who takes part in a founded programme: parties and seats, a further party, seats added and ended."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from trellis.core.conditions import Invalid, Refused
from trellis.core.forms import forms
from trellis.governance import membership, procedure
from trellis.governance.forms_parties import CandidateForm, PartyForm, SeatsForm
from trellis.governance.models import Decision
from trellis.governance.selectors import views
from trellis.governance.views_matrix import may
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme, told

KINDS = ("party.add", "seats.change")


@in_programme
def parties_page(request: Asked) -> HttpResponse:
    """Parties and seats, what is proposed about them, and every change so far."""
    here = request.programme.id
    seats: dict[UUID, list[Any]] = {}
    for seat in parties.seats_in(here):
        seats.setdefault(seat.organisation, []).append(seat)
    rows = list(Decision.objects.filter(stream=here, kind__in=KINDS).order_by("-seq"))
    context = {
        "parties": [{"party": p, "seats": seats.get(p.organisation, ())} for p in parties.parties(here)],
        "changes": views(rows),
        "party": may(request, "party.add"),
        "seats": may(request, "seats.change"),
    }
    return render(request, "governance/parties.html", context)


def _refused(request: Asked, right: dict[str, Any], template: str) -> HttpResponse:
    """The page for who may not propose: it says who may, and lists nobody else's seats."""
    if request.method == "POST":
        raise Refused(_("You may not propose who takes part."), right["proposers"])
    return render(request, template, right)


@in_programme
def party_add(request: Asked) -> HttpResponse:
    """Proposes a further party: first which organisation, then its side and seats."""
    here, viewer, right = request.programme.id, request.viewer, may(request, "party.add")
    if not right["may_propose"]:
        return _refused(request, right, "governance/party_add.html")
    offered = [(str(id), name) for id, name in membership.candidates(viewer, here)]
    which = CandidateForm(request.GET if "organisation" in request.GET else None, organisations=offered)
    form, name = None, ""
    if which.is_bound and which.is_valid():
        organisation = UUID(which.cleaned_data["organisation"])
        name = dict(offered)[str(organisation)]
        form = PartyForm(request.POST or None, seats=parties.seats_of(organisation))
        procedure.offer(form, viewer, here, "party.add")
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            said = {"side": given["side"], "reason": given["reason"]}
            said["seats"] = [UUID(seat) for seat in given.get("seats") or ()]
            try:
                made = membership.party_add(viewer, here, organisation, **said, **procedure.chosen(form))
            except Invalid as error:
                told(form, error)
            else:
                return redirect("governance:decision", here, made.pk)
    context = {"which": which, "form": form or which, "party_form": form, "name": name, "offered": offered}
    return render(request, "governance/party_add.html", {**context, **right})


@in_programme
def seats_change(request: Asked) -> HttpResponse:
    """Proposes seats to add and to end."""
    here, viewer, right = request.programme.id, request.viewer, may(request, "seats.change")
    if not right["may_propose"]:
        return _refused(request, right, "governance/seats_change.html")
    seats = {"open_seats": membership.seats_open(viewer, here), "sitting": parties.seats_in(here)}
    form: forms.Form = SeatsForm(request.POST or None, **seats)
    procedure.offer(form, viewer, here, "seats.change")
    if request.method == "POST" and form.is_valid():
        assert isinstance(form, SeatsForm)
        try:
            made = membership.seats_change(viewer, here, **form.said(), **procedure.chosen(form))
        except Invalid as error:
            told(form, error)
        else:
            return redirect("governance:decision", here, made.pk)
    return render(request, "governance/seats_change.html", {"form": form, **right})
