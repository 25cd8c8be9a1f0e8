"""API of governance: programmes, decisions and their keys, the matrix, reviews, streams."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse, StreamingHttpResponse
from ninja import Router, Schema
from pydantic import ValidationError

from trellis.core import canonical
from trellis.core.conditions import Condition, Invalid
from trellis.governance import ledgers, matrix, reviews, rights, selectors
from trellis.governance import services as governance
from trellis.governance.models import Decision, Key
from trellis.governance.registry import decision_kinds, kind_named
from trellis.governance.schemas import PackPart
from trellis.parties import selectors as parties

router = Router(tags=["governance"])


class ProgrammeOut(Schema):
    """The heading of a programme or agreement, and the caller's side in it."""

    id: UUID
    kind: str
    title: str
    purpose: str
    currency: str
    time_zone: str
    fiscal_year_start: int
    label: str
    side: str


class DecisionOut(Schema):
    """A decision in a list."""

    id: UUID
    kind: str
    title: str
    state: str
    number: int | None
    proposer: str
    proposed_at: datetime
    decided_at: datetime | None
    procedure: str
    keys_turned: int
    keys_needed: int


class KeyOut(Schema):
    """A place for a key; `person` and `at` where one stands."""

    slot: str
    side: str
    organisation: UUID
    role: str
    holders: list[str]
    person: UUID | None
    at: datetime | None
    right: str


class ConditionOut(Schema):
    """One condition; `met` null is too early to say."""

    name: str
    met: bool | None
    note: str
    holder: str


class DecisionFull(DecisionOut):
    """A decision with its content, keys and conditions."""

    content: dict[str, Any] | None
    meeting: UUID | None
    keys: list[KeyOut]
    conditions: list[ConditionOut]


class ProposeIn(Schema):
    """A proposal: the content is that of its kind."""

    kind: str
    content: dict[str, Any]
    procedure: str = "ordinary"
    meeting: UUID | None = None
    lapses_at: datetime | None = None


class ReasonIn(Schema):
    """Why."""

    reason: str


class TextIn(Schema):
    """What is said."""

    text: str


class RightOut(Schema):
    """One right of the matrix."""

    kind: str
    title: str
    joint: bool
    keys: list[list[str]]
    holders: list[dict[str, Any]]
    proposers: list[str]
    forum: str
    written: bool
    version: int
    vacant: bool


class ReviewOut(Schema):
    """A quarterly review and its state."""

    label: str
    period_start: date
    period_end: date
    due: date
    state: str
    late: bool
    held_on: date | None
    as_of: datetime | None
    decision: UUID | None
    number: int | None


class SignIn(Schema):
    """Who took part in a review, by seat, and when it was held."""

    attended: list[UUID]
    held_on: date | None = None
    procedure: str = "ordinary"
    meeting: UUID | None = None


class VerdictOut(Schema):
    """What a check of a stream found."""

    holds: bool
    words: str
    entries: int
    redacted: int
    problems: list[str]


class StreamOut(Schema):
    """A stream that the caller may read."""

    id: UUID
    title: str
    own: bool
    entries: int


@router.get("/programmes", response=list[ProgrammeOut])
def programmes(request: Any) -> list[dict[str, Any]]:
    """The programmes and agreements of the caller's organisation."""
    found = parties.programmes_of(request.viewer)
    return [{**p.__dict__, "side": parties.sides(p.id).get(request.viewer.organisation, "")} for p in found]


@router.get("/programmes/{programme}", response=ProgrammeOut)
def programme(request: Any, programme: UUID) -> dict[str, Any]:
    """One programme."""
    found = parties.programme_for(request.viewer, programme)
    return {**found.__dict__, "side": parties.sides(programme)[request.viewer.organisation]}


