"""Answers: what respondents say of items. Owned by the lead of the assessment, said by the respondent."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from trellis.assessment import library, selectors
from trellis.assessment.models import Confidence, Rating
from trellis.assessment.profile import Answer
from trellis.assessment.schemas import AssessmentView
from trellis.core import ids
from trellis.core.conditions import Conflict, Invalid, Refused
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import gate, records
from trellis.sharing import services as sharing
from trellis.sharing.models import Audience, Evidence


def standing(assessment: UUID, as_of: datetime | None = None) -> list[Answer]:
    """Every rating of an assessment as of a moment: for figures, conditions and snapshots, not for pages."""
    rows = Rating.records.privileged().as_of(as_of).filter(assessment=assessment)
    return [Answer(r.id, r.content_hash, r.code, r.said_by, r.group, r.stage, r.confidence, r.evidenced) for r in rows]


def responses(assessment: UUID, as_of: datetime | None = None) -> dict[str, int]:
    """How many organisations of each group have answered at least one item."""
    found: dict[str, set[UUID | None]] = {}
    for answer in standing(assessment, as_of):
        found.setdefault(answer.group, set()).add(answer.organisation)
    return {group: len(who) for group, who in found.items()}


def own(viewer: Viewer, assessment: UUID) -> dict[str, Rating]:
    """The answers of the viewer's own organisation, by item."""
    rows = gate.visible(Rating, viewer, "own answers").filter(assessment=assessment, said_by=viewer.organisation)
    return {row.code: row for row in rows}


def readable(viewer: Viewer, assessment: UUID, purpose: str) -> list[Rating]:
    """The ratings that the viewer may read, by item and group."""
    rows = gate.visible(Rating, viewer, purpose).filter(assessment=assessment)
    return list(rows.order_by("code", "group", "recorded_at", "id"))


def _check(view: AssessmentView, viewer: Viewer, code: str, stage: int, confidence: str) -> None:
    if view.closed:
        raise Refused(
            _("This assessment is closed; its answers are frozen."),
            list(parties.organisation_names([view.lead]).values()),
        )
    framework = library.framework(view.framework)
    wrong: dict[str, str] = {}
    if code not in {item.code for item in selectors.scope(view.id)}:
        wrong["code"] = _("This item is not in scope.")
    if stage not in {0, *(s.number for s in framework.stages)}:
        wrong["stage"] = _("Choose a stage of the framework.")
    if confidence not in Confidence.values:
        wrong["confidence"] = _("Say how sure you are.")
    if wrong:
        raise Invalid(wrong)


@transaction.atomic
def rating_give(
    viewer: Viewer,
    assessment: UUID,
    code: str,
    stage: int,
    confidence: str,
    *,
    evidence_text: str = "",
    evidence: UUID | None = None,
    note: str = "",
    why: str = "",
) -> Rating:
    """Gives the rating of the viewer's organisation for one item; a later one supersedes it.

    Stage 0 says that not even the first stage is met. Raises Hidden for who is not invited, Refused when the
    assessment is closed, Invalid with every field that is wrong. Evidence named is shown to the lead.
    """
    view = selectors.invitation(viewer, assessment)
    _check(view, viewer, code, stage, confidence)
    actor = viewer.actor
    said = {
        "stage": stage,
        "confidence": confidence,
        "evidence_text": evidence_text.strip(),
        "evidence": evidence,
        "note": note.strip(),
        "group": view.invited[actor.organisation],
    }
    if evidence is not None:
        _show_evidence(viewer, view, evidence)
    last = (
        Rating.records.privileged()
        .filter(assessment=assessment, code=code, said_by=actor.organisation, superseded_at=None)
        .first()
    )
    if last is not None:
        made: Rating = records.correct(last, actor, why or _("A later answer"), retracted=False, **said)
        return made
    row = Rating(
        subject=ids.derived(assessment, "rating", code, actor.organisation),
        assessment=assessment,
        code=code,
        said_by=actor.organisation,
        context=view.programme,
        **said,
    )
    try:
        records.write(actor, [row], owner=view.lead)
    except IntegrityError as error:
        raise Conflict(_("Somebody of your organisation answered this a moment ago. Look at it first.")) from error
    return row


def rating_withdraw(viewer: Viewer, assessment: UUID, code: str, why: str) -> Rating:
    """Takes the answer of the viewer's organisation back; the item is then unanswered by it."""
    view = selectors.invitation(viewer, assessment)
    last = own(viewer, assessment).get(code)
    if last is None:
        raise Invalid({"code": _("There is no answer of yours to take back.")})
    _check(view, viewer, code, last.stage, last.confidence)
    return records.retract(last, viewer.actor, why)


def _show_evidence(viewer: Viewer, view: AssessmentView, evidence: UUID) -> None:
    row = gate.get(Evidence, viewer, evidence, "evidence of an answer")
    if row.owner == viewer.organisation and row.owner != view.lead:
        audience = {"audience": Audience.ORGANISATION, "organisation": view.lead}
        sharing.carry(viewer.actor, "sharing.evidence", evidence, audience, _("Evidence of an answer"))


def evidence_choices(viewer: Viewer) -> list[tuple[UUID, str]]:
    """The evidence of the viewer's own organisation, newest first."""
    rows = gate.visible(Evidence, viewer, "evidence of an answer").filter(owner=viewer.organisation)
    return [(row.subject, row.title) for row in rows.order_by("-recorded_at", "-id")[:200]]
