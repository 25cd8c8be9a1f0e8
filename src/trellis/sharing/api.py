"""API of sharing: grants, consents, evidence in whole or in pieces, the access log, search, figures."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile

from trellis.core import clock
from trellis.core.conditions import Hidden, Invalid
from trellis.core.paging import part
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import evidence as store
from trellis.sharing import files, gate, selectors, services
from trellis.sharing import search as engine
from trellis.sharing.models import Consent, Evidence, Grant
from trellis.sharing.views_evidence import handed_out
from trellis.sharing.views_figures import asked, question

router = Router(tags=["sharing"])
PAGE = 200


class GrantIn(Schema):
    """A grant to make. `persons` for named persons, `organisation`, or `arrangement` with `side`."""

    data_kind: str
    audience: str
    purpose: str
    detail: str = "record"
    ceiling: str = "AMBER"
    organisation: UUID | None = None
    arrangement: UUID | None = None
    side: str = ""
    persons: list[UUID] = []
    context: UUID | None = None
    about: UUID | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class GrantOut(Schema):
    """A grant with its state."""

    id: UUID
    owner: UUID
    data_kind: str
    audience: str
    audience_words: str
    detail: str
    ceiling: str
    purpose: str
    context: UUID | None
    about: UUID | None
    starts_at: datetime
    ends_at: datetime | None
    withdrawn_at: datetime | None
    state: str


class Why(Schema):
    """A reason."""

    why: str


class ConsentIn(Schema):
    """Consent to give; `scope` is programme, activity or data."""

    scope: str
    text: str
    about: UUID | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    answers: UUID | None = None


class ConsentAsk(Schema):
    """Consent to ask for, of an organisation of the partner side."""

    authority: UUID
    scope: str
    text: str
    about: UUID | None = None


class ConsentOut(Schema):
    """A consent with its state."""

    id: UUID
    scope: str
    text: str
    about: UUID | None
    given_by: UUID
    starts_on: date
    ends_on: date | None
    withdrawn_at: datetime | None
    state: str


class Id(Schema):
    """The id of what was made."""

    id: UUID


class EvidenceOut(Schema):
    """A piece of evidence."""

    id: UUID
    owner: UUID
    title: str | None
    name: str | None
    media_type: str
    size: int
    sha256: str
    label: str
    context: UUID | None
    recorded_at: datetime


class UploadIn(Schema):
    """A file that is to come in pieces. size: octets in all."""

    name: str
    size: int


class UploadOut(Schema):
    """Where a file that comes in pieces stands: go on at `received`."""

    id: UUID
    name: str
    size: int
    received: int
    piece: int = files.PIECE


class FinishIn(Schema):
    """What a whole file shows."""

    title: str
    label: str = "AMBER"
    context: UUID | None = None


class AccessOut(Schema):
    """One reading of the caller's records by another organisation."""

    id: UUID
    at: datetime
    reader: UUID | None
    person: UUID | None
    data_kind: str
    purpose: str
    count: int
    ids: list[UUID]


class HitOut(Schema):
    """A record found."""

    kind: str
    id: UUID
    text: str
    owner: UUID
    label: str
    at: datetime
    url: str


def _grant(row: Grant) -> dict[str, Any]:
    names = (
        "owner",
        "data_kind",
        "audience",
        "detail",
        "ceiling",
        "purpose",
        "context",
        "about",
        "starts_at",
        "ends_at",
        "withdrawn_at",
    )
    shown = {name: getattr(row, name) for name in names}
    return {
        **shown,
        "id": row.subject,
        "audience_words": gate.audience_words(row),
        "state": selectors.grant_state(row),
    }


def _inside(viewer: Viewer) -> Viewer:
    if viewer.organisation is None:
        raise Hidden()
    return viewer


def _aware(**moments: datetime | None) -> None:
    wrong = {name: "a time with its zone" for name, at in moments.items() if at is not None and at.tzinfo is None}
    if wrong:
        raise Invalid(wrong)


