"""Pages of publishing for parties: what was published, preparing the next, figures opened, IATI, packs as paper."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from trellis.core import clock
from trellis.core.conditions import Invalid
from trellis.core.context import address
from trellis.governance import rights
from trellis.governance.models import Decision
from trellis.governance.registry import kind_named
from trellis.parties.pages import Asked, in_programme, told
from trellis.publishing import display, identifiers, paper, selectors, services
from trellis.publishing.forms import IdentifierForm, PublicationForm
from trellis.publishing.schemas import SECTIONS, Built
from trellis.sharing.records import kind_named as data_kind

KIND = "publication.publish"


def _holds(request: Asked) -> dict[str, Any]:
    kind, here, viewer = kind_named(KIND), request.programme.id, request.viewer
    assert viewer.organisation
    return {
        "may": rights.may_propose(here, kind, viewer.person, viewer.organisation),
        "holders": rights.proposer_words(here, kind),
    }


@in_programme
def publications(request: Asked) -> HttpResponse:
    """What was published, what waits for a key, and what the viewer's organisation has opened."""
    here, viewer = request.programme.id, request.viewer
    waiting = Decision.objects.filter(stream=here, kind=KIND, outcome=None).order_by("-seq")
    closed = services.closed_kinds(viewer, here)
    known = identifiers.at().get(viewer.organisation) if viewer.organisation else None
    context = {
        "published": selectors.publications_for(viewer, here),
        "waiting": [(row, address("governance:decision", here, row.pk)) for row in waiting],
        "closed": [str(data_kind(name).title) for name in closed],
        "identifier": known,
        **_holds(request),
    }
    return render(request, "publishing/publications.html", context)


def _moment(day: date | None, zone: str) -> datetime:
    """The end of a day where the programme is, or now where that has not come."""
    now = clock.now()
    if day is None:
        return now
    return min(now, datetime.combine(day + timedelta(days=1), time(0), ZoneInfo(zone)))


@in_programme
def propose(request: Asked) -> HttpResponse:
    """Shows exactly what the public will see, with what changed since; withholds under a code; proposes."""
    here, viewer = request.programme.id, request.viewer
    published = selectors.publications_for(viewer, here)
    whole = services.publication_build(viewer, here)
    form = PublicationForm(
        request.POST or None,
        initial={"title": request.programme.title},
        candidates=whole.candidates if request.side == "partner" else (),
        published=published,
    )
    built = whole
    if request.method == "POST" and form.is_valid():
        try:
            as_of = _moment(form.cleaned_data["as_of"], request.programme.time_zone)
            built = services.publication_build(viewer, here, as_of, form.withheld())
            if "propose" in request.POST:
                return _proposed(request, form, as_of)
        except Invalid as error:
            told(form, error)
    return render(request, "publishing/propose.html", _context(request, form, built, published))


def _proposed(request: Asked, form: PublicationForm, as_of: datetime) -> HttpResponse:
    said = form.cleaned_data
    corrects = said.get("corrects")
    decision = services.publication_propose(
        request.viewer,
        request.programme.id,
        title=said["title"],
        as_of=as_of,
        withheld=form.withheld(),
        corrects=next((p.id for p in selectors.publications(request.programme.id) if str(p.id) == corrects), None),
        reason=said.get("reason", ""),
    )
    messages.success(request, _("Proposed. The other side turns the second key."))
    url = address("governance:decision", request.programme.id, decision.pk)
    return redirect(url or address("publication:publications", request.programme.id))


def _context(request: Asked, form: PublicationForm, built: Built, published: list[Any]) -> dict[str, Any]:
    last = published[0].sections if published else {}
    changes = selectors.changes(last, built.sections) if last else []
    return {
        "form": form,
        "built": built,
        "changes": [(SECTIONS.get(c.section, c.section), c) for c in changes[:200]],
        "more": max(0, len(changes) - 200),
        "last": published[0] if published else None,
        **_holds(request),
        **display.page(built.sections),
    }


@require_POST
@in_programme
def figures_open(request: Asked) -> HttpResponse:
    """Opens figures of the viewer's organisation to the public, for this programme."""
    opened = services.figures_open(request.viewer, request.programme.id)
    messages.success(request, _("%(n)s kinds of figures are open to the public now.") % {"n": len(opened)})
    return redirect("publication:publications", request.programme.id)


@in_programme
def identifier(request: Asked) -> HttpResponse:
    """The IATI identifier of the viewer's organisation; its administrator says it."""
    organisation = request.viewer.organisation
    known = identifiers.at().get(organisation) if organisation else None
    initial = {"ref": known.ref, "kind": known.kind} if known else None
    form = IdentifierForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            identifiers.identifier_set(request.viewer, **form.cleaned_data)
        except Invalid as error:
            told(form, error)
        else:
            return redirect("publication:publications", request.programme.id)
    return render(request, "publishing/identifier.html", {"form": form, "may": request.viewer.administrator})


@in_programme
def iati(request: Asked) -> HttpResponse:
    """The programme as an IATI file, with what the viewer may see."""
    body = services.iati(request.viewer, request.programme.id)
    response = HttpResponse(body, content_type="application/xml")
    response["Content-Disposition"] = f'attachment; filename="iati-{request.programme.id}.xml"'
    return response


@in_programme
def review_pack(request: Asked, review: str) -> HttpResponse:
    """The pack of a quarter's review as a PDF in the language of the page. Caveats are on the paper."""
    made = services.review_pack_pdf(request.viewer, request.programme.id, paper.day_of(review), get_language() or "en")
    response = HttpResponse(made.pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="review-{review}.pdf"'
    return response
