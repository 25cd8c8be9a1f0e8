"""API of the regional area: regional CERTs, contacts, requests for assistance and their times."""

from typing import Any
from uuid import UUID

from ninja import File, Query, Router, Status
from ninja.files import UploadedFile

from trellis.core.tabular import Report
from trellis.regional import loading, selectors, services
from trellis.regional.api_schemas import (
    Asked,
    CertChange,
    CertIn,
    CertOut,
    CloseIn,
    ContactChange,
    ContactIn,
    ContactOut,
    FigureOut,
    Given,
    ImportOut,
    OfferIn,
    RequestChange,
    RequestIn,
    RequestOut,
    ShareIn,
    StepIn,
    TimeIn,
    Turned,
    VerifyIn,
    WhyIn,
)
from trellis.regional.models import Cert, Move, Offer
from trellis.regional.schemas import ContactView, OfferView, RequestView
from trellis.sharing import figures

router = Router(tags=["regional"])


def _cert(row: Cert) -> dict[str, Any]:
    return {"id": row.subject, "version": row.pk, "owner": row.owner} | {
        name: getattr(row, name) for name in CertIn.model_fields
    }


def _contact(view: ContactView) -> dict[str, Any]:
    names = (*ContactIn.model_fields, "owner", "cert", "organisation")
    same = ("state", "verified_at", "verified_by", "way")
    row = {name: getattr(view.row, name) for name in names}
    return {"id": view.id, "version": view.row.pk, **row, **{name: getattr(view, name) for name in same}}


def _offer(view: OfferView) -> dict[str, Any]:
    names = ("owner", "text", "terms", "valid_until", "offered_at")
    more = {"state": view.state, "agreed_at": view.agreed_at, "decision": view.decision}
    return {"id": view.row.subject, **{name: getattr(view.row, name) for name in names}, **more}


def _move(row: Move) -> dict[str, Any]:
    names = ("owner", "kind", "offer", "at", "outcome", "note")
    return {"id": row.subject, **{name: getattr(row, name) for name in names}}


def _request(view: RequestView) -> dict[str, Any]:
    names = ("owner", "label", "title", "text", "need", "severity", "cross_border", "asked_of", "asked_at")
    return {
        "id": view.id,
        "version": view.row.pk,
        **{name: getattr(view.row, name) for name in names},
        "arrived_at": view.arrived_at,
        "state": view.state,
        "offers": [_offer(one) for one in view.offers],
        "moves": [_move(one) for one in view.moves],
    }


def _one(request: Any, programme: UUID, subject: UUID) -> dict[str, Any]:
    return _request(selectors.request(request.viewer, programme, subject))


def _imported(report: Report, stored: bool) -> dict[str, Any]:
    return {
        "stored": stored,
        "total": report.total,
        "accepted": len(report.accepted),
        "new": len(loading.new_ones(report)),
        "problems": [str(problem) for problem in report.problems],
        "remarks": [str(remark) for remark in report.remarks],
    }


@router.get("/programmes/{programme}/regional-certs", response=list[CertOut])
def certs(request: Any, programme: UUID) -> list[dict[str, Any]]:
    """The regional CERTs that the caller may read."""
    return [_cert(row) for row in selectors.certs(request.viewer, programme)]


@router.post("/programmes/{programme}/regional-certs", response={201: CertOut})
def cert_record(request: Any, programme: UUID, body: CertIn) -> Any:
    """Records a regional CERT that the caller's organisation runs."""
    return Status(201, _cert(services.cert_record(request.viewer, programme, **body.dict())))


@router.post("/programmes/{programme}/regional-certs/{cert}/correct", response=CertOut)
def cert_correct(request: Any, programme: UUID, cert: UUID, body: CertChange) -> dict[str, Any]:
    """Corrects the record of a regional CERT; the version before stays."""
    said = body.dict(exclude_unset=True)
    why, seen = said.pop("why"), said.pop("seen", None)
    return _cert(services.cert_correct(request.viewer, programme, cert, why, seen=seen, **said))


