"""What the API of the regional area takes and gives."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema

Open = Literal["CLEAR", "GREEN", "AMBER"]


class CertIn(Schema):
    """A regional CERT; `services` are numbers of the FIRST CSIRT Services Framework 2.1."""

    name: str
    mandate: str
    mandate_from: str = ""
    established_on: date | None = None
    members: list[str] = []
    services: list[str] = []
    maturity: Literal["", "basic", "intermediate", "advanced"] = ""
    maturity_by: Literal["", "self", "peer", "certified"] = ""
    maturity_on: date | None = None
    label: Open = "GREEN"


class CertOut(CertIn):
    """A regional CERT as the caller may read it. `id` stays the same through corrections, `version` does not."""

    id: UUID
    version: UUID
    owner: UUID
    label: str  # type: ignore[assignment]  # any label of a record


class ContactIn(Schema):
    """A way to reach a member of a regional CERT."""

    member: str
    channel: Literal["email", "phone", "messenger", "satellite", "form"]
    address: str
    duty: str = ""
    fingerprint: str = ""
    hours: str = ""
    languages: str = ""
    label: Open = "GREEN"


class ContactOut(ContactIn):
    """A contact with its last verification. `state`: verified, new (not verified yet) or stale."""

    id: UUID
    version: UUID
    owner: UUID
    cert: UUID
    organisation: UUID | None
    state: str
    verified_at: datetime | None
    verified_by: UUID | None
    way: str
    label: str  # type: ignore[assignment]  # any label of a record


class VerifyIn(Schema):
    """That a contact holds. `note` says how it was reached, unless its own organisation confirms it."""

    note: str = ""
    at: datetime | None = None
    seen: UUID | None = None


class ImportOut(Schema):
    """What a file holds; `stored` once its new contacts are recorded."""

    stored: bool
    total: int
    accepted: int
    new: int
    problems: list[str]
    remarks: list[str]


class RequestIn(Schema):
    """A request for assistance."""

    title: str
    text: str
    need: Literal["coordination", "analysis", "forensics", "containment", "equipment", "staff"]
    cross_border: bool
    asked_of: list[UUID]
    severity: Literal["", "low", "medium", "high", "critical"] = ""
    asked_at: datetime | None = None
    label: Open = "AMBER"


class RequestChange(Schema):
    """What changes in a request, and why; what is left out stays."""

    why: str
    seen: UUID | None = None
    title: str = ""
    text: str = ""
    need: str = ""
    severity: str = ""
    cross_border: bool = False


class OfferIn(Schema):
    """An offer of help."""

    text: str
    terms: str = ""
    valid_until: datetime | None = None


class OfferOut(OfferIn):
    """An offer as the caller may read it. `state`: open, declined, withdrawn, over or agreed."""

    id: UUID
    owner: UUID
    offered_at: datetime
    state: str
    agreed_at: datetime | None
    decision: UUID | None


class MoveOut(Schema):
    """A step that one organisation took alone. Declining has no reason."""

    id: UUID
    owner: UUID
    kind: str
    offer: UUID | None
    at: datetime
    outcome: str
    note: str


class RequestOut(Schema):
    """A request with its offers and steps, as far as the caller may read them."""

    id: UUID
    version: UUID
    owner: UUID
    label: str
    title: str
    text: str
    need: str
    severity: str
    cross_border: bool
    asked_of: list[UUID]
    asked_at: datetime
    arrived_at: datetime | None
    state: str
    offers: list[OfferOut]
    moves: list[MoveOut]


class StepIn(Schema):
    """When a step was, and a note."""

    at: datetime | None = None
    note: str = ""


class CloseIn(StepIn):
    """How a request ended."""

    outcome: Literal["helped", "no-help", "not-needed"]


class TimeIn(Schema):
    """A corrected time, and why."""

    at: datetime
    why: str


class ShareIn(Schema):
    """Which figures all parties may see, as far as they rest on the caller's records."""

    what: Literal["assistance", "directory"]


class Given(Schema):
    """How many grants were given."""

    grants: int


class Turned(Schema):
    """The decision in which a key was turned."""

    decision: UUID


class FigureOut(Schema):
    """A figure with its address; `value` None has a `reason`."""

    address: str
    title: str
    figure: dict[str, Any]
    withheld_by: list[UUID]


class Asked(Schema):
    """Which figure: a clock (offer, accept, arrive, close, response), `change` or `directory`."""

    figure: Literal["offer", "accept", "arrive", "close", "response", "change", "directory"]
    severity: str = ""
    borders: Literal["", "cross"] = ""
    agreement: UUID | None = None
    first: date | None = None
    last: date | None = None
    as_of: datetime | None = None


class CertChange(Schema):
    """What changes in a regional CERT, and why; what is left out stays."""

    why: str
    seen: UUID | None = None
    name: str = ""
    mandate: str = ""
    mandate_from: str = ""
    established_on: date | None = None
    members: list[str] = []
    services: list[str] = []
    maturity: str = ""
    maturity_by: str = ""
    maturity_on: date | None = None


class ContactChange(Schema):
    """What changes in a contact, and why; what is left out stays."""

    why: str
    seen: UUID | None = None
    member: str = ""
    channel: str = ""
    address: str = ""
    duty: str = ""
    fingerprint: str = ""
    hours: str = ""
    languages: str = ""


class WhyIn(Schema):
    """A reason."""

    why: str
