"""The API of needs: the same services as the pages."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Router, Schema
from ninja.files import UploadedFile

from trellis.assessment import answers, library, selectors, services
from trellis.assessment.schemas import (
    AssessmentView,
    ClosedPriority,
    GapView,
    Invited,
    PriorityView,
    RankedPriority,
    ScopeItem,
)
from trellis.core.conditions import Hidden
from trellis.governance.models import Decision, Outcome
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer

router = Router(tags=["assessment"])


def _viewer(request: HttpRequest) -> Viewer:
    found = getattr(request, "viewer", None)
    if not isinstance(found, Viewer) or not found.known:
        raise Hidden()
    return found


class FrameworkOut(Schema):
    """A framework on the shelf."""

    hash: str
    id: str
    title: str
    version: str
    language: str
    licence: str
    items: int
    stages: int
    built_in: bool


class FrameworkReportOut(Schema):
    """What a file brings in, or would."""

    ok: bool
    hash: str | None
    title: str
    problems: list[str]
    known: bool


class WaiverOut(Schema):
    group: str
    reason: str
    at: datetime
    decision: UUID


class AssessmentOut(Schema):
    """The heading of an assessment."""

    id: UUID
    programme: UUID
    framework: str
    title: str
    lead: UUID
    due: date | None
    closed: bool
    number: int | None
    decision: UUID
    waivers: list[WaiverOut]


class GapOut(Schema):
    """An item in the order of D17; what is not known is null, never zero."""

    code: str
    title: str
    order: int | None
    priority: int | None
    current: int | None
    target: int | None
    size: int | None
    status: str
    low: int | None
    high: int | None
    n: int
    confidence: str
    evidenced: bool


class PriorityOut(Schema):
    id: UUID
    rank: int | None
    title: str
    note: str
    origin: str
    suggested_by: UUID | None
    assessment: UUID | None
    gaps: list[str]
    closed_because: str
    decision: UUID


class RatingOut(Schema):
    """An answer of one's own, or one that a grant shows."""

    subject: UUID
    code: str
    group: str
    said_by: UUID | None
    stage: int
    confidence: str
    evidence_text: str
    evidence: UUID | None
    note: str
    evidenced: bool
    recorded_at: datetime
    content_hash: str


class DecisionOut(Schema):
    """What became of an act: the decision, and whether it is adopted."""

    decision: UUID
    adopted: bool


class OpenIn(Schema):
    framework: str
    title: str
    lead: UUID
    items: list[ScopeItem]
    invited: list[Invited]
    domains: dict[str, list[str]] = {}
    left_out: dict[str, str] = {}
    due: date | None = None


class AmendIn(Schema):
    items: list[ScopeItem] = []
    invited: list[Invited] = []
    reason: str = ""


class WaiveIn(Schema):
    group: str
    reason: str


class RankIn(Schema):
    priorities: list[RankedPriority]
    closed: list[ClosedPriority] = []
    before: list[UUID] | None = None
    trigger: str = ""


class AnswerIn(Schema):
    code: str
    stage: int
    confidence: str
    evidence_text: str = ""
    evidence: UUID | None = None
    note: str = ""
    why: str = ""


class CommentIn(Schema):
    text: str


class SuggestIn(Schema):
    title: str
    text: str


class SaidOut(Schema):
    subject: UUID


def _decided(decision: Decision) -> DecisionOut:
    adopted = Outcome.objects.filter(decision=decision, state=Outcome.State.ADOPTED).exists()
    return DecisionOut(decision=decision.pk, adopted=adopted)


@router.get("/frameworks", response=list[FrameworkOut], summary="Frameworks on the shelf")
def frameworks(request: HttpRequest) -> Any:
    """Frameworks on the shelf."""
    _viewer(request)
    return [
        FrameworkOut(
            hash=one.hash,
            id=one.framework.id,
            title=one.title,
            version=one.framework.version,
            language=one.framework.language,
            licence=one.framework.licence,
            items=len(one.framework.rated),
            stages=len(one.framework.stages),
            built_in=one.built_in,
        )
        for one in library.shelf()
    ]


@router.post("/frameworks", response=FrameworkReportOut, summary="Import a framework, or look at it first")
def framework_import(request: HttpRequest, file: File[UploadedFile], dry_run: bool = True) -> Any:
    """Import a framework, or look at it first."""
    report = services.framework_import(_viewer(request), file.read(), dry=dry_run)
    title = report.framework.title if report.framework else ""
    return FrameworkReportOut(
        ok=report.ok, hash=report.hash, title=title, problems=list(report.problems), known=report.known
    )


