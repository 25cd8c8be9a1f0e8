"""Pages on which somebody shares: pasted or sent STIX, small forms for the common kinds, events of MISP."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.core.conditions import Hidden, Invalid, Refused
from trellis.exchange import acts, compose, misp, selectors, services
from trellis.exchange.forms import MispForm, PasteForm
from trellis.exchange.forms_kinds import KINDS, offered
from trellis.exchange.schemas import PURPOSES, CollectionView, Status
from trellis.exchange.views_objects import targets
from trellis.parties.pages import Asked, in_programme, told


def _collection(request: Asked, collection: UUID) -> CollectionView:
    view = selectors.collection(request.viewer, request.programme.id, collection)
    if view.alias:
        raise Hidden()
    return view


def _head(request: Asked, view: CollectionView) -> dict[str, Any]:
    """The collection, and where nothing may be shared what is missing (REG-08)."""
    refused: Refused | None = None
    try:
        services.writable(request.viewer, view)
    except Refused as error:
        refused = error
    return {
        "collection": view,
        "purpose": PURPOSES.get(view.purpose, view.purpose),
        "refused": refused,
        "kinds": offered(),
    }


def _answer(request: Asked, template: str, context: dict[str, Any]) -> HttpResponse:
    refused = context["refused"]
    status = refused.status if refused is not None and request.method == "POST" else 200
    return render(request, template, context, status=status)


@in_programme
def share(request: Asked, collection: UUID) -> HttpResponse:
    """STIX as text or a file. What is refused is named with its reason; the text stays on the page."""
    view = _collection(request, collection)
    context = _head(request, view)
    form = PasteForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and context["refused"] is None:
        try:
            status = services.add(request.viewer, view, compose.pasted(form.body()))
        except Invalid as error:
            form.add_error("file" if form.cleaned_data.get("file") else "text", "; ".join(error.fields.values()))
        else:
            if not status.failures:
                messages.success(request, _taken(status))
                return redirect("exchange:collection", request.programme.id, view.id)
            context["status"] = status
            context["taken"] = _taken(status)
    return _answer(request, "exchange/share.html", {**context, "form": form})


def _taken(status: Status) -> str:
    n = len(status.successes)
    return ngettext("%(n)s object is here now.", "%(n)s objects are here now.", n) % {"n": n}


@in_programme
def share_kind(request: Asked, collection: UUID, kind: str) -> HttpResponse:
    """One object from a small form."""
    if kind not in KINDS:
        raise Hidden()
    view = _collection(request, collection)
    context = _head(request, view)
    form_class, make, title, note = KINDS[kind]
    more = {"targets": targets(request, view.id)} if form_class.about_needed else {}
    form = form_class(request.POST or None, initial={"about": request.GET.get("about", "")}, **more)
    if request.method == "POST" and form.is_valid() and context["refused"] is None:
        try:
            if form_class.about_needed:
                said_of = acts.about(request.viewer, request.programme.id, form.cleaned_data["about"])
                acts.strict_enough(form.cleaned_data["label"], said_of)
            row = acts.share(request.viewer, request.programme.id, view.id, make(form.cleaned_data))
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("It is shared."))
            return redirect("exchange:object", request.programme.id, row.subject)
    return _answer(request, "exchange/share_kind.html", {**context, "form": form, "title": title, "note": note})


@in_programme
def share_misp(request: Asked, collection: UUID) -> HttpResponse:
    """A file of MISP: looked at first, or added whole."""
    view = _collection(request, collection)
    context = _head(request, view)
    form = MispForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and context["refused"] is None:
        dry = "look" in request.POST
        try:
            report = misp.event_import(request.viewer, view, form.cleaned_data["file"].read(), dry=dry)
        except Invalid as error:
            told(form, error)
        else:
            context |= {"report": report, "dry": dry}
    return _answer(request, "exchange/share_misp.html", {**context, "form": form})
