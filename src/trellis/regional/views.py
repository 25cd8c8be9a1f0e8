"""Pages of the regional area: regional CERTs and the contact directory."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trellis.core.conditions import Invalid
from trellis.core.pieces import Entry
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme, told
from trellis.regional import loading, selectors, services
from trellis.regional.forms import (
    CertCorrection,
    CertForm,
    ContactCorrection,
    ContactForm,
    ImportForm,
    VerifyForm,
    WhyForm,
)
from trellis.regional.models import Cert
from trellis.regional.tables import contact_table, grouped
from trellis.regional.vocabulary import FRAMEWORK, services_by_area
from trellis.sharing import figures

SHOWN = 10


@in_programme
def home(request: Asked) -> HttpResponse:
    """Regional CERTs, the state of the directory, and what assistance there is."""
    here, viewer = request.programme.id, request.viewer
    held = selectors.contacts(viewer, here)
    found = selectors.requests(viewer, here)
    context = {
        "certs": selectors.certs(viewer, here),
        "directory": figures.shown(viewer, "regional.directory", {"programme": here}),
        "stale": [view for view in held if view.stale],
        "contacts": len(held),
        "open": sum(view.closed is None for view in found),
        "requests": len(found),
        "helps": _helps(here),
        "limit": selectors.limit(here),
    }
    return render(request, "regional/home.html", context)


def _helps(programme: UUID) -> list[Entry]:
    names = parties.organisation_names()
    sides = parties.sides(programme)
    return [
        Entry(
            one.agreed_at,
            _("%(helper)s helps %(asker)s") % {"helper": names.get(one.helper, ""), "asker": names.get(one.asker, "")},
            True,
            sides.get(one.helper, ""),
            names.get(one.helper, ""),
        )
        for one in selectors.helps(programme)[:SHOWN]
    ]


@in_programme
def cert(request: Asked, cert: UUID) -> HttpResponse:
    """One regional CERT: mandate, members, services, maturity, and how its members are reached."""
    here = request.programme.id
    row = selectors.cert(request.viewer, here, cert)
    held = selectors.contacts(request.viewer, here, cert)
    table = contact_table(request, here, held, parties.organisation_names())
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    context = {
        "cert": row,
        "areas": services_by_area(row.services),
        "framework": FRAMEWORK,
        "missing": selectors.members_without(row, held),
        "stale": sum(view.stale for view in held),
        "limit": selectors.limit(here),
        "table": table,
        **_owner(request, row),
    }
    return render(request, "regional/cert.html", context)


def _owner(request: Asked, row: Any) -> dict[str, Any]:
    return {
        "owner_name": parties.organisation_names([row.owner]).get(row.owner, ""),
        "owner_side": parties.sides(request.programme.id).get(row.owner, ""),
        "mine": row.owner == request.viewer.organisation,
    }


@in_programme
def cert_new(request: Asked) -> HttpResponse:
    """Records a regional CERT."""
    form = CertForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.cert_record(request.viewer, request.programme.id, **form.said())
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The regional CERT is recorded. All parties read it up to GREEN."))
            return redirect("regional:cert", request.programme.id, row.subject)
    return render(request, "regional/cert_new.html", {"form": form})


def _first(row: Cert) -> dict[str, Any]:
    names = ("name", "mandate", "mandate_from", "established_on", "services", "maturity", "maturity_by", "maturity_on")
    first = {name: getattr(row, name) for name in (*names, "label")}
    return {**first, "members": "\n".join(row.members), "seen": row.pk}


@in_programme
def cert_correct(request: Asked, cert: UUID) -> HttpResponse:
    """Corrects the record of a regional CERT; the version before stays."""
    here = request.programme.id
    row = selectors.cert(request.viewer, here, cert)
    form = CertCorrection(request.POST or None, initial=_first(row))
    if request.method == "POST" and form.is_valid():
        said = form.said()
        why, seen = said.pop("why"), said.pop("seen")
        try:
            services.cert_correct(request.viewer, here, cert, why, seen=seen, **said)
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The correction is recorded. The version before stays."))
            return redirect("regional:cert", here, cert)
    return render(request, "regional/cert_correct.html", {"form": form, "cert": row, **_owner(request, row)})


@in_programme
def contacts(request: Asked) -> HttpResponse:
    """The contact directory over all regional CERTs of the programme."""
    here = request.programme.id
    held = selectors.contacts(request.viewer, here)
    table = contact_table(request, here, held, parties.organisation_names())
    if (download := table.response_or_none()) is not None:
        return download  # type: ignore[return-value]  # streamed
    context = {
        "table": table,
        "stale": sum(view.stale for view in held),
        "limit": selectors.limit(here),
        "certs": selectors.certs(request.viewer, here),
        "directory": figures.shown(request.viewer, "regional.directory", {"programme": here}),
    }
    return render(request, "regional/contacts.html", context)


@in_programme
def contact_new(request: Asked, cert: UUID) -> HttpResponse:
    """Records a contact."""
    here = request.programme.id
    row = selectors.cert(request.viewer, here, cert)
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.contact_record(request.viewer, here, cert, **form.cleaned_data)
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The contact is recorded. It is unverified until somebody confirms it."))
            return redirect("regional:contact", here, made.subject)
    return render(request, "regional/contact_new.html", {"form": form, "cert": row, "members": row.members})


@in_programme
def contact(request: Asked, contact: UUID) -> HttpResponse:
    """One contact, when it was verified and by whom, and the form that verifies it."""
    here, viewer = request.programme.id, request.viewer
    view = selectors.contact(viewer, here, contact)
    own = view.row.organisation is not None and view.row.organisation == viewer.organisation
    form = VerifyForm(request.POST or None, own=own, initial={"seen": view.row.pk})
    if request.method == "POST" and form.is_valid():
        try:
            services.contact_verify(viewer, here, contact, **form.cleaned_data)
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The contact is verified."))
            return redirect("regional:contact", here, contact)
    names, sides = parties.organisation_names(), parties.sides(here)
    context = {
        "view": view,
        "row": view.row,
        "fingerprint": grouped(view.row.fingerprint),
        "by": names.get(view.verified_by, "") if view.verified_by else "",
        "own": own,
        "form": form,
        "limit": selectors.limit(here),
        "history": [
            Entry(
                one.verified_at,
                f"{one.get_way_display()}. {one.note}".strip(),
                side=sides.get(one.owner, ""),
                organisation=names.get(one.owner, ""),
            )
            for one in selectors.verifications(viewer, here, contact)
        ],
        **_owner(request, view.row),
    }
    return render(request, "regional/contact.html", context)


@in_programme
def contact_correct(request: Asked, contact: UUID) -> HttpResponse:
    """Corrects a contact; a new address or key has to be verified anew."""
    here = request.programme.id
    row = selectors.contact(request.viewer, here, contact).row
    names = ("member", "duty", "channel", "address", "fingerprint", "hours", "languages", "label")
    first = {**{name: getattr(row, name) for name in names}, "seen": row.pk}
    form = ContactCorrection(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        why, seen = said.pop("why"), said.pop("seen")
        try:
            services.contact_correct(request.viewer, here, contact, why, seen=seen, **said)
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The correction is recorded. The version before stays."))
            return redirect("regional:contact", here, contact)
    return render(request, "regional/contact_correct.html", {"form": form, "row": row, **_owner(request, row)})


@in_programme
def contact_retract(request: Asked, contact: UUID) -> HttpResponse:
    """Says that a contact no longer stands."""
    here = request.programme.id
    row = selectors.contact(request.viewer, here, contact).row
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.contact_retract(request.viewer, here, contact, form.cleaned_data["why"])
        messages.success(request, _("The contact is retracted."))
        return redirect("regional:contacts", here)
    return render(request, "regional/contact_retract.html", {"form": form, "row": row, **_owner(request, row)})


@in_programme
def contacts_import(request: Asked, cert: UUID) -> HttpResponse:
    """Looks at a file of contacts, and stores it when asked and nothing is wrong."""
    here = request.programme.id
    row = selectors.cert(request.viewer, here, cert)
    form = ImportForm(request.POST or None, request.FILES or None)
    report = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        data, name = said["file"].read(), said["file"].name or ""
        try:
            report = services.contacts_import(request.viewer, here, cert, data, name)
            if said["store"] and report.ok:
                services.contacts_import(request.viewer, here, cert, data, name, dry=False, label=said["label"])
                n = len(loading.new_ones(report))
                words = ngettext("%(n)s contact is recorded.", "%(n)s contacts are recorded.", n)
                messages.success(request, words % {"n": n})
                return redirect("regional:cert", here, cert)
        except Invalid as error:
            told(form, error)
    fresh = len(loading.new_ones(report)) if report else 0
    return render(
        request, "regional/contacts_import.html", {"form": form, "report": report, "cert": row, "fresh": fresh}
    )


@in_programme
def contacts_template(request: Asked) -> HttpResponse:
    """An empty table to fill in."""
    response = HttpResponse(loading.template(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="contacts.csv"'
    return response


@in_programme
def directory_share(request: Asked) -> HttpResponse:
    """Lets all parties see the share of verified contacts, as far as it rests on the viewer's records."""
    if request.method == "POST":
        services.figures_share(request.viewer, request.programme.id, "directory")
        messages.success(request, _("All parties now see this figure as far as it rests on your records."))
    return redirect("regional:contacts", request.programme.id)