@router.get("/grants", response=list[GrantOut])
def grants(request: Any, received: bool = False) -> list[dict[str, Any]]:
    """Grants that the caller's organisation gave, or with `received` those in force that name the caller."""
    viewer = _inside(request.viewer)
    rows = selectors.grants_received(viewer) if received else selectors.grants_given(viewer)
    return [_grant(row) for row in rows]


@router.post("/grants", response={201: GrantOut})
def grant_make(request: Any, body: GrantIn) -> tuple[int, dict[str, Any]]:
    """Lets an audience read records of the caller's organisation."""
    given = body.dict()
    _aware(starts_at=body.starts_at, ends_at=body.ends_at)
    given["persons"] = tuple(given["persons"])
    return 201, _grant(services.grant_make(request.viewer, given.pop("data_kind"), given.pop("audience"), **given))


@router.post("/grants/{grant}/withdraw", response=GrantOut)
def grant_withdraw(request: Any, grant: UUID, body: Why) -> dict[str, Any]:
    """Ends a grant from now on."""
    viewer = _inside(request.viewer)
    if not selectors.grants_given(viewer).filter(subject=grant).exists():
        raise Hidden()
    return _grant(services.grant_withdraw(viewer.actor, grant, body.why))


def _consent(row: Consent) -> dict[str, Any]:
    names = ("scope", "text", "about", "starts_on", "ends_on", "withdrawn_at")
    shown = {name: getattr(row, name) for name in names}
    return {**shown, "id": row.subject, "given_by": row.owner, "state": selectors.consent_state(row)}


@router.get("/programmes/{programme}/consents", response=list[ConsentOut])
def consents(request: Any, programme: UUID) -> list[dict[str, Any]]:
    """The consents of a programme."""
    parties.programme_for(request.viewer, programme)
    rows = gate.visible(Consent, request.viewer, "consents of the programme").filter(arrangement=programme)
    return [_consent(row) for row in rows.order_by("-recorded_at", "-id")]


@router.post("/programmes/{programme}/consents", response={201: ConsentOut})
def consent_give(request: Any, programme: UUID, body: ConsentIn) -> tuple[int, dict[str, Any]]:
    """Gives consent: the partner side only."""
    parties.programme_for(request.viewer, programme)
    given = body.dict()
    made = services.consent_give(request.viewer.actor, programme, given.pop("scope"), given.pop("text"), **given)
    return 201, _consent(made)


@router.post("/programmes/{programme}/consent-requests", response={201: Id})
def consent_ask(request: Any, programme: UUID, body: ConsentAsk) -> tuple[int, dict[str, Any]]:
    """Asks an organisation of the partner side for consent."""
    parties.programme_for(request.viewer, programme)
    made = services.consent_request(request.viewer.actor, programme, **body.dict())
    return 201, {"id": made.subject}


@router.post("/programmes/{programme}/consents/{consent}/withdraw", response=ConsentOut)
def consent_withdraw(request: Any, programme: UUID, consent: UUID, body: Why) -> dict[str, Any]:
    """Withdraws consent from now on."""
    parties.programme_for(request.viewer, programme)
    gate.get(Consent, request.viewer, consent)
    return _consent(services.consent_withdraw(request.viewer.actor, consent, body.why))


def _evidence(row: Evidence) -> dict[str, Any]:
    names = ("owner", "title", "name", "media_type", "size", "sha256", "label", "context", "recorded_at")
    return {"id": row.subject, **{name: getattr(row, name) for name in names}}


@router.get("/evidence", response=list[EvidenceOut])
def evidence(request: Any, after: int = 0) -> list[dict[str, Any]]:
    """Evidence that the caller may read, newest first, 200 from `after`."""
    rows = store.evidence_list(_inside(request.viewer), "list of evidence")[part(after, PAGE, PAGE)]
    return [_evidence(row) for row in rows]


