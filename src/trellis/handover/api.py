"""API of handover: functions on the ladder, plans, evidence and its acceptance, steps, choices, presence."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ninja import Router, Schema

from trellis.handover import selectors, services
from trellis.handover.criteria import BY_CALC
from trellis.handover.models import Evidence
from trellis.handover.schemas import State
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import figures

router = Router(tags=["handover"])


class CriterionOut(Schema):
    """A criterion: met, not met, or not known (null)."""

    criterion: str
    met: bool | None
    mandatory: bool
    note: str


class StateOut(Schema):
    """A function on its way. What the caller may not see of readiness is null."""

    function: UUID
    title: str
    step: str
    target: date | None
    original_target: date | None
    slip_days: int | None
    ready: bool | None
    weakest: str | None
    ready_since: date | None
    criteria: list[CriterionOut] | None
    choices: list[str] | None
    alerts: list[str] | None


class PlanIn(Schema):
    """A handover plan, or a new date for one."""

    function: UUID
    target: date
    next_owner: UUID
    notice_days: int = 180
    mandatory: dict[str, bool] | None = None
    waived: dict[str, str] | None = None
    reason: str = ""


class EvidenceIn(Schema):
    """What the partner side says about a criterion."""

    function: UUID
    criterion: str
    statement: str
    met: bool = True
    holders: dict[str, int] | None = None
    unaided_since: date | None = None
    valid_until: date | None = None
    file: UUID | None = None
    label: str = "AMBER"


class EvidenceOut(Schema):
    """Evidence that the caller may read."""

    id: UUID
    function: UUID
    criterion: str
    owner: UUID
    label: str
    met: bool
    statement: str
    holders: dict[str, int]
    unaided_since: date | None
    valid_until: date | None
    recorded_at: datetime


class StepIn(Schema):
    """A step on the ladder and its reason."""

    function: UUID
    step: str
    reason: str


class ChoiceIn(Schema):
    """What happens to a function that is not ready in time."""

    function: UUID
    choice: str
    cause: str
    target: date | None = None


class PresenceIn(Schema):
    """Donor staff at work in a function."""

    function: UUID
    first_day: date
    last_day: date
    person_days: Decimal
    ran: bool
    note: str = ""
    label: str = "AMBER"


class Made(Schema):
    """The id of the record or decision that was made."""

    id: UUID


def _state(viewer: Viewer, programme: UUID, one: State) -> dict[str, Any]:
    asked = {"programme": programme, "function": one.function.id}
    shown = figures.shown(viewer, "handover.readiness", asked)
    said: dict[str, Any] = {
        "function": one.function.id,
        "title": one.function.title,
        "step": one.step,
        "target": one.plan.target if one.plan else None,
        "original_target": one.plan.original_target if one.plan else None,
        "slip_days": one.plan.slip_days if one.plan else None,
    }
    hidden = ("ready", "weakest", "ready_since", "criteria", "choices", "alerts")
    if shown.withheld_by:
        return {**said, **dict.fromkeys(hidden)}
    weakest = one.readiness.weakest
    return {
        **said,
        "ready": one.readiness.ready,
        "weakest": BY_CALC[weakest.name].key if weakest else None,
        "ready_since": one.ready_since,
        "criteria": [
            {"criterion": BY_CALC[c.name].key, "met": c.met, "mandatory": c.mandatory, "note": c.note}
            for c in one.readiness.criteria
        ],
        "choices": list(one.choices),
        "alerts": list(one.alerts),
    }


def _evidence(row: Evidence) -> dict[str, Any]:
    names = [name for name in EvidenceOut.model_fields if name != "id"]
    return {"id": row.subject, **{name: getattr(row, name) for name in names}}


@router.get("/programmes/{programme}/handover", response=list[StateOut])
def states(request: Any, programme: UUID) -> list[dict[str, Any]]:
    """Every function with step, dates and readiness."""
    parties.programme_for(request.viewer, programme)
    return [_state(request.viewer, programme, one) for one in selectors.states(programme)]


@router.post("/programmes/{programme}/handover/plans", response={201: Made})
def plan_propose(request: Any, programme: UUID, body: PlanIn) -> tuple[int, dict[str, Any]]:
    """Proposes a handover plan, or a new date for one."""
    said = body.dict()
    made = services.plan_propose(request.viewer, programme, said.pop("function"), **said)
    return 201, {"id": made.pk}


@router.get("/programmes/{programme}/handover/evidence", response=list[EvidenceOut])
def evidence(request: Any, programme: UUID, function: UUID) -> list[dict[str, Any]]:
    """The evidence about a function that the caller may read."""
    return [_evidence(row) for row in selectors.evidence(request.viewer, programme, function)]


@router.post("/programmes/{programme}/handover/evidence", response={201: Made})
def evidence_record(request: Any, programme: UUID, body: EvidenceIn) -> tuple[int, dict[str, Any]]:
    """Records evidence of a criterion."""
    said = body.dict()
    function, criterion = said.pop("function"), said.pop("criterion")
    row = services.evidence_record(request.viewer, programme, function, criterion, **said)
    return 201, {"id": row.subject}


@router.post("/programmes/{programme}/handover/evidence/{evidence}/accept", response={201: Made})
def evidence_accept(request: Any, programme: UUID, evidence: UUID) -> tuple[int, dict[str, Any]]:
    """Accepts evidence as it stands now."""
    return 201, {"id": services.evidence_accept(request.viewer, programme, evidence).pk}


@router.post("/programmes/{programme}/handover/steps", response={201: Made})
def step_propose(request: Any, programme: UUID, body: StepIn) -> tuple[int, dict[str, Any]]:
    """Proposes a step on the ladder; refused with every unmet condition."""
    made = services.step_propose(request.viewer, programme, body.function, body.step, body.reason)
    return 201, {"id": made.pk}


@router.post("/programmes/{programme}/handover/choices", response={201: Made})
def choice_propose(request: Any, programme: UUID, body: ChoiceIn) -> tuple[int, dict[str, Any]]:
    """Proposes what happens to a function that is not ready at its notice point."""
    said = body.dict()
    made = services.choice_propose(request.viewer, programme, said.pop("function"), **said)
    return 201, {"id": made.pk}


@router.post("/programmes/{programme}/handover/presence", response={201: Made})
def presence_record(request: Any, programme: UUID, body: PresenceIn) -> tuple[int, dict[str, Any]]:
    """Records donor staff at work in a function."""
    said = body.dict()
    row = services.presence_record(request.viewer, programme, said.pop("function"), **said)
    return 201, {"id": row.subject}
