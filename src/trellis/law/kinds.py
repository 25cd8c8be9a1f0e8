"""Decision kinds of law: one side alone opens a rights question, both together close it (LEG-05, D1)."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core.conditions import Condition
from trellis.core.coowned import Effect
from trellis.governance.registry import Context, DecisionKind, Said, decision_kind, each_side, one
from trellis.law.models import RightsQuestion
from trellis.parties import selectors as parties


class QuestionOpen(Said):
    """A question that blocks what it is about. `about` None is the whole programme."""

    question: UUID
    title: str
    text: str
    about: UUID | None = None
    about_title: str = ""


class QuestionClose(Said):
    """Closes a question with the safeguards that both sides agreed."""

    question: UUID
    safeguards: str


def open_effect(payload: QuestionOpen, effect: Effect) -> None:
    """Opens the question in the name of the organisation whose key adopted it."""
    effect.insert(
        RightsQuestion,
        payload.question,
        title=payload.title,
        text=payload.text,
        about=payload.about,
        about_title=payload.about_title,
        raised_by=effect.organisation,
        open=True,
        opened_at=effect.at,
        safeguards="",
    )


def open_unmet(payload: QuestionOpen, context: Context) -> list[Condition]:
    """Title and text are there, and the id is new."""
    used = RightsQuestion.objects.filter(stream=context.arrangement, subject=payload.question).exists()
    return [
        Condition(_("The question has a title"), bool(payload.title.strip())),
        Condition(_("The question says what the risk is"), bool(payload.text.strip())),
        Condition(_("The question is new"), not used),
    ]


def _proposer(payload: QuestionOpen, context: Context, side: str) -> dict[str, Sequence[UUID]]:
    return {side: [context.proposer] if context.proposer else []}


# One side must be able to stop what worries it: the slot is the proposing organisation's own.
decision_kind(
    DecisionKind(
        name="rights.question-open",
        title=gettext_lazy("Open a rights question"),
        payload=QuestionOpen,
        slots=one("party", "rights-officer"),
        proposers=("partner:rights-officer", "donor:rights-officer"),
        organisations=lambda payload, context: _proposer(payload, context, "party"),
        effect=open_effect,
        unmet=open_unmet,
        describe=lambda payload: _("Rights question: %(title)s") % {"title": payload.title},
        about=lambda payload: payload.question,
    )
)

# The matrix names one role per slot, so the coordinator's right to open is a row of its own.
decision_kind(
    DecisionKind(
        name="rights.question-raise",
        title=gettext_lazy("Open a rights question as coordinator"),
        payload=QuestionOpen,
        slots=one("partner", "coordinator"),
        proposers=("partner:coordinator",),
        organisations=lambda payload, context: _proposer(payload, context, "partner"),
        effect=open_effect,
        unmet=open_unmet,
        describe=lambda payload: _("Rights question: %(title)s") % {"title": payload.title},
        about=lambda payload: payload.question,
    )
)


def _close_effect(payload: QuestionClose, effect: Effect) -> None:
    effect.replace(RightsQuestion, payload.question, open=False, safeguards=payload.safeguards)


def _close_unmet(payload: QuestionClose, context: Context) -> list[Condition]:
    row = RightsQuestion.objects.current().filter(stream=context.arrangement, subject=payload.question).first()
    return [
        Condition(_("The question is open"), bool(row and row.open)),
        Condition(
            _("The safeguards are written down"),
            bool(payload.safeguards.strip()),
            "" if payload.safeguards.strip() else _("Say what was agreed so that the risk is met."),
        ),
    ]


def _closers(payload: QuestionClose, context: Context) -> dict[str, Sequence[UUID]]:
    """Every organisation of a side with a rights officer on the bench; the default where none has."""
    seated = {seat.organisation for seat in parties.seats_in(context.arrangement, "rights-officer")}
    return {
        side: [found for found in parties.on_side(context.arrangement, side) if found in seated]
        for side in ("partner", "donor")
    }


decision_kind(
    DecisionKind(
        name="rights.question-close",
        title=gettext_lazy("Close a rights question"),
        payload=QuestionClose,
        slots=each_side("rights-officer", "rights-officer"),
        proposers=("partner:rights-officer", "donor:rights-officer"),
        organisations=_closers,
        effect=_close_effect,
        unmet=_close_unmet,
        describe=lambda payload: _("A rights question is closed"),
        about=lambda payload: payload.question,
    )
)