@router.post("/evidence", response={201: EvidenceOut})
def evidence_add(
    request: Any,
    title: Form[str],
    file: File[UploadedFile],
    label: Form[str] = "AMBER",
    context: Form[UUID | None] = None,
) -> tuple[int, dict[str, Any]]:
    """Files a piece of evidence in one go."""
    actor = services.viewer_actor(request.viewer)
    return 201, _evidence(store.evidence_add(actor, title, file, label, context))


@router.get("/evidence/{evidence}", response=EvidenceOut)
def evidence_one(request: Any, evidence: UUID) -> dict[str, Any]:
    """One piece of evidence that the caller may read."""
    return _evidence(gate.get(Evidence, request.viewer, evidence, "page of evidence"))


@router.get("/evidence/{evidence}/download")
def evidence_download(request: Any, evidence: UUID) -> HttpResponse:
    """The file, always as a download."""
    return handed_out(request, evidence)  # type: ignore[return-value]  # streamed


def _upload(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", "name", "size", "received")}


@router.post("/uploads", response={201: UploadOut})
def upload_begin(request: Any, body: UploadIn) -> tuple[int, dict[str, Any]]:
    """Begins a file that comes in pieces of 4 MiB at most; it is kept for a day."""
    return 201, _upload(files.upload_begin(request.viewer, body.name, body.size))


@router.get("/uploads/{upload}", response=UploadOut)
def upload_state(request: Any, upload: UUID) -> dict[str, Any]:
    """Where to go on after the line broke."""
    return _upload(files.upload_of(request.viewer, upload))


@router.put("/uploads/{upload}", response=UploadOut)
def upload_piece(request: Any, upload: UUID, offset: int) -> dict[str, Any]:
    """Adds the body of the request at `offset`; 409 says where to go on when it is not what was received."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > files.PIECE:
        raise Invalid({"piece": "at most 4 MiB"})
    return _upload(files.upload_piece(request.viewer, upload, offset, request.body))


@router.post("/uploads/{upload}/finish", response={201: EvidenceOut})
def upload_finish(request: Any, upload: UUID, body: FinishIn) -> tuple[int, dict[str, Any]]:
    """Files a whole file as evidence."""
    made = store.evidence_finish(_inside(request.viewer), upload, body.title, body.label, body.context)
    return 201, _evidence(made)


@router.get("/access", response=list[AccessOut])
def access(request: Any, since: datetime | None = None, after: int = 0) -> list[dict[str, Any]]:
    """Who read records of the caller's organisation, newest first, 200 from `after`."""
    _aware(since=since)
    rows = selectors.accesses(_inside(request.viewer)).filter(at__lte=clock.now())
    if since is not None:
        rows = rows.filter(at__gte=since)
    names = ("id", "at", "reader", "person", "data_kind", "purpose", "count")
    return [{**{n: getattr(r, n) for n in names}, "ids": gate.unpack(r)} for r in rows[part(after, PAGE, PAGE)]]


@router.get("/search", response=list[HitOut])
def search(request: Any, q: str, kind: str = "") -> list[dict[str, Any]]:
    """Records that the caller may read and that hold every word, at most 20 of each kind."""
    hits = [hit for found in engine.search(_inside(request.viewer), q[:200], kind) for hit in found.hits]
    names = ("kind", "text", "owner", "label", "at", "url")
    return [{"id": hit.subject, **{name: getattr(hit, name) for name in names}} for hit in hits]


@router.get("/figures/{kind}")
def figure(request: Any, kind: str) -> dict[str, Any]:
    """A figure by its address, with method and caveats; withheld where an owner has not consented."""
    shown = asked(request.viewer, question(request, kind))
    said = shown.figure.to_dict()
    return {
        "title": shown.title,
        "url": shown.url,
        "withheld_by": [str(o) for o in shown.withheld_by],
        **said,
    }
