"""API of publishing: the public part needs no token; the rest calls the same services as the pages."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from trellis.core import clock
from trellis.core.conditions import Hidden
from trellis.publishing import downloads, identifiers, paper, selectors, services

router = Router(tags=["publishing"])


class Heading(Schema):
    """A publication in a list."""

    id: UUID
    programme: UUID
    number: int
    title: str
    as_of: datetime
    published_at: datetime
    corrects: UUID | None
    corrected_by: UUID | None


class Overdue(Schema):
    """A quarter whose review is overdue now."""

    label: str
    due: date


class Public(Schema):
    """A publication with what the public may know today."""

    publication: dict[str, Any]
    older: list[Heading]
    overdue_reviews: list[Overdue]
    consent_withdrawn: list[dict[str, str]]


class Preview(Schema):
    """What the public would see, what may be withheld, and what differs from the last publication."""

    as_of: datetime
    sections: dict[str, Any]
    may_withhold: list[dict[str, str]]
    changes: list[dict[str, str]]


class PublicationIn(Schema):
    """A report to propose: figures are built, never sent. `withheld` gives item keys and their reason codes."""

    title: str
    as_of: datetime | None = None
    withheld: dict[str, str] = {}
    corrects: UUID | None = None
    reason: str = ""


class Proposed(Schema):
    """The decision that was proposed, and the publication that it would make."""

    decision: UUID
    about: UUID


class IdentifierIn(Schema):
    """An IATI identifier and a code of OrganisationType."""

    ref: str
    kind: str


@router.get("/public/programmes", response=list[Heading], auth=None)
def published(request: HttpRequest) -> Any:
    """The newest publication of every programme, by title."""
    return selectors.published()


@router.get("/public/programmes/{programme}", response=Public, auth=None)
def public(request: HttpRequest, programme: UUID, publication: UUID | None = None) -> dict[str, Any]:
    """A programme's newest publication, or an older one."""
    view = selectors.publication(programme, publication)
    live = selectors.live(programme)
    return {
        "publication": downloads.facts(view),
        "older": [one for one in selectors.publications(programme) if one.id != view.id],
        "overdue_reviews": [{"label": label, "due": due} for label, due in live.overdue],
        "consent_withdrawn": list(live.withdrawn),
    }


@router.get("/public/programmes/{programme}/{publication}/data.{ending}", auth=None)
def public_file(request: HttpRequest, programme: UUID, publication: UUID, ending: str) -> HttpResponse:
    """A publication as JSON, CSV or IATI XML."""
    if ending not in downloads.TYPES:
        raise Hidden()
    found = downloads.file(selectors.publication(programme, publication), ending)
    return HttpResponse(found.body, content_type=downloads.TYPES[ending])


@router.get("/programmes/{programme}/publications", response=list[Heading])
def publications(request: Any, programme: UUID) -> Any:
    """Everything that a programme has published, newest first."""
    return selectors.publications_for(request.viewer, programme)


@router.get("/programmes/{programme}/publications/preview", response=Preview)
def preview(request: Any, programme: UUID, as_of: datetime | None = None) -> dict[str, Any]:
    """Exactly what the public would see now."""
    as_of = as_of or clock.now()
    built = services.publication_build(request.viewer, programme, as_of)
    last = next(iter(selectors.publications(programme)), None)
    changes = selectors.changes(last.sections, built.sections) if last else []
    return {
        "as_of": as_of,
        "sections": built.sections,
        "may_withhold": [{"item": c.item, "section": c.section, "title": c.title} for c in built.candidates],
        "changes": [vars(change) for change in changes],
    }


@router.post("/programmes/{programme}/publications", response={201: Proposed})
def publication_propose(request: Any, programme: UUID, body: PublicationIn) -> Status[dict[str, Any]]:
    """Proposes a publication, turning the proposer's key."""
    made = services.publication_propose(request.viewer, programme, **body.model_dump())
    return Status(201, {"decision": made.pk, "about": made.about})


@router.post("/programmes/{programme}/publications/open-figures", response=list[str])
def figures_open(request: Any, programme: UUID) -> list[str]:
    """Opens figures of the viewer's organisation to the public; gives the kinds that were not open."""
    return services.figures_open(request.viewer, programme)


@router.post("/organisation/iati-identifier", response=IdentifierIn)
def identifier_set(request: Any, body: IdentifierIn) -> Any:
    """Says the IATI identifier of the viewer's organisation."""
    return identifiers.identifier_set(request.viewer, body.ref, body.kind)


@router.get("/programmes/{programme}/iati.xml")
def iati(request: Any, programme: UUID, as_of: datetime | None = None) -> HttpResponse:
    """The programme as an IATI 2.03 activity file, with what the viewer may see."""
    return HttpResponse(services.iati(request.viewer, programme, as_of), content_type="application/xml")


@router.get("/programmes/{programme}/reviews/{review}/pack.pdf")
def review_pack(request: Any, programme: UUID, review: str, language: str = "") -> HttpResponse:
    """The pack of the review of the quarter that begins on a day, as a PDF in the viewer's language."""
    made = services.review_pack_pdf(request.viewer, programme, paper.day_of(review), language)
    return HttpResponse(made.pdf, content_type="application/pdf")