@router.get("/programmes/{programme}/decisions", response=list[DecisionOut])
def decisions(request: Any, programme: UUID, state: str = "", kind: str = "") -> list[Any]:
    """Decisions of a programme, newest first; `state` is open, adopted, rejected, withdrawn or lapsed."""
    return selectors.decisions(
        request.viewer, programme, state=state.replace("\x00", ""), kind=kind.replace("\x00", "")
    )


@router.post("/programmes/{programme}/decisions", response={201: DecisionFull})
def propose(request: Any, programme: UUID, body: ProposeIn) -> tuple[int, dict[str, Any]]:
    """Proposes a decision of any kind; the caller's own key is turned with it where they hold one."""
    parties.programme_for(request.viewer, programme)
    try:
        kind = kind_named(body.kind)
    except KeyError:
        names = ", ".join(known.name for known in decision_kinds())
        raise Invalid({"kind": f"One of: {names}"}) from None
    try:
        payload = kind.payload.model_validate(body.content)
    except ValidationError as error:
        raise Invalid({".".join(map(str, e["loc"])) or "content": str(e["msg"]) for e in error.errors()}) from None
    try:
        made = governance.propose(
            request.viewer,
            programme,
            body.kind,
            payload,
            meeting=body.meeting,
            procedure=body.procedure,
            lapses_at=body.lapses_at,
        )
    except (ObjectDoesNotExist, LookupError, ValueError, TypeError, ArithmeticError) as error:
        raise Invalid({"content": f"It names something that is not there, or cannot be kept: {error}"}) from None
    return 201, _full(request, made.pk)


def _full(request: Any, id: UUID) -> dict[str, Any]:
    """A decision with everything that one of its parties reads of it."""
    row = selectors.decision(request.viewer, id)
    view = selectors.views([row])[0]
    payload = selectors.contents([row]).get(row.pk)
    conditions: list[Condition] = governance.conditions(row) if view.state == "open" and payload is not None else []
    return {
        **view.__dict__,
        "meeting": governance.forum(row)[1],
        "content": canonical.plain(payload.model_dump()) if payload is not None else None,
        "keys": _keys(row),
        "conditions": [
            {"name": str(c.name), "met": c.met, "note": str(c.note), "holder": c.holder} for c in conditions
        ],
    }


def _keys(row: Decision) -> list[dict[str, Any]]:
    standing = {key.slot_id: key for key in Key.objects.filter(slot__decision=row, taken_back=None)}
    found = []
    for slot in row.slots.order_by("side", "name"):
        key = standing.get(slot.pk)
        found.append(
            {
                "slot": slot.name,
                "side": slot.side,
                "organisation": slot.organisation,
                "role": slot.role,
                "holders": rights.holders(row.stream, slot.organisation, slot.role),
                "person": key.person if key else None,
                "at": key.at if key else None,
                "right": key.right if key else "",
            }
        )
    return found


@router.get("/decisions/{decision}", response=DecisionFull)
def decision(request: Any, decision: UUID) -> dict[str, Any]:
    """One decision with content, keys and conditions."""
    return _full(request, decision)


@router.post("/decisions/{decision}/turn", response=DecisionFull)
def turn(request: Any, decision: UUID) -> dict[str, Any]:
    """Turns the caller's key."""
    governance.key_turn(request.viewer, decision)
    return _full(request, decision)


@router.post("/decisions/{decision}/take-back", response=DecisionFull)
def take_back(request: Any, decision: UUID) -> dict[str, Any]:
    """Takes the caller's key back; possible until adoption."""
    governance.key_take_back(request.viewer, decision)
    return _full(request, decision)


@router.post("/decisions/{decision}/adopt", response=DecisionFull)
def adopt(request: Any, decision: UUID) -> dict[str, Any]:
    """Tries again to adopt a decision whose keys all stand."""
    governance.adopt_if_ready(request.viewer, decision)
    return _full(request, decision)


