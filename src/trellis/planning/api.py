"""The API of planning: the same services as the pages."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Router, Schema
from ninja.files import UploadedFile

from trellis.core.conditions import Hidden
from trellis.governance.models import Decision, Outcome
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.planning import selectors, services, table
from trellis.planning.schemas import ActivitySaid, DirectionObjectiveSaid, PlanAdopt, PlanObjectiveSaid

router = Router(tags=["planning"])


def _viewer(request: HttpRequest, programme: UUID | None = None) -> Viewer:
    found = getattr(request, "viewer", None)
    if not isinstance(found, Viewer) or not found.known:
        raise Hidden()
    if programme is not None:
        parties.programme_for(found, programme)
    return found


class ActivityOut(Schema):
    """An activity with its state, which is computed."""

    id: UUID
    title: str
    strand: str
    kind: str
    state: str
    reason: str
    objective: UUID | None
    gaps: list[str]
    lead: UUID
    start: date
    end: date
    amount: Decimal | None
    currency: str
    funded_by: UUID | None
    initiated_by: UUID | None
    function: str
    context_note: str
    legal_basis: str
    plan_objective: str
    copied_from: str
    adaptations: str
    decision: UUID


class CheckOut(Schema):
    """What a plan lacks, by name."""

    empty_strands: list[str]
    without_objective: list[str]
    uncited: list[str]
    lacking: dict[str, list[str]]
    copies_without_adaptations: list[str]
    objectives_off_strategy: list[str]
    wrong_dates: list[str]


class PlanOut(Schema):
    title: str
    number: int
    assessment: UUID
    decision: UUID
    at: datetime
    objectives: list[PlanObjectiveSaid]
    activities: list[ActivityOut]
    check: CheckOut


class DirectionOut(Schema):
    title: str
    text: str
    phase: str
    decision: UUID
    objectives: list[DirectionObjectiveSaid]


class DirectionIn(Schema):
    title: str
    text: str = ""
    phase: str = "adopted"
    objectives: list[DirectionObjectiveSaid]


class DecisionOut(Schema):
    decision: UUID
    adopted: bool


class ConditionOut(Schema):
    name: str
    met: bool | None
    note: str


class DraftOut(Schema):
    id: UUID
    plan: PlanAdopt
    check: CheckOut


class ImportOut(Schema):
    """What a table brings in, or would."""

    total: int
    accepted: int
    problems: list[str]
    remarks: list[str]
    unknown_columns: list[str]


def _activity(found: Any) -> ActivityOut:
    state = selectors.activity_state(found)
    fields = {name: getattr(found, name) for name in ActivityOut.model_fields if name not in ("state", "reason")}
    return ActivityOut(**{**fields, "gaps": list(found.gaps), "state": state.state, "reason": state.reason})


def _check(found: Any) -> CheckOut:
    said = {name: getattr(found, name) for name in CheckOut.model_fields}
    lists = {name: list(value) for name, value in said.items() if name != "lacking"}
    return CheckOut(**lists, lacking={title: list(names) for title, names in found.lacking.items()})


def _decided(decision: Decision) -> DecisionOut:
    adopted = Outcome.objects.filter(decision=decision, state=Outcome.State.ADOPTED).exists()
    return DecisionOut(decision=decision.pk, adopted=adopted)


@router.get("/programmes/{programme}/plan", response=PlanOut, summary="The plan in force and its check")
def plan(request: HttpRequest, programme: UUID, as_of: datetime | None = None) -> Any:
    """The plan in force and its check."""
    _viewer(request, programme)
    found = selectors.plan_in_force(programme, as_of)
    lacks = selectors.plan_check_in_force(programme, as_of)
    if found is None or lacks is None:
        raise Hidden()
    return PlanOut(
        title=found.title,
        number=found.number,
        assessment=found.assessment,
        decision=found.decision,
        at=found.at,
        objectives=list(found.objectives),
        activities=[_activity(a) for a in found.activities],
        check=_check(lacks),
    )


@router.get("/programmes/{programme}/activities", response=list[ActivityOut], summary="Activities")
def activities(request: HttpRequest, programme: UUID, as_of: datetime | None = None) -> Any:
    """Activities."""
    _viewer(request, programme)
    return [_activity(a) for a in selectors.activities(programme, as_of)]


@router.get("/programmes/{programme}/activities/{activity}", response=ActivityOut, summary="One activity")
def activity(request: HttpRequest, programme: UUID, activity: UUID) -> Any:
    """One activity."""
    return _activity(selectors.activity_for(_viewer(request), programme, activity))


@router.get("/programmes/{programme}/direction", response=DirectionOut, summary="The strategic direction")
def direction(request: HttpRequest, programme: UUID) -> Any:
    """The strategic direction."""
    _viewer(request, programme)
    found = selectors.direction(programme)
    if found is None:
        raise Hidden()
    return DirectionOut(
        title=found.title,
        text=found.text,
        phase=found.phase,
        decision=found.decision,
        objectives=[
            DirectionObjectiveSaid(id=o.id, title=o.title, goals=list(o.goals), sectors=list(o.sectors))
            for o in found.objectives
        ],
    )


@router.post("/programmes/{programme}/direction", response=DecisionOut, summary="Set the strategic direction")
def direction_set(request: HttpRequest, programme: UUID, said: DirectionIn) -> DecisionOut:
    """Set the strategic direction."""
    return _decided(
        services.direction_set(
            _viewer(request),
            programme,
            title=said.title,
            text=said.text,
            phase=said.phase,
            objectives=said.objectives,
        )
    )


@router.post("/programmes/{programme}/plan/check", response=list[ConditionOut], summary="What adopting would need")
def plan_check(request: HttpRequest, programme: UUID, said: PlanAdopt) -> Any:
    """What adopting would need."""
    found = services.adopting_conditions(_viewer(request, programme), programme, said)
    return [ConditionOut(name=c.name, met=c.met, note=c.note) for c in found]


@router.post("/programmes/{programme}/plan/adopt", response=DecisionOut, summary="Propose a plan")
def plan_adopt(request: HttpRequest, programme: UUID, said: PlanAdopt) -> DecisionOut:
    """Propose a plan."""
    return _decided(services.plan_adopt(_viewer(request), programme, said))


def _draft(found: services.PlanDraft) -> DraftOut:
    return DraftOut(id=found.id, plan=found.plan, check=_check(found.check))


@router.post("/programmes/{programme}/plan/drafts", response=DraftOut, summary="Begin a draft")
def draft_new(request: HttpRequest, programme: UUID) -> DraftOut:
    """Begin a draft."""
    return _draft(services.draft_new(_viewer(request), programme))


@router.get("/plan/drafts/{draft}", response=DraftOut, summary="A draft of your organisation")
def draft(request: HttpRequest, draft: UUID) -> DraftOut:
    """A draft of your organisation."""
    return _draft(services.draft_read(_viewer(request), draft))


@router.post("/plan/drafts/{draft}/activities", response=DraftOut, summary="Add or change an activity")
def activity_put(request: HttpRequest, draft: UUID, said: ActivitySaid) -> DraftOut:
    """Add or change an activity."""
    return _draft(services.activity_put(_viewer(request), draft, said))


@router.post("/plan/drafts/{draft}/import", response=ImportOut, summary="Read activities from a table")
def draft_import(request: HttpRequest, draft: UUID, file: File[UploadedFile], dry_run: bool = True) -> Any:
    """Read activities from a table."""
    report = table.activities_import(_viewer(request), draft, file.read(), file.name or "", dry=dry_run)
    return ImportOut(
        total=report.total,
        accepted=len(report.accepted),
        problems=[str(p) for p in report.problems],
        remarks=[str(r) for r in report.remarks],
        unknown_columns=list(report.unknown_columns),
    )


@router.post("/plan/drafts/{draft}/propose", response=DecisionOut, summary="Propose a draft")
def draft_propose(request: HttpRequest, draft: UUID) -> DecisionOut:
    """Propose a draft."""
    return _decided(services.draft_propose(_viewer(request), draft))
