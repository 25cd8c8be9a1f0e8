"""API of law: rights questions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Router, Schema, Status

from trellis.law import selectors, services
from trellis.law.models import RightsQuestion

router = Router(tags=["law"])


class Question(Schema):
    """A rights question as parties see it."""

    id: UUID
    title: str
    text: str
    about: UUID | None
    about_title: str
    raised_by: UUID
    open: bool
    opened_at: datetime
    safeguards: str


class QuestionIn(Schema):
    """What opens a question; `about` left out is the whole programme."""

    title: str
    text: str
    about: UUID | None = None
    about_title: str = ""


class CloseIn(Schema):
    """What closes a question."""

    safeguards: str


class Proposed(Schema):
    """The decision that was proposed, and what it is about."""

    decision: UUID
    about: UUID


def _shown(row: RightsQuestion) -> dict[str, Any]:
    names = ("title", "text", "about", "about_title", "raised_by", "open", "opened_at", "safeguards")
    return {"id": row.subject, **{name: getattr(row, name) for name in names}}


@router.get("/programmes/{programme}/rights-questions", response=list[Question])
def questions(request: Any, programme: UUID) -> list[dict[str, Any]]:
    """All questions of a programme."""
    return [_shown(row) for row in selectors.questions(request.viewer, programme)]


@router.post("/programmes/{programme}/rights-questions", response={201: Proposed})
def question_open(request: Any, programme: UUID, body: QuestionIn) -> Any:
    """Opens a question by the caller's key alone."""
    question, decision = services.question_open(request.viewer, programme, **body.dict())
    return Status(201, {"decision": decision.pk, "about": question})


@router.post("/programmes/{programme}/rights-questions/{question}/close", response={201: Proposed})
def question_close(request: Any, programme: UUID, question: UUID, body: CloseIn) -> Any:
    """Proposes to close a question."""
    decision = services.question_close(request.viewer, programme, question, body.safeguards)
    return Status(201, {"decision": decision.pk, "about": question})