@router.post("/decisions/{decision}/reject", response=DecisionFull)
def reject(request: Any, decision: UUID, body: ReasonIn) -> dict[str, Any]:
    """Rejects with a reason; by who holds a key."""
    governance.reject(request.viewer, decision, body.reason)
    return _full(request, decision)


@router.post("/decisions/{decision}/withdraw", response=DecisionFull)
def withdraw(request: Any, decision: UUID, body: ReasonIn) -> dict[str, Any]:
    """Withdraws a proposal with a reason; by the organisation that proposed."""
    governance.withdraw(request.viewer, decision, body.reason)
    return _full(request, decision)


@router.post("/decisions/{decision}/dissent", response=DecisionFull)
def dissent(request: Any, decision: UUID, body: TextIn) -> dict[str, Any]:
    """Records dissent beside a decision, open or ended."""
    governance.dissent(request.viewer, decision, body.text)
    return _full(request, decision)


@router.get("/programmes/{programme}/matrix", response=list[RightOut])
def decision_rights(request: Any, programme: UUID) -> list[dict[str, Any]]:
    """Every right of a programme, and who holds it now."""
    return [
        {**line.__dict__, "holders": [holder.__dict__ for holder in line.holders], "vacant": line.vacant}
        for line in matrix.matrix(request.viewer, programme)
    ]


@router.get("/programmes/{programme}/reviews", response=list[ReviewOut])
def review_calendar(request: Any, programme: UUID) -> list[Any]:
    """The quarterly reviews of a programme with their states, newest first."""
    parties.programme_for(request.viewer, programme)
    return reviews.reviews(programme)


@router.get("/programmes/{programme}/reviews/{first}/pack", response=list[PackPart])
def review_pack(request: Any, programme: UUID, first: date) -> list[PackPart]:
    """The pack of the quarter that begins on `first`: as signed, or as it would be signed now."""
    found = reviews.review(request.viewer, programme, first)
    if found.state == "held":
        return reviews.signed_pack(request.viewer, programme, first)[0]
    return reviews.pack(request.viewer, programme, first)


@router.post("/programmes/{programme}/reviews/{first}/sign", response={201: DecisionFull})
def review_sign(request: Any, programme: UUID, first: date, body: SignIn) -> tuple[int, dict[str, Any]]:
    """Freezes the pack of a quarter and turns the caller's key; the other co-chair turns the second."""
    made = reviews.sign(request.viewer, programme, first, **body.dict())
    return 201, _full(request, made.pk)


@router.get("/streams", response=list[StreamOut])
def streams(request: Any) -> list[Any]:
    """The streams that the caller may read."""
    return list(ledgers.readable(request.viewer))


@router.get("/streams/{stream}/entries")
def stream_entries(request: Any, stream: UUID) -> HttpResponse:
    """A stream as JSON lines; what the caller may not see is withheld, and the chain still verifies."""
    ledgers.require(request.viewer, stream)
    answer = StreamingHttpResponse(ledgers.export(request.viewer, stream), content_type="application/jsonl")
    return answer  # type: ignore[return-value]  # streamed


@router.post("/streams/{stream}/verify", response=VerdictOut)
def stream_verify(request: Any, stream: UUID) -> dict[str, Any]:
    """Checks a stream now."""
    verdict, signatures = ledgers.verify(request.viewer, stream)
    return {
        "holds": verdict.holds,
        "words": ledgers.words(verdict, signatures),
        "entries": verdict.entries,
        "redacted": verdict.redacted,
        "problems": [str(problem) for problem in verdict.problems],
    }


@router.get("/streams/{stream}/checkpoints", response=list[dict[str, Any]])
def stream_checkpoints(request: Any, stream: UUID) -> list[dict[str, Any]]:
    """The checkpoints that the caller's organisation was given of a stream, as `trellis verify` takes them."""
    ledgers.require(request.viewer, stream)
    return [
        {"body": canonical.decode(point.body), "signature": bytes(point.signature).hex()}
        for point in reviews.checkpoints(request.viewer, stream)
    ]
