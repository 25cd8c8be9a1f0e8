"""What other areas and the pages see of the regional area, and the payload of agreeing on help."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from trellis.calc.regional import State
from trellis.governance.registry import Said
from trellis.regional.models import Contact, Move, Offer, Request


class HelpAgree(Said):
    """An offer that both organisations agree on, cited by version and hash; what it says stays in the record."""

    offer: UUID
    offer_version: UUID
    offer_hash: str
    request: UUID
    asker: UUID
    helper: UUID


@dataclass(frozen=True)
class ContactView:
    """A contact with its last verification that still holds: of this address, channel and key.

    `since` is when this way of reaching the member was first recorded.
    """

    row: Contact
    state: State
    since: datetime
    verified_at: datetime | None
    verified_by: UUID | None
    way: str
    own: bool

    @property
    def id(self) -> UUID:
        return self.row.subject

    @property
    def stale(self) -> bool:
        return self.state == "stale"


@dataclass(frozen=True)
class OfferView:
    """An offer with what became of it. `state`: open, declined, withdrawn, over, agreed."""

    row: Offer
    state: str
    agreed_at: datetime | None
    decision: UUID | None


@dataclass(frozen=True)
class RequestView:
    """A request as the viewer may read it: offers, steps, and the state in which it is.

    `state`: open, offered, agreed, arrived, closed. `arrived_at` is what the asker said, else what a helper said.
    """

    row: Request
    offers: tuple[OfferView, ...]
    moves: tuple[Move, ...]
    arrived_at: datetime | None
    closed: Move | None

    @property
    def id(self) -> UUID:
        return self.row.subject

    @property
    def state(self) -> str:
        if self.closed:
            return "closed"
        if self.arrived_at:
            return "arrived"
        if any(offer.agreed_at for offer in self.offers):
            return "agreed"
        return "offered" if any(offer.state == "open" for offer in self.offers) else "open"


@dataclass(frozen=True)
class Pact:
    """An agreement among organisations and the moment from which it was in force."""

    id: UUID
    title: str
    parties: frozenset[UUID]
    in_force: datetime
