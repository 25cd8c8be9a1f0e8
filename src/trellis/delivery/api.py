"""API of delivery: courses, participants, scores and what was learned."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from ninja import File, Router, Schema, Status
from ninja.files import UploadedFile

from trellis.delivery import selectors, services
from trellis.delivery.models import ScoreReport
from trellis.delivery.schemas import Said
from trellis.sharing import figures

router = Router(tags=["delivery"])


class CourseOut(Schema):
    """A course as its readers see it."""

    id: UUID
    version: UUID
    programme: UUID
    activity: UUID
    owner: UUID
    title: str
    topic: str
    modality: str
    starts: date
    ends: date
    trainers: str
    follow_on: str
    maximum: Decimal


class CourseIn(Schema):
    """A course to open."""

    title: str
    activity: UUID
    starts: date
    ends: date
    modality: Literal["short-course", "mentorship", "secondment", "university"] = "short-course"
    topic: str = ""
    trainers: str = ""
    follow_on: str = ""
    maximum: Decimal = Decimal(100)


class PersonOut(Schema):
    """One participant by code. None is not known, not zero."""

    code: str
    organisation: UUID | None
    attended: bool | None
    pre: Decimal | None
    post: Decimal | None
    reaction: int | None


class PersonIn(Schema):
    """What is said of one participant; what is left out stays."""

    code: str
    organisation: UUID | None = None
    attended: bool | None = None
    pre: Decimal | None = None
    post: Decimal | None = None
    reaction: int | None = None


class PeopleIn(Schema):
    """What is said of participants; `why` is needed where something else is recorded already."""

    participants: list[PersonIn]
    why: str = ""


class RowOut(Schema):
    """What one row of a file came to."""

    line: int
    code: str
    state: str
    reasons: list[str]


class ReportOut(Schema):
    """What every row of a file came to; `written` once the accepted ones are recorded."""

    id: UUID
    written: bool
    total: int
    accepted: int
    accepted_with_remark: int
    rejected: int
    duplicate: int
    rows: list[RowOut]


class GainOut(Schema):
    """The learning gain of a course (D14) with its address."""

    address: str
    figure: dict[str, Any]
    withheld_by: list[UUID]


def _report(held: ScoreReport) -> dict[str, Any]:
    rows = [dict(zip(("line", "code", "state", "reasons"), row, strict=True)) for row in held.rows]
    return {
        "id": held.pk,
        "written": held.written_at is not None,
        "total": len(rows),
        "accepted": held.count("accepted"),
        "accepted_with_remark": held.count("remark"),
        "rejected": held.count("rejected"),
        "duplicate": held.count("duplicate"),
        "rows": rows,
    }


@router.get("/programmes/{programme}/courses", response=list[CourseOut])
def courses(request: Any, programme: UUID) -> list[dict[str, Any]]:
    """The courses of a programme that the caller may read."""
    rows = selectors.courses(request.viewer, programme).order_by("starts", "subject")
    return [asdict(selectors.view(row)) for row in rows]


@router.post("/programmes/{programme}/courses", response={201: CourseOut})
def course_open(request: Any, programme: UUID, body: CourseIn) -> Any:
    """Opens a course: its activity must be in the plan, with consent in force."""
    row = services.course_open(request.viewer, programme, **body.dict())
    return Status(201, asdict(selectors.view(row)))


@router.get("/programmes/{programme}/courses/{course}", response=CourseOut)
def course(request: Any, programme: UUID, course: UUID) -> dict[str, Any]:
    """One course."""
    return asdict(selectors.course(request.viewer, programme, course))


@router.get("/programmes/{programme}/courses/{course}/participants", response=list[PersonOut])
def participants(request: Any, programme: UUID, course: UUID) -> list[dict[str, Any]]:
    """The participants of a course as far as the caller may read them."""
    found = selectors.course(request.viewer, programme, course)
    return [asdict(one) for one in selectors.people(request.viewer, found.id)]


@router.post("/programmes/{programme}/courses/{course}/participants", response=list[PersonOut])
def participants_say(request: Any, programme: UUID, course: UUID, body: PeopleIn) -> list[dict[str, Any]]:
    """Records attendance, reactions and marks, together."""
    said = [Said(**one.dict()) for one in body.participants]
    return [asdict(p) for p in services.participants_say(request.viewer, programme, course, said, body.why)]


@router.post("/programmes/{programme}/courses/{course}/scores/import", response=ReportOut)
def scores_import(
    request: Any, programme: UUID, course: UUID, file: File[UploadedFile], dry: bool = True
) -> dict[str, Any]:
    """Reads a file of scores; with `dry=false` records what holds."""
    held = services.scores_import(request.viewer, programme, course, file.read(), dry=dry, name=file.name or "")
    return _report(held)


@router.get("/programmes/{programme}/courses/{course}/gain", response=GainOut)
def gain(request: Any, programme: UUID, course: UUID) -> dict[str, Any]:
    """What was learned in a course (D14)."""
    found = selectors.course(request.viewer, programme, course)
    shown = figures.shown(request.viewer, "delivery.gain", {"course": found.id})
    return {
        "address": shown.ask.address,
        "figure": shown.figure.to_dict(),
        "withheld_by": list(shown.withheld_by),
    }
