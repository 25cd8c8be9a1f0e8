"""From when an agreement on sharing was in force between those who ask and those who are asked (REG-08, REG-09)."""

from datetime import datetime
from uuid import UUID

from trellis.exchange import selectors as exchange
from trellis.regional.models import Request
from trellis.regional.schemas import Pact


def pacts(programme: UUID, at: datetime | None = None) -> list[Pact]:
    """The agreements of an arrangement as known at a moment, oldest first."""
    held = exchange.agreements_since(programme, at)
    found = [Pact(view.id, view.title, view.parties, since) for view, since in held]
    return sorted(found, key=lambda pact: (pact.in_force, pact.title))


def pact(programme: UUID, id: str, at: datetime | None = None) -> Pact | None:
    """One agreement by its id; the first where none is named; None where there is none."""
    held = pacts(programme, at)
    if not id:
        return held[0] if held else None
    return next((one for one in held if str(one.id) == id), None)


def covers(pact: Pact | None, row: Request) -> bool:
    """Whether a request crosses a border, and runs between parties of the agreement (all, without one)."""
    if not row.cross_border:
        return False
    if pact is None:
        return True
    return row.owner in pact.parties and any(UUID(one) in pact.parties for one in row.asked_of)
