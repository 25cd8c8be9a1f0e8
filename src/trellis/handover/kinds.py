"""Data kinds and decision kinds of handover: plan, choice, acceptance of evidence, step."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trellis.core import ids
from trellis.core.coowned import Effect
from trellis.governance.registry import Context, DecisionKind, decision_kind, each_side, one
from trellis.handover import rules
from trellis.handover.criteria import BY_KEY, STEP_TITLES
from trellis.handover.models import Acceptance, Evidence, Plan, Presence, Rung
from trellis.handover.schemas import Accept, ChoiceMake, PlanSet, StepTake
from trellis.sharing.records import DataKind, data_kind

data_kind(
    DataKind(
        "handover.evidence",
        Evidence,
        gettext_lazy("Evidence of exit readiness"),
        gettext_lazy("What the partner side says about a criterion, and on what ground"),
        search=("statement",),
    )
)
data_kind(
    DataKind(
        "handover.presence",
        Presence,
        gettext_lazy("Presence of donor staff"),
        gettext_lazy("Days and person-days of donor staff in a function, and whether they ran it"),
        search=("note",),
    )
)
BOTH = ("partner:coordinator", "donor:programme-officer")


def _plan_effect(payload: PlanSet, effect: Effect) -> None:
    fields: dict[str, Any] = {
        "target": payload.target,
        "mandatory": dict(payload.mandatory),
        "waived": dict(payload.waived),
        "next_owner": payload.next_owner,
        "notice_days": payload.notice_days,
        "reason": payload.reason,
    }
    mine = {"stream": effect.stream, "subject": payload.function}
    if Plan.objects.current().filter(**mine).exists():
        effect.replace(Plan, payload.function, **fields)
    else:
        effect.insert(Plan, payload.function, original_target=payload.target, extended=False, choice="", **fields)
    if not Rung.objects.current().filter(**mine).exists():
        effect.insert(Rung, payload.function, step=payload.step, previous="", since=effect.at, reason=payload.reason)


decision_kind(
    DecisionKind(
        name="handover.plan",
        title=gettext_lazy("Plan the handover of a function, or move its date"),
        payload=PlanSet,
        slots=each_side("coordinator", "programme-officer"),
        proposers=BOTH,
        effect=_plan_effect,
        unmet=rules.plan_conditions,
        describe=lambda payload: _("Handover is planned for %(day)s") % {"day": payload.target.isoformat()},
        about=lambda payload: payload.function,
    )
)


def _choice_effect(payload: ChoiceMake, effect: Effect) -> None:
    changes: dict[str, Any] = {"choice": payload.choice, "reason": payload.cause}
    if payload.target is not None:
        changes |= {"target": payload.target, "extended": True}
    effect.replace(Plan, payload.function, **changes)


decision_kind(
    DecisionKind(
        name="handover.choice",
        title=gettext_lazy("Choose what happens to a function that is not ready in time"),
        payload=ChoiceMake,
        slots=each_side("coordinator", "programme-officer"),
        proposers=BOTH,
        effect=_choice_effect,
        unmet=rules.choice_conditions,
        describe=lambda payload: _("Not ready at the notice point: %(choice)s") % {"choice": _(payload.choice)},
        about=lambda payload: payload.function,
    )
)


def acceptance_subject(programme: UUID, function: UUID, criterion: str) -> UUID:
    """The subject of a criterion's acceptance: the same for each new evidence."""
    return ids.derived(programme, "handover.acceptance", function, criterion)


def _accept_effect(payload: Accept, effect: Effect) -> None:
    key = acceptance_subject(effect.stream, payload.function, payload.criterion)
    known = Acceptance.objects.current().filter(stream=effect.stream, subject=key).exists()
    write = effect.replace if known else effect.insert
    write(Acceptance, key, **payload.model_dump())


def _accepting(payload: Accept, context: Context) -> dict[str, Sequence[UUID]]:
    # Who read the evidence answers for it; plans and steps still need every donor.
    return {"donor": [context.proposer] if context.proposer else []}


decision_kind(
    DecisionKind(
        name="handover.accept",
        title=gettext_lazy("Accept evidence of exit readiness"),
        payload=Accept,
        slots=one("donor", "programme-officer"),
        proposers=("donor:programme-officer",),
        organisations=_accepting,
        effect=_accept_effect,
        unmet=rules.accept_conditions,
        describe=lambda payload: _("Evidence accepted: %(criterion)s") % {"criterion": BY_KEY[payload.criterion].title},
        about=lambda payload: payload.function,
    )
)


def _step_effect(payload: StepTake, effect: Effect) -> None:
    last = Rung.objects.current().get(stream=effect.stream, subject=payload.function)
    effect.replace(
        Rung,
        payload.function,
        step=payload.step,
        previous=last.step,
        since=effect.at,
        reason=payload.reason,
    )


decision_kind(
    DecisionKind(
        name="handover.step",
        title=gettext_lazy("Take a step on the ladder"),
        payload=StepTake,
        slots=each_side("coordinator", "programme-officer"),
        proposers=BOTH,
        effect=_step_effect,
        unmet=rules.step_conditions,
        describe=lambda payload: _("The function becomes: %(step)s") % {"step": STEP_TITLES[payload.step]},
        about=lambda payload: payload.function,
    )
)