@router.get("/programmes/{programme}/contacts", response=list[ContactOut])
def contacts(request: Any, programme: UUID, cert: UUID | None = None) -> list[dict[str, Any]]:
    """The contact directory as far as the caller may read it, stale ones first."""
    return [_contact(view) for view in selectors.contacts(request.viewer, programme, cert)]


@router.post("/programmes/{programme}/regional-certs/{cert}/contacts", response={201: ContactOut})
def contact_record(request: Any, programme: UUID, cert: UUID, body: ContactIn) -> Any:
    """Records a contact; it is unverified until somebody verifies it."""
    row = services.contact_record(request.viewer, programme, cert, **body.dict())
    return Status(201, _contact(selectors.contact(request.viewer, programme, row.subject)))


@router.post("/programmes/{programme}/regional-certs/{cert}/contacts/import", response=ImportOut)
def contacts_import(
    request: Any, programme: UUID, cert: UUID, file: File[UploadedFile], dry: bool = True
) -> dict[str, Any]:
    """Reads a table of contacts; with `dry=false` stores it whole or not at all."""
    report = services.contacts_import(request.viewer, programme, cert, file.read(), file.name or "", dry=dry)
    return _imported(report, not dry)


@router.post("/programmes/{programme}/contacts/{contact}/verify", response=ContactOut)
def contact_verify(request: Any, programme: UUID, contact: UUID, body: VerifyIn) -> dict[str, Any]:
    """Records that a contact holds."""
    services.contact_verify(request.viewer, programme, contact, **body.dict())
    return _contact(selectors.contact(request.viewer, programme, contact))


@router.post("/programmes/{programme}/contacts/{contact}/correct", response=ContactOut)
def contact_correct(request: Any, programme: UUID, contact: UUID, body: ContactChange) -> dict[str, Any]:
    """Corrects a contact; a new channel, address or key has to be verified anew."""
    said = body.dict(exclude_unset=True)
    why, seen = said.pop("why"), said.pop("seen", None)
    services.contact_correct(request.viewer, programme, contact, why, seen=seen, **said)
    return _contact(selectors.contact(request.viewer, programme, contact))


@router.post("/programmes/{programme}/contacts/{contact}/retract", response={204: None})
def contact_retract(request: Any, programme: UUID, contact: UUID, body: WhyIn) -> Any:
    """Says that a contact no longer stands, and why."""
    services.contact_retract(request.viewer, programme, contact, body.why)
    return Status(204, None)


@router.get("/programmes/{programme}/assistance", response=list[RequestOut])
def requests(request: Any, programme: UUID) -> list[dict[str, Any]]:
    """The requests for assistance that the caller may read, newest first."""
    return [_request(view) for view in selectors.requests(request.viewer, programme)]


@router.post("/programmes/{programme}/assistance", response={201: RequestOut})
def request_make(request: Any, programme: UUID, body: RequestIn) -> Any:
    """Asks parties for help; only those asked read the request."""
    row = services.request_make(request.viewer, programme, **body.dict())
    return Status(201, _one(request, programme, row.subject))


@router.get("/programmes/{programme}/assistance/figure", response=FigureOut)
def assistance_figure(request: Any, programme: UUID, asked: Query[Asked]) -> dict[str, Any]:
    """A figure of the regional area: the time of a step, before and after an agreement, or the directory."""
    # An outsider is told that there is no such programme before anything is computed.
    selectors.certs(request.viewer, programme)
    period = (asked.first, asked.last) if asked.first and asked.last else None
    params = {
        "programme": programme,
        "severity": asked.severity,
        "borders": asked.borders,
        "agreement": asked.agreement,
    }
    shown = figures.shown(request.viewer, f"regional.{asked.figure}", params, period, asked.as_of)
    return {
        "address": shown.ask.address,
        "title": shown.title,
        "figure": shown.figure.to_dict(),
        "withheld_by": list(shown.withheld_by),
    }


