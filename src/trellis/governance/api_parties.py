"""API of who takes part and who met: parties, seats, committee meetings, and where a proposal is decided."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Router, Schema

from trellis.core.conditions import Invalid
from trellis.governance import committee, membership, procedure
from trellis.governance.api import DecisionFull, _full
from trellis.parties import selectors as parties

router = Router(tags=["governance"])


class PartyOut(Schema):
    """A party in its place."""

    organisation: UUID
    name: str
    side: str
    seats: list[UUID]


class Where(Schema):
    """Where a decision is taken: a recorded meeting, or `procedure` written."""

    procedure: str = "ordinary"
    meeting: UUID | None = None


class PartyIn(Where):
    """A further party, its side and the seats through which it acts."""

    organisation: UUID
    side: str
    seats: list[UUID] = []
    reason: str


class SeatsIn(Where):
    """Seats of parties to add, and seats to end."""

    add: list[UUID] = []
    end: list[UUID] = []
    reason: str


class MeetingIn(Schema):
    """A meeting that was held: seats that took part, and those of them that stood aside. The time carries a zone."""

    held_at: datetime
    attended: list[UUID]
    recused: list[UUID] = []
    notes: str = ""


class MeetingCorrect(MeetingIn):
    """A corrected record, and why."""

    why: str


class MeetingOut(Schema):
    """A meeting as recorded; `quorate` is whether it could decide, `words` the count."""

    id: UUID
    held_at: datetime
    attended: list[UUID]
    recused: list[UUID]
    notes: str
    recorded_by: UUID
    quorate: bool
    words: str


@router.get("/programmes/{programme}/parties", response=list[PartyOut])
def parties_list(request: Any, programme: UUID) -> list[dict[str, Any]]:
    """The parties of a programme with the seats through which they act."""
    parties.programme_for(request.viewer, programme)
    seats = parties.seats_in(programme)
    return [
        {**party.__dict__, "seats": [seat.id for seat in seats if seat.organisation == party.organisation]}
        for party in parties.parties(programme)
    ]


@router.post("/programmes/{programme}/parties", response={201: DecisionFull})
def party_add(request: Any, programme: UUID, body: PartyIn) -> tuple[int, dict[str, Any]]:
    """Proposes a further party; both co-chairs and an administrator of the organisation turn its keys."""
    return 201, _full(request, membership.party_add(request.viewer, programme, **body.dict()).pk)


@router.post("/programmes/{programme}/seats", response={201: DecisionFull})
def seats_change(request: Any, programme: UUID, body: SeatsIn) -> tuple[int, dict[str, Any]]:
    """Proposes seats to add and to end; the co-chairs of both sides adopt."""
    return 201, _full(request, membership.seats_change(request.viewer, programme, **body.dict()).pk)


@router.post("/decisions/{decision}/place", response=DecisionFull)
def place(request: Any, decision: UUID, body: Where) -> dict[str, Any]:
    """Names the meeting that decides an open proposal, or written procedure."""
    procedure.place(request.viewer, decision, meeting=body.meeting, procedure=body.procedure)
    return _full(request, decision)


@router.get("/programmes/{programme}/meetings", response=list[MeetingOut])
def meetings(request: Any, programme: UUID) -> list[dict[str, Any]]:
    """The recorded meetings of the committee, newest first."""
    return [_meeting(programme, row) for row in committee.meetings(request.viewer, programme)]


def _meeting(programme: UUID, row: Any) -> dict[str, Any]:
    holds, words = committee.quorate(programme, row)
    names = ("held_at", "attended", "recused", "notes")
    said = {name: getattr(row, name) for name in names}
    return {"id": row.subject, **said, "recorded_by": row.owner, "quorate": holds, "words": words}


def _said(body: MeetingIn) -> dict[str, Any]:
    if body.held_at.tzinfo is None:
        raise Invalid({"held_at": "a time with its zone"})
    return body.dict()


@router.post("/programmes/{programme}/meetings", response={201: MeetingOut})
def meeting_record(request: Any, programme: UUID, body: MeetingIn) -> tuple[int, dict[str, Any]]:
    """Records a meeting that was held; a co-chair's act."""
    return 201, _meeting(programme, committee.meeting_record(request.viewer, programme, **_said(body)))


@router.post("/programmes/{programme}/meetings/{meeting}/correct", response=MeetingOut)
def meeting_correct(request: Any, programme: UUID, meeting: UUID, body: MeetingCorrect) -> dict[str, Any]:
    """Corrects a meeting's record; by the organisation that recorded it. Both versions stay."""
    said = _said(body)
    why = said.pop("why")
    return _meeting(programme, committee.meeting_correct(request.viewer, programme, meeting, why, **said))
