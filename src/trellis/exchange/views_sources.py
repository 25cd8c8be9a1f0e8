"""Pages of the sources elsewhere that an organisation reads into its collections."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from trellis.core.conditions import Invalid, Refused, TrellisError
from trellis.core.context import address
from trellis.core.formats import number
from trellis.exchange import selectors, sourcing
from trellis.exchange.forms_sources import SecretForm, SourceForm
from trellis.exchange.models import Source
from trellis.exchange.pull import Pulled
from trellis.parties import selectors as parties
from trellis.parties.pages import Asked, in_programme, told


@in_programme
def sources(request: Asked) -> HttpResponse:
    """Collections elsewhere that are read into ours: where each stands."""
    here = request.programme.id
    rows = sourcing.sources(request.viewer, here)
    found = [one for one in selectors.collections(request.viewer, here) if not one.alias]
    context = {
        "sources": _lines(request, rows, {one.id: one.title for one in found}),
        "collections": found,
        "writable": [one for one in found if one.can_write],
    }
    return render(request, "exchange/sources.html", context)


def _lines(request: Asked, rows: list[Source], titles: dict[UUID, str]) -> list[dict[str, Any]]:
    here = request.programme.id
    names = parties.organisation_names({row.organisation for row in rows})
    people = parties.person_names({row.person for row in rows})
    return [
        {
            "row": row,
            "url": address("exchange:source", here, row.pk),
            "into": titles.get(row.collection, ""),
            "into_url": address("exchange:collection", here, row.collection),
            "name": names.get(row.organisation, ""),
            "person": people.get(row.person, "") if row.person else "",
        }
        for row in rows
    ]


@in_programme
def source_new(request: Asked) -> HttpResponse:
    """Adds a source. Its secret goes in and never comes out."""
    here = request.programme.id
    found = [one for one in selectors.collections(request.viewer, here) if not one.alias]
    organisations = sorted(parties.organisation_names().items(), key=lambda item: item[1])
    choices = {
        "collections": [(str(one.id), one.title) for one in found],
        "organisations": [(str(pk), name) for pk, name in organisations],
    }
    form = SourceForm(request.POST or None, initial={"collection": request.GET.get("into", "")}, **choices)
    refused: Refused | None = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        into = next(one for one in found if str(one.id) == said["collection"])
        try:
            row = sourcing.source_add(
                request.viewer, into, said["url"], UUID(said["organisation"]), said["user"], said["secret"]
            )
        except Invalid as error:
            told(form, error)
        except Refused as error:
            refused = error
        else:
            messages.success(request, _("The source is added. Nothing was read from it yet."))
            return redirect("exchange:source", here, row.pk)
    if form.errors and form.data.get("secret"):
        form.add_error("secret", _("Enter it again: it is not sent back with the page."))
    context = {"form": form, "refused": refused, "collections": found}
    return render(request, "exchange/source_new.html", context, status=refused.status if refused else 200)


@in_programme
def source(request: Asked, source: UUID) -> HttpResponse:
    """One source: where it stands, what was refused, and what may be done with it."""
    row = sourcing.source(request.viewer, request.programme.id, source)
    return _source(request, row, SecretForm(initial={"user": row.user}))


def _source(request: Asked, row: Source, form: SecretForm) -> HttpResponse:
    into = selectors.collection(request.viewer, request.programme.id, row.collection)
    context = {
        **_lines(request, [row], {into.id: into.title})[0],
        "form": form,
        "reasons": [line.partition(": ") for line in reversed(row.reasons)],
    }
    return render(request, "exchange/source.html", context)


@require_POST
@in_programme
def source_read(request: Asked, source: UUID) -> HttpResponse:
    """Reads a few pages now, and says how far it came."""
    row = sourcing.source(request.viewer, request.programme.id, source)
    try:
        found = sourcing.source_read(request.viewer, row)
    except TrellisError as error:
        messages.error(request, _("Not read to the end: %(why)s") % {"why": error})
    else:
        messages.success(request, _said(found))
    return redirect("exchange:source", request.programme.id, row.pk)


def _said(found: Pulled) -> str:
    words = ngettext("%(n)s object taken in", "%(n)s objects taken in", found.taken) % {"n": number(found.taken)}
    if found.refused:
        refused = len(found.refused)
        words += ", " + ngettext("%(n)s refused", "%(n)s refused", refused) % {"n": number(refused)}
    if found.whole:
        return _("Read to the end: %(what)s.") % {"what": words}
    return _("Read as far as fits into one request: %(what)s. There is more there; go on with it below.") % {
        "what": words
    }


@require_POST
@in_programme
def source_secret(request: Asked, source: UUID) -> HttpResponse:
    """Another user name and secret. What is kept is never shown."""
    row = sourcing.source(request.viewer, request.programme.id, source)
    form = SecretForm(request.POST)
    if form.is_valid():
        try:
            sourcing.source_secret(request.viewer, row, form.cleaned_data["user"], form.cleaned_data["secret"])
        except Invalid as error:
            told(form, error)
        else:
            messages.success(request, _("The new secret is kept from now on. It is read in your name."))
            return redirect("exchange:source", request.programme.id, row.pk)
    return _source(request, row, form)


@require_POST
@in_programme
def source_pause(request: Asked, source: UUID) -> HttpResponse:
    """Pauses a source."""
    row = sourcing.source(request.viewer, request.programme.id, source)
    sourcing.source_pause(request.viewer, row)
    messages.success(request, _("Paused. Nothing is read from it; everything that was taken in stays."))
    return redirect("exchange:source", request.programme.id, row.pk)


@require_POST
@in_programme
def source_resume(request: Asked, source: UUID) -> HttpResponse:
    """Goes on with a paused source."""
    row = sourcing.source(request.viewer, request.programme.id, source)
    sourcing.source_resume(request.viewer, row)
    messages.success(request, _("It goes on where it stood, in your name."))
    return redirect("exchange:source", request.programme.id, row.pk)


@require_POST
@in_programme
def source_remove(request: Asked, source: UUID) -> HttpResponse:
    """Removes a source."""
    row = sourcing.source(request.viewer, request.programme.id, source)
    sourcing.source_remove(request.viewer, row)
    messages.success(request, _("Removed, with its secret. Everything that was taken in stays."))
    return redirect("exchange:sources", request.programme.id)