@router.post("/programmes/{programme}/assistance/share", response=Given)
def figures_share(request: Any, programme: UUID, body: ShareIn) -> dict[str, int]:
    """Lets all parties see figures as far as they rest on the caller's records."""
    return {"grants": services.figures_share(request.viewer, programme, body.what)}


@router.get("/programmes/{programme}/assistance/{request_id}", response=RequestOut)
def request_(request: Any, programme: UUID, request_id: UUID) -> dict[str, Any]:
    """One request with its offers and steps."""
    return _one(request, programme, request_id)


@router.post("/programmes/{programme}/assistance/{request_id}/correct", response=RequestOut)
def request_correct(request: Any, programme: UUID, request_id: UUID, body: RequestChange) -> dict[str, Any]:
    """Corrects what a request says; whom it asked and when stays."""
    said = body.dict(exclude_unset=True)
    why, seen = said.pop("why"), said.pop("seen", None)
    services.request_correct(request.viewer, programme, request_id, why, seen=seen, **said)
    return _one(request, programme, request_id)


@router.post("/programmes/{programme}/assistance/{request_id}/decline", response=RequestOut)
def request_decline(request: Any, programme: UUID, request_id: UUID) -> dict[str, Any]:
    """Declines to help. No reason is asked for."""
    services.request_decline(request.viewer, programme, request_id)
    return _one(request, programme, request_id)


@router.post("/programmes/{programme}/assistance/{request_id}/close", response=RequestOut)
def request_close(request: Any, programme: UUID, request_id: UUID, body: CloseIn) -> dict[str, Any]:
    """Closes a request, saying how it ended."""
    services.request_close(request.viewer, programme, request_id, **body.dict())
    return _one(request, programme, request_id)


@router.post("/programmes/{programme}/assistance/{request_id}/steps/{move}/correct", response=RequestOut)
def move_correct(request: Any, programme: UUID, request_id: UUID, move: UUID, body: TimeIn) -> dict[str, Any]:
    """Corrects the time of an arrival or of the closing."""
    services.move_correct(request.viewer, programme, request_id, move, body.why, at=body.at)
    return _one(request, programme, request_id)


@router.post("/programmes/{programme}/assistance/{request_id}/offers", response={201: RequestOut})
def offer_make(request: Any, programme: UUID, request_id: UUID, body: OfferIn) -> Any:
    """Offers help; the key of the offering organisation is turned where the caller holds it."""
    services.offer_make(request.viewer, programme, request_id, **body.dict())
    return Status(201, _one(request, programme, request_id))


def _of(request: Any, programme: UUID, offer: UUID) -> dict[str, Any]:
    found: Offer = selectors.offer(request.viewer, programme, offer)
    return _one(request, programme, found.request)


@router.post("/programmes/{programme}/offers/{offer}/accept", response=Turned)
def offer_accept(request: Any, programme: UUID, offer: UUID) -> dict[str, UUID]:
    """Turns the asker's key for an offer; the help is agreed once both keys stand."""
    return {"decision": services.offer_accept(request.viewer, programme, offer).pk}


@router.post("/programmes/{programme}/offers/{offer}/decline", response=RequestOut)
def offer_decline(request: Any, programme: UUID, offer: UUID) -> dict[str, Any]:
    """Does not take an offer. No reason is asked for."""
    services.offer_decline(request.viewer, programme, offer)
    return _of(request, programme, offer)


@router.post("/programmes/{programme}/offers/{offer}/withdraw", response=RequestOut)
def offer_withdraw(request: Any, programme: UUID, offer: UUID) -> dict[str, Any]:
    """Takes an offer back."""
    services.offer_withdraw(request.viewer, programme, offer)
    return _of(request, programme, offer)


@router.post("/programmes/{programme}/offers/{offer}/arrival", response=RequestOut)
def arrival_record(request: Any, programme: UUID, offer: UUID, body: StepIn) -> dict[str, Any]:
    """Records that help has arrived."""
    services.arrival_record(request.viewer, programme, offer, **body.dict())
    return _of(request, programme, offer)