@router.get("/programmes/{programme}/assessments", response=list[AssessmentOut], summary="Assessments")
def assessments(request: HttpRequest, programme: UUID) -> list[AssessmentView]:
    """Assessments."""
    parties.programme_for(_viewer(request), programme)
    return selectors.assessments(programme)


@router.post("/programmes/{programme}/assessments", response=DecisionOut, summary="Open an assessment")
def assessment_open(request: HttpRequest, programme: UUID, said: OpenIn) -> DecisionOut:
    """Open an assessment."""
    return _decided(
        services.assessment_open(
            _viewer(request),
            programme,
            framework=said.framework,
            title=said.title,
            lead=said.lead,
            items=said.items,
            invited=said.invited,
            domains=said.domains,
            left_out=said.left_out,
            due=said.due,
        )
    )


@router.get("/assessments/{assessment}", response=AssessmentOut, summary="One assessment")
def assessment(request: HttpRequest, assessment: UUID) -> AssessmentView:
    """One assessment."""
    return selectors.assessment_for(_viewer(request), assessment)


@router.post("/assessments/{assessment}/amend", response=DecisionOut, summary="Add items or invitations")
def assessment_amend(request: HttpRequest, assessment: UUID, said: AmendIn) -> DecisionOut:
    """Add items or invitations."""
    return _decided(
        services.assessment_amend(
            _viewer(request), assessment, items=said.items, invited=said.invited, reason=said.reason
        )
    )


@router.post("/assessments/{assessment}/waive", response=DecisionOut, summary="Waive a group's answer")
def assessment_waive(request: HttpRequest, assessment: UUID, said: WaiveIn) -> DecisionOut:
    """Waive a group's answer."""
    return _decided(services.assessment_waive(_viewer(request), assessment, said.group, said.reason))


@router.post("/assessments/{assessment}/close", response=DecisionOut, summary="Close and freeze the snapshot")
def assessment_close(request: HttpRequest, assessment: UUID) -> DecisionOut:
    """Close and freeze the snapshot."""
    return _decided(services.assessment_close(_viewer(request), assessment))


@router.get("/assessments/{assessment}/gaps", response=list[GapOut], summary="Gaps in order (D17)")
def gaps(request: HttpRequest, assessment: UUID) -> list[GapView]:
    """Gaps in order (D17)."""
    view = selectors.assessment_for(_viewer(request), assessment)
    return selectors.gaps(view.programme, view.id)


@router.get("/assessments/{assessment}/ratings", response=list[RatingOut], summary="Answers that you may read")
def ratings(request: HttpRequest, assessment: UUID) -> Any:
    """Answers that you may read."""
    viewer = _viewer(request)
    if assessment not in {view.id for view in selectors.assessments_inviting(viewer)}:
        selectors.assessment_for(viewer, assessment)
    return answers.readable(viewer, assessment, "answers by API")


@router.post("/assessments/{assessment}/ratings", response=RatingOut, summary="Answer about one item")
def rating_give(request: HttpRequest, assessment: UUID, said: AnswerIn) -> Any:
    """Answer about one item."""
    return services.rating_give(
        _viewer(request),
        assessment,
        said.code,
        said.stage,
        said.confidence,
        evidence_text=said.evidence_text,
        evidence=said.evidence,
        note=said.note,
        why=said.why,
    )


@router.get("/programmes/{programme}/priorities", response=list[PriorityOut], summary="Priorities in order")
def priorities(request: HttpRequest, programme: UUID) -> list[PriorityView]:
    """Priorities in order."""
    parties.programme_for(_viewer(request), programme)
    return selectors.priorities(programme, all=True)


@router.post("/programmes/{programme}/priorities/rank", response=DecisionOut, summary="Rank the whole list")
def priorities_rank(request: HttpRequest, programme: UUID, said: RankIn) -> DecisionOut:
    """Rank the whole list."""
    return _decided(
        services.priorities_rank(
            _viewer(request),
            programme,
            said.priorities,
            closed=said.closed,
            trigger=said.trigger,
            before=said.before,
        )
    )


@router.post("/programmes/{programme}/priorities/{priority}/comment", response=SaidOut, summary="Comment on a priority")
def priority_comment(request: HttpRequest, programme: UUID, priority: UUID, said: CommentIn) -> Any:
    """Comment on a priority."""
    return services.priority_comment(_viewer(request), programme, priority, said.text)


@router.post("/programmes/{programme}/priorities/suggest", response=SaidOut, summary="Suggest a priority")
def priority_suggest(request: HttpRequest, programme: UUID, said: SuggestIn) -> Any:
    """Suggest a priority."""
    return services.priority_suggest(_viewer(request), programme, said.title, said.text)
