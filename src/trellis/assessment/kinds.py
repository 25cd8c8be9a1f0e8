"""Decision kinds, data kinds and parameters of assessments."""

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.assessment import figures as _figures  # noqa: F401 - registers
from trellis.assessment import kinds_priorities as _priorities  # noqa: F401 - registers
from trellis.assessment import rules
from trellis.assessment.models import Assessment, AssessmentItem, Rating, Snapshot, Waiver
from trellis.assessment.schemas import (
    AssessmentAmend,
    AssessmentClose,
    AssessmentOpen,
    AssessmentWaive,
    ScopeItem,
)
from trellis.core import ids
from trellis.core.coowned import Effect
from trellis.governance.kinds import PARTNER_ONLY
from trellis.governance.parameters import declare
from trellis.governance.registry import DecisionKind, decision_kind, one
from trellis.sharing.records import DataKind, data_kind

COORDINATOR = ("partner:coordinator",)

declare(
    "assessment.contested",
    "2",
    "stages",
    "Ratings two stages apart are not one view of the same thing (D17).",
)

data_kind(
    DataKind(
        "assessment.rating",
        Rating,
        "Answer in a needs assessment",
        "Stage, confidence, evidence and note of one organisation about one item",
        search=("note", "evidence_text"),
    )
)


def _write_items(effect: Effect, assessment: UUID, items: list[ScopeItem]) -> None:
    for item in items:
        key = ids.derived(assessment, "item", item.code)
        known = AssessmentItem.objects.current().filter(stream=effect.stream, subject=key).exists()
        write = effect.replace if known else effect.insert
        write(
            AssessmentItem,
            key,
            assessment=assessment,
            code=item.code,
            target=item.target,
            institution=item.institution,
        )


def _open(payload: AssessmentOpen, effect: Effect) -> None:
    effect.insert(
        Assessment,
        payload.assessment,
        framework=payload.framework,
        title=payload.title,
        lead=payload.lead,
        invited=[one.model_dump() for one in payload.invited],
        domains=payload.domains,
        left_out=payload.left_out,
        due=payload.due,
    )
    _write_items(effect, payload.assessment, payload.items)


def _amend(payload: AssessmentAmend, effect: Effect) -> None:
    last = Assessment.objects.current().get(stream=effect.stream, subject=payload.assessment)
    invited = {one["organisation"]: one for one in last.invited}
    invited |= {str(one.organisation): one.model_dump() for one in payload.invited}
    effect.replace(Assessment, payload.assessment, invited=[invited[key] for key in sorted(invited)])
    _write_items(effect, payload.assessment, payload.items)


def _waive(payload: AssessmentWaive, effect: Effect) -> None:
    key = ids.derived(payload.assessment, "waiver", payload.group)
    known = Waiver.objects.current().filter(stream=effect.stream, subject=key).exists()
    write = effect.replace if known else effect.insert
    write(
        Waiver,
        key,
        assessment=payload.assessment,
        group=payload.group,
        reason=payload.reason,
        organisation=effect.organisation,
        person=effect.person,
    )


def _close(payload: AssessmentClose, effect: Effect) -> None:
    effect.replace(Assessment, payload.assessment, closed=True, number=payload.number, responses=payload.responses)
    for item in payload.items:
        effect.insert(
            Snapshot,
            ids.derived(payload.assessment, "snapshot", item.code),
            assessment=payload.assessment,
            **item.model_dump(),
        )


decision_kind(
    DecisionKind(
        name="assessment.open",
        title=gettext_lazy("Open a needs assessment"),
        payload=AssessmentOpen,
        slots=one("partner", "coordinator"),
        proposers=COORDINATOR,
        effect=_open,
        unmet=rules.opening,
        describe=lambda p: (
            _("Needs assessment “%(title)s”: %(n)s items, %(m)s organisations invited")
            % {"title": p.title, "n": len(p.items), "m": len(p.invited)}
        ),
        about=lambda p: p.assessment,
    )
)
decision_kind(
    DecisionKind(
        name="assessment.amend",
        title=gettext_lazy("Change scope, targets or invitations of an assessment"),
        payload=AssessmentAmend,
        slots=one("partner", "coordinator"),
        proposers=COORDINATOR,
        effect=_amend,
        unmet=rules.amending,
        describe=lambda p: (
            _("%(n)s items and %(m)s invitations are added or changed") % {"n": len(p.items), "m": len(p.invited)}
        ),
        about=lambda p: p.assessment,
    )
)
decision_kind(
    DecisionKind(
        name="assessment.waive",
        title=gettext_lazy("Waive the answer of a group"),
        payload=AssessmentWaive,
        slots=one("partner", "coordinator"),
        proposers=COORDINATOR,
        effect=_waive,
        unmet=rules.waiving,
        describe=lambda p: (
            _("The answer of %(group)s may be missing: %(reason)s")
            % {"group": rules.group_name(p.group), "reason": p.reason}
        ),
        about=lambda p: p.assessment,
    )
)
decision_kind(
    DecisionKind(
        name="assessment.close",
        title=gettext_lazy("Close a needs assessment"),
        payload=AssessmentClose,
        slots=one("partner", "coordinator"),
        proposers=COORDINATOR,
        effect=_close,
        unmet=rules.closing,
        describe=lambda p: (
            _("The assessment is closed and %(n)s items are frozen as snapshot %(number)s")
            % {"n": len(p.items), "number": p.number}
        ),
        about=lambda p: p.assessment,
    )
)
PARTNER_ONLY |= {f"assessment.{verb}": True for verb in ("open", "amend", "waive", "close")}
