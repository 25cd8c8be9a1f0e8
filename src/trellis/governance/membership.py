"""Who takes part in a founded programme: proposing a further party, adding and ending seats; signing as who joins."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.core.conditions import Hidden, Invalid
from trellis.governance import selectors
from trellis.governance import services as governance
from trellis.governance.kinds_parties import PartyAdd, SeatSaid, SeatsChange
from trellis.governance.models import Decision
from trellis.parties import selectors as parties
from trellis.parties.schemas import SeatView, Viewer


def _said(seats: Sequence[UUID], among: Sequence[SeatView]) -> list[SeatSaid]:
    """Seats as the register has them. Raises Invalid for one that is not among those offered."""
    by_id = {seat.id: seat for seat in among}
    if not set(seats) <= set(by_id):
        raise Invalid({"seats": _("Each seat must belong to one of the parties.")})
    return [SeatSaid(seat=s, organisation=by_id[s].organisation, role=by_id[s].role) for s in dict.fromkeys(seats)]


def candidates(viewer: Viewer, arrangement: UUID) -> list[tuple[UUID, str]]:
    """Organisations of the installation that are no party yet, by name."""
    parties.programme_for(viewer, arrangement)
    here = parties.sides(arrangement)
    return sorted(((id, n) for id, n in parties.organisation_names().items() if id not in here), key=lambda o: o[1])


def seats_open(viewer: Viewer, arrangement: UUID) -> list[SeatView]:
    """Seats of the parties that do not take part yet."""
    parties.programme_for(viewer, arrangement)
    sitting = {seat.id for seat in parties.seats_in(arrangement)}
    every = [seat for party in parties.parties(arrangement) for seat in parties.seats_of(party.organisation)]
    return [seat for seat in every if seat.id not in sitting]


def party_add(
    viewer: Viewer,
    arrangement: UUID,
    organisation: UUID,
    side: str,
    reason: str,
    seats: Sequence[UUID] = (),
    **where: Any,
) -> Decision:
    """Proposes a further party; both co-chairs and an administrator of the organisation turn its keys."""
    parties.programme_for(viewer, arrangement)
    said = _said(seats, parties.seats_of(organisation))
    payload = PartyAdd(organisation=organisation, side=side, seats=said, reason=reason)
    return governance.propose(viewer, arrangement, "party.add", payload, **where)


def seats_change(
    viewer: Viewer, arrangement: UUID, reason: str, add: Sequence[UUID] = (), end: Sequence[UUID] = (), **where: Any
) -> Decision:
    """Proposes seats to add and to end; the co-chairs of both sides adopt."""
    payload = SeatsChange(add=_said(add, seats_open(viewer, arrangement)), end=list(dict.fromkeys(end)), reason=reason)
    return governance.propose(viewer, arrangement, "seats.change", payload, **where)


def joining(viewer: Viewer, decision: UUID) -> Decision:
    """The proposal that asks the viewer's organisation to join. Raises Hidden for anybody else."""
    found = selectors.decision(viewer, decision)
    if viewer.organisation is None or found.kind != "party.add":
        raise Hidden()
    if not found.slots.filter(organisation=viewer.organisation, name="party").exists():
        raise Hidden()
    return found
