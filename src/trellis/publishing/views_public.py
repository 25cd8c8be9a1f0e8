"""The public site: what was published, without an account. What was never published does not exist here."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trellis.core import formats
from trellis.core.conditions import Hidden
from trellis.parties import selectors as parties
from trellis.parties.pages import times_of
from trellis.publishing import display, downloads, selectors
from trellis.publishing.schemas import PublicationView

NAMES = {"json": "JSON", "csv": "CSV", "xml": "IATI XML"}


@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    """Every programme that has published, by its name."""
    return render(request, "publishing/programmes.html", {"published": selectors.published()})


@require_safe
def programme(request: HttpRequest, programme: UUID, publication: UUID | None = None) -> HttpResponse:
    """A programme's newest publication, or an older one, with what the public may know today."""
    view = selectors.publication(programme, publication)
    times_of(parties.programme(programme).time_zone)
    older = [one for one in selectors.publications(programme) if one.id != view.id]
    context: dict[str, Any] = {
        "view": view,
        "newest": publication is None or all(one.number < view.number for one in older),
        "older": older,
        "live": _live(programme),
        "files": _files(view),
        **display.page(view.sections),
    }
    return render(request, "publishing/dashboard.html", context)


def _live(programme: UUID) -> dict[str, Any]:
    found = selectors.live(programme)
    return {
        "overdue": [{"label": label, "due": formats.day(due)} for label, due in found.overdue],
        "withdrawn": [display.consent(row) for row in found.withdrawn],
    }


def _files(view: PublicationView) -> list[dict[str, Any]]:
    return [{"name": NAMES[ending], "ending": ending, "size": size} for ending, size in downloads.sizes(view)]


@require_safe
def file(request: HttpRequest, programme: UUID, publication: UUID, ending: str) -> HttpResponse:
    """A file of a publication."""
    if ending not in downloads.TYPES:
        raise Hidden(_("There is no file of this kind."))
    found = downloads.file(selectors.publication(programme, publication), ending)
    response = HttpResponse(found.body, content_type=downloads.TYPES[ending])
    response["Content-Disposition"] = f'attachment; filename="{found.name}"'
    response["Cache-Control"] = "public, max-age=86400"
    return response
