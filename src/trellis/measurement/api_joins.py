"""API of policies, pairs of agencies and detection (MEA-07 to MEA-09)."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Query, Router, Schema, Status

from trellis.measurement import joins
from trellis.measurement import joins_reading as reading
from trellis.measurement.models import AgencyPair, Policy
from trellis.parties import selectors as parties
from trellis.sharing import figures

router = Router(tags=["measurement"])


class PolicyIn(Schema):
    """A policy that a strategy planned; steps that are not reached are left out."""

    title: str
    strategy: str
    due: date
    objective: UUID | None = None
    drafted: date | None = None
    consulted: date | None = None
    adopted: date | None = None
    in_force: date | None = None
    ended: date | None = None
    source: str = ""


class PolicyOut(PolicyIn):
    """A policy. `id` stays the same through corrections, `version` does not."""

    id: UUID
    version: UUID
    owner: UUID


class PolicyChange(PolicyIn):
    """What changes in a policy, and why; what is left out stays."""

    title: str = ""
    strategy: str = ""
    due: date | None = None  # type: ignore[assignment]  # left out means unchanged
    why: str
    seen: UUID | None = None


class PairIn(Schema):
    """Two agencies, the term of their protocol and its last exercise."""

    first: str
    second: str
    required: bool = True
    ground: str = ""
    protocol_title: str = ""
    starts: date | None = None
    ends: date | None = None
    exercised: date | None = None
    exercise: str = ""


class PairOut(PairIn):
    """A pair of agencies. `id` stays the same through corrections, `version` does not."""

    id: UUID
    version: UUID
    owner: UUID


class PairChange(PairIn):
    """What changes in a pair, and why; what is left out stays."""

    first: str = ""
    second: str = ""
    why: str
    seen: UUID | None = None


class RetractIn(Schema):
    """Why a record no longer stands."""

    why: str


class JoinAsked(Schema):
    """Which figure; `strategy` for policies alone. Planted events take whole quarters by `first`, `last`."""

    figure: Literal["policies", "cooperation", "detection"]
    strategy: str = ""
    first: date | None = None
    last: date | None = None
    as_of: datetime | None = None


class JoinFigure(Schema):
    """A figure with its address; `value` None has a `reason`."""

    address: str
    title: str
    figure: dict[str, Any]
    withheld_by: list[UUID]


def _policy(row: Policy) -> dict[str, Any]:
    return {"id": row.subject, "version": row.pk, "owner": row.owner} | {n: getattr(row, n) for n in joins.POLICY}


def _pair(row: AgencyPair) -> dict[str, Any]:
    return {"id": row.subject, "version": row.pk, "owner": row.owner} | {n: getattr(row, n) for n in joins.PAIR}


@router.get("/programmes/{programme}/policies", response=list[PolicyOut])
def policies(request: Any, programme: UUID) -> list[dict[str, Any]]:
    """The policies that the caller may read."""
    return [_policy(row) for row in reading.policies(request.viewer, programme)]


@router.post("/programmes/{programme}/policies", response={201: PolicyOut})
def policy_record(request: Any, programme: UUID, body: PolicyIn) -> Any:
    """Records a policy of the caller's organisation, of the partner side."""
    return Status(201, _policy(joins.policy_record(request.viewer, programme, **body.dict())))


@router.post("/programmes/{programme}/policies/{policy}/correct", response=PolicyOut)
def policy_correct(request: Any, programme: UUID, policy: UUID, body: PolicyChange) -> dict[str, Any]:
    """Records where a policy stands now; the version before stays."""
    said = body.dict(exclude_unset=True)
    why, seen = said.pop("why"), said.pop("seen", None)
    return _policy(joins.policy_correct(request.viewer, programme, policy, why, seen=seen, **said))


@router.post("/programmes/{programme}/policies/{policy}/retract", response=PolicyOut)
def policy_retract(request: Any, programme: UUID, policy: UUID, body: RetractIn) -> dict[str, Any]:
    """Says that the record of a policy no longer stands, and why."""
    return _policy(joins.policy_retract(request.viewer, programme, policy, body.why))


@router.get("/programmes/{programme}/agency-pairs", response=list[PairOut])
def pairs(request: Any, programme: UUID) -> list[dict[str, Any]]:
    """The pairs of agencies that the caller may read."""
    return [_pair(row) for row in reading.pairs(request.viewer, programme)]


@router.post("/programmes/{programme}/agency-pairs", response={201: PairOut})
def pair_record(request: Any, programme: UUID, body: PairIn) -> Any:
    """Records two agencies that work together, by an organisation of the partner side."""
    return Status(201, _pair(joins.pair_record(request.viewer, programme, **body.dict())))


@router.post("/programmes/{programme}/agency-pairs/{pair}/correct", response=PairOut)
def pair_correct(request: Any, programme: UUID, pair: UUID, body: PairChange) -> dict[str, Any]:
    """Records what is known of a pair now; the version before stays."""
    said = body.dict(exclude_unset=True)
    why, seen = said.pop("why"), said.pop("seen", None)
    return _pair(joins.pair_correct(request.viewer, programme, pair, why, seen=seen, **said))


@router.post("/programmes/{programme}/agency-pairs/{pair}/retract", response=PairOut)
def pair_retract(request: Any, programme: UUID, pair: UUID, body: RetractIn) -> dict[str, Any]:
    """Says that the record of a pair no longer stands, and why."""
    return _pair(joins.pair_retract(request.viewer, programme, pair, body.why))


@router.get("/programmes/{programme}/results/figure", response=JoinFigure)
def join_figure(request: Any, programme: UUID, asked: Query[JoinAsked]) -> dict[str, Any]:
    """Policies in force, cooperation of agencies, or planted events that the partner side noticed."""
    parties.programme_for(request.viewer, programme)
    period = (asked.first, asked.last) if asked.first and asked.last else None
    params = {"programme": programme, "strategy": asked.strategy}
    shown = figures.shown(request.viewer, f"measurement.{asked.figure}", params, period, asked.as_of)
    return {
        "address": shown.ask.address,
        "title": shown.title,
        "figure": shown.figure.to_dict(),
        "withheld_by": list(shown.withheld_by),
    }
