"""What the API of the exchange takes and gives."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

Label = Literal["CLEAR", "GREEN", "AMBER", "AMBER+STRICT"]
Purpose = Literal["incident-response", "detection", "hunting", "research", "exercise"]


class Clauses(Schema):
    """The five clauses. An empty one is refused, with all that are."""

    purpose: str = ""
    retention: str = ""
    onward: str = ""
    security: str = ""
    exit: str = ""


class AgreementIn(Schema):
    """A version of an agreement on sharing; `agreement` names the one that it amends."""

    agreement: UUID | None = None
    title: str = Field("", max_length=200)
    parties: list[UUID] = []
    purposes: list[Purpose] = []
    ceiling: Label = "AMBER"
    starts_on: date
    ends_on: date
    clauses: Clauses = Clauses()
    change: str = ""


class AgreementOut(Schema):
    """One version of an agreement on sharing."""

    id: UUID
    version: int
    title: str
    parties: list[UUID]
    purposes: list[str]
    ceiling: str
    starts_on: date
    ends_on: date
    clauses: Clauses
    in_force: bool


class Proposed(Schema):
    """The decision that was proposed, and the agreement that it is about."""

    decision: UUID
    agreement: UUID


class WhyIn(Schema):
    """A reason."""

    why: str


class StopOut(Schema):
    """Objects that stop between the caller and one party in one collection."""

    collection: str
    other: str
    given: int
    received: int


class HoldsOut(Schema):
    """How many of the caller's objects a party was served."""

    name: str
    count: int


class LeaveOut(Schema):
    """What leaving would stop, and who holds what already."""

    stops: list[StopOut]
    held: list[HoldsOut]


class CollectionIn(Schema):
    """A new collection."""

    title: str
    purpose: Purpose
    description: str = ""


class CollectionOut(Schema):
    """A collection as the caller sees it."""

    id: UUID
    title: str
    description: str
    purpose: str
    can_read: bool
    can_write: bool
    alias: str


class ObjectRow(Schema):
    """An object in a list. `id` stays the same through its versions."""

    id: UUID
    stix_id: str
    stix_type: str
    version: str
    title: str
    owner: UUID
    label: str
    collection: UUID
    revoked: bool
    number: int
    detected: datetime | None
    recorded_at: datetime


class AcknowledgementOut(Schema):
    """What a recipient said."""

    by: UUID
    at: datetime
    useful: str
    note: str


class ObjectOut(ObjectRow):
    """An object whole. `related` are the objects that it points at or that point at it; `looked_through` False says
    that the collection was not looked through to its end yet: ask again.
    """

    retracted: bool
    object: dict[str, Any] | None
    versions: list[str]
    related: list[UUID]
    looked_through: bool
    acknowledgements: list[AcknowledgementOut]


class SeesOut(Schema):
    """Who is served an object now, and why."""

    organisation: UUID
    name: str
    agreement: UUID
    rule: str


class HoldingOut(Schema):
    """Who was served an object, first and last."""

    organisation: UUID
    name: str
    first: datetime
    last: datetime


class AcknowledgeIn(Schema):
    """That an object arrived, and whether it was of use."""

    useful: Literal["yes", "partly", "no", "unknown"]
    note: str = ""


class LabelIn(Schema):
    """A label."""

    label: Label


class RelationshipIn(Schema):
    """A relationship to another object, named by its STIX id."""

    how: str
    target: str
    label: Label = "AMBER"
    description: str = ""


class EnvelopeIn(Schema):
    """A STIX bundle or a TAXII envelope. Each object is kept as it was sent."""

    objects: list[dict[str, Any]]


class LineOut(Schema):
    """What became of one object of a POST."""

    stix_id: str
    version: str
    message: str = ""


class StatusOut(Schema):
    """What became of each object of a POST."""

    id: UUID
    state: str
    at: datetime
    successes: list[LineOut]
    failures: list[LineOut]


class FigureOut(Schema):
    """A figure with its address; `value` None has a `reason`."""

    address: str
    title: str
    figure: dict[str, Any]
    withheld_by: list[UUID]


class SecretIn(Schema):
    """How we sign in elsewhere: without `user` the secret is a bearer token. It is never given out again."""

    user: str = ""
    secret: str = ""


class SourceIn(SecretIn):
    """A collection elsewhere, read into one of ours."""

    url: str
    organisation: UUID
    collection: UUID


class SourceOut(Schema):
    """A source and where it stands. `more`: a walk stopped in its middle; `reached`: the time after which it goes on."""

    id: UUID
    url: str
    organisation: UUID
    collection: UUID
    person: UUID | None
    user: str
    has_secret: bool
    made_at: datetime
    paused_at: datetime | None
    tried_at: datetime | None
    pulled_at: datetime | None
    reached: str
    more: bool
    error: str
    taken: int
    refused: int
    reasons: list[str]


class PulledOut(Schema):
    """What one reading came to."""

    pages: int
    taken: int
    refused: list[str]
    whole: bool
