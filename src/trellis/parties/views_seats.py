"""Pages of seats: making one, who sits in it, delegation, emptying it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from trellis.core.conditions import Hidden, Invalid
from trellis.parties import members, selectors, services
from trellis.parties.forms import DelegateForm, FillForm, SeatForm
from trellis.parties.pages import Asked, inside, told
from trellis.parties.schemas import SeatView
from trellis.parties.views_organisation import administrators, trail


def _seat(request: Asked, seat: UUID) -> SeatView:
    assert request.viewer.organisation
    found = next((s for s in selectors.seats_of(request.viewer.organisation) if s.id == seat), None)
    if found is None:
        raise Hidden()
    return found


@inside
def seat_open(request: Asked) -> HttpResponse:
    """Makes a seat."""
    viewer = request.viewer
    assert viewer.organisation
    services.require_administrator(viewer, viewer.organisation)
    form = SeatForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = services.seat_open(viewer, viewer.organisation, **form.cleaned_data)
        return redirect("parties:seat", made.pk)
    context = {
        "form": form,
        "heading": _("Make a seat"),
        "lede": _("A seat holds rights and stays when people change. It takes part in a programme once named there."),
        "submit": _("Make the seat"),
        "trail": trail(_("New seat")),
        "back": reverse("parties:organisation"),
    }
    return render(request, "parties/form.html", context)


@inside
def seat(request: Asked, seat: UUID) -> HttpResponse:
    """Who sits here, since when, and what may be done about it."""
    found, viewer = _seat(request, seat), request.viewer
    assert viewer.organisation
    people = [(str(m.person), m.name) for m in members.members(viewer.organisation)]
    held = viewer.person in dict(found.holders)
    which = request.POST.get("act", "")
    fill = FillForm(request.POST if which == "fill" else None, people=people, prefix="fill")
    delegate = DelegateForm(request.POST if which == "delegate" else None, people=people, prefix="delegate")
    form = delegate if which == "delegate" else fill
    if which in ("fill", "delegate") and form.is_valid():
        given = form.cleaned_data
        try:
            if which == "fill":
                services.seat_fill(viewer, seat, UUID(given["person"]))
            else:
                services.seat_delegate(viewer, seat, UUID(given["person"]), given["since"], given["until"])
        except Invalid as error:
            told(form, error)
        else:
            return redirect("parties:seat", seat)
    context = {
        "seat": found,
        "fill": fill,
        "delegate": delegate,
        "holdings": selectors.seat_history(seat),
        "may_fill": viewer.administrator,
        "may_delegate": viewer.administrator or held,
        "administrators": administrators(request),
        "has_errors": bool(fill.errors or delegate.errors),
    }
    return render(request, "parties/seat.html", context)


@require_POST
@inside
def seat_vacate(request: Asked, seat: UUID) -> HttpResponse:
    """Empties a seat."""
    _seat(request, seat)
    services.seat_vacate(request.viewer, seat)
    messages.info(request, _("The seat is vacant. Its open decisions wait until it is filled."))
    return redirect("parties:seat", seat)
