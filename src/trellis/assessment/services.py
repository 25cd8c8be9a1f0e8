"""Writes of assessments: open, amend, waive, close, answer; rank, comment and suggest priorities."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from trellis.assessment import library, rules, selectors
from trellis.assessment.answers import rating_give, rating_withdraw, responses
from trellis.assessment.library import framework_import, register
from trellis.assessment.models import PriorityComment
from trellis.assessment.schemas import (
    AssessmentAmend,
    AssessmentClose,
    AssessmentOpen,
    AssessmentWaive,
    ClosedPriority,
    Invited,
    PrioritiesRank,
    RankedPriority,
    ScopeItem,
)
from trellis.core import clock, ids
from trellis.core.conditions import Blocked, Condition, Invalid
from trellis.governance import services as governance
from trellis.governance.models import Decision, Outcome
from trellis.governance.registry import Context, Said
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.sharing import records
from trellis.sharing import services as sharing
from trellis.sharing.models import Audience

__all__ = [
    "assessment_amend",
    "assessment_close",
    "assessment_open",
    "assessment_waive",
    "closing_conditions",
    "framework_import",
    "priorities_rank",
    "priority_comment",
    "priority_suggest",
    "rating_give",
    "rating_withdraw",
    "register",
]


@transaction.atomic
def _decide(viewer: Viewer, programme: UUID, kind: str, payload: Said, blocked: str) -> Decision:
    """Proposes; where the keys all stand but conditions do not, nothing is kept and all are told."""
    decision = governance.propose(viewer, programme, kind, payload)
    if not governance.missing_slots(decision) and not Outcome.objects.filter(decision=decision).exists():
        raise Blocked(blocked, governance.conditions(decision))
    return decision


def assessment_open(
    viewer: Viewer,
    programme: UUID,
    *,
    framework: str,
    title: str,
    lead: UUID,
    items: Sequence[ScopeItem],
    invited: Sequence[Invited],
    domains: Mapping[str, Sequence[str]] | None = None,
    left_out: Mapping[str, str] | None = None,
    due: date | None = None,
    assessment: UUID | None = None,
) -> Decision:
    """Opens an assessment in a framework given by hash. The decision's `about` is its id.

    Raises Refused for who is not the partner's coordinator, Blocked with every condition.
    """
    payload = AssessmentOpen(
        assessment=assessment or ids.new(),
        framework=framework,
        title=title,
        lead=lead,
        items=list(items),
        invited=list(invited),
        domains={name: list(codes) for name, codes in (domains or {}).items()},
        left_out=dict(left_out or {}),
        due=due,
    )
    if framework in library.built_in():
        register(viewer, library.framework(framework))  # a replay elsewhere needs the pack by its hash
    return _decide(viewer, programme, "assessment.open", payload, _("Not opened: conditions are not met."))


def assessment_amend(
    viewer: Viewer,
    assessment: UUID,
    *,
    items: Sequence[ScopeItem] = (),
    invited: Sequence[Invited] = (),
    reason: str = "",
) -> Decision:
    """Adds items and invitations to an open assessment, or changes targets."""
    view = selectors.assessment_for(viewer, assessment)
    payload = AssessmentAmend(assessment=assessment, items=list(items), invited=list(invited), reason=reason)
    blocked = _("Nothing was changed: conditions are not met.")
    return _decide(viewer, view.programme, "assessment.amend", payload, blocked)


def assessment_waive(viewer: Viewer, assessment: UUID, group: str, reason: str) -> Decision:
    """Signs that a group's answer may be missing."""
    view = selectors.assessment_for(viewer, assessment)
    payload = AssessmentWaive(assessment=assessment, group=group, reason=reason.strip())
    blocked = _("Not waived: conditions are not met.")
    return _decide(viewer, view.programme, "assessment.waive", payload, blocked)


def _closing(assessment: UUID) -> AssessmentClose:
    view = selectors.assessment(assessment)
    last = selectors.latest_closed(view.programme)
    return AssessmentClose(
        assessment=assessment,
        number=1 + ((last.number or 0) if last else 0),
        as_of=clock.now(),
        responses=responses(assessment),
        items=rules.snapshot_items(view),
    )


def closing_conditions(viewer: Viewer, assessment: UUID) -> list[Condition]:
    """What closing now would need, met or not."""
    view = selectors.assessment_for(viewer, assessment)
    return rules.closing(_closing(assessment), Context(view.programme, clock.now(), viewer.organisation))


@transaction.atomic
def assessment_close(viewer: Viewer, assessment: UUID) -> Decision:
    """Closes an assessment and freezes its snapshot. Raises Blocked naming every group that is missing."""
    view = selectors.assessment_for(viewer, assessment)
    blocked = _("Not closed: the assessment is incomplete.")
    return _decide(viewer, view.programme, "assessment.close", _closing(assessment), blocked)


def priorities_rank(
    viewer: Viewer,
    programme: UUID,
    priorities: Sequence[RankedPriority],
    *,
    closed: Sequence[ClosedPriority] = (),
    trigger: str = "",
    before: Sequence[UUID] | None = None,
) -> Decision:
    """Ranks the whole list. `before` is the order its author saw; without it, the order in force now.

    Raises Refused naming the partner's coordinator for anybody else (OWN-01).
    """
    seen = [view.id for view in selectors.priorities(programme)] if before is None else list(before)
    payload = PrioritiesRank(priorities=list(priorities), closed=list(closed), trigger=trigger.strip(), before=seen)
    return _decide(viewer, programme, "priorities.rank", payload, _("Not ranked: conditions are not met."))


def _say(viewer: Viewer, programme: UUID, text: str, priority: UUID | None, suggests: str) -> PriorityComment:
    parties.programme_for(viewer, programme)
    if not text.strip():
        raise Invalid({"text": _("Write something here")})
    row = PriorityComment(
        arrangement=programme,
        context=programme,
        priority=priority,
        suggests=suggests,
        text=text.strip(),
        label="GREEN",
    )
    with transaction.atomic():
        records.write(viewer.actor, [row])
        audience = {"audience": Audience.PARTIES, "arrangement": programme, "ceiling": "GREEN"}
        purpose = _("What is said about priorities is read by all parties")
        sharing.carry(viewer.actor, "assessment.priority-comment", row.subject, audience, purpose)
    return row


def priority_comment(viewer: Viewer, programme: UUID, priority: UUID, text: str) -> PriorityComment:
    """Says something about a priority, for all parties to read. Any party may."""
    parties.programme_for(viewer, programme)
    selectors.priority(programme, priority)
    return _say(viewer, programme, text, priority, "")


def priority_suggest(viewer: Viewer, programme: UUID, title: str, text: str) -> PriorityComment:
    """Suggests a priority. Only the partner's coordinator can take it into the list."""
    if not title.strip():
        raise Invalid({"title": _("Write something here")})
    return _say(viewer, programme, text, None, title.strip())
