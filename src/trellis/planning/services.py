"""Writes of planning: the strategic direction, the plan, and the draft in which a plan is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import ValidationError

from trellis.assessment import selectors as needs
from trellis.core import clock, ids
from trellis.core.conditions import Blocked, Condition, Hidden, Invalid
from trellis.governance import drafts
from trellis.governance import services as governance
from trellis.governance.models import Decision, Draft, Outcome
from trellis.governance.registry import Context
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.planning import rules, selectors
from trellis.planning.schemas import (
    ActivitySaid,
    DirectionObjectiveSaid,
    DirectionSet,
    PlanAdopt,
    PlanCheck,
    PlanObjectiveSaid,
)

KIND = "plan"


@transaction.atomic
def direction_set(
    viewer: Viewer,
    programme: UUID,
    *,
    title: str,
    objectives: Sequence[DirectionObjectiveSaid],
    text: str = "",
    phase: str = "adopted",
) -> Decision:
    """Sets the strategic direction, whole. Refused for who is not of the partner side (OWN-02)."""
    payload = DirectionSet(title=title, text=text, phase=phase, objectives=list(objectives))
    decision = governance.propose(viewer, programme, "planning.direction", payload)
    if not governance.missing_slots(decision) and not Outcome.objects.filter(decision=decision).exists():
        raise Blocked(_("Not set: conditions are not met."), governance.conditions(decision))
    return decision


def plan_adopt(viewer: Viewer, programme: UUID, payload: PlanAdopt) -> Decision:
    """Proposes a plan; both sides' keys adopt it once every condition is met."""
    return governance.propose(viewer, programme, "plan.adopt", payload)


def adopting_conditions(viewer: Viewer, programme: UUID, payload: PlanAdopt) -> list[Condition]:
    """What adopting this plan now would need, met or not."""
    return rules.adopting(payload, Context(programme, clock.now(), viewer.organisation))


@dataclass(frozen=True)
class PlanDraft:
    """A plan half-written, private to an organisation."""

    id: UUID
    programme: UUID
    plan: PlanAdopt
    row: Draft

    @property
    def check(self) -> PlanCheck:
        """What it lacks as it stands."""
        return selectors.plan_check(self.programme, self.plan.objectives, self.plan.activities)


def draft_new(viewer: Viewer, programme: UUID, title: str = "") -> PlanDraft:
    """A new draft: a copy of the plan in force to amend, or an empty one on the assessment closed last.

    Raises Blocked while no assessment is closed (NA-02).
    """
    parties.programme_for(viewer, programme)
    last, plan = needs.latest_closed(programme), selectors.plan_in_force(programme)
    if last is None:
        condition = needs.closed_condition(programme)
        raise Blocked(_("A plan begins with a closed needs assessment."), [condition])
    activities: list[ActivitySaid] = []
    if plan is not None:
        names = set(ActivitySaid.model_fields)
        activities = [ActivitySaid.model_validate({name: getattr(a, name) for name in names}) for a in plan.activities]
    made = PlanAdopt(
        title=title or (plan.title if plan else _("Plan of %(title)s") % {"title": parties.programme(programme).title}),
        assessment=plan.assessment if plan else last.id,
        objectives=list(plan.objectives) if plan else [],
        activities=activities,
        replaces=plan.decision if plan else None,
    )
    row = drafts.save(viewer, programme, KIND, made.title, made.model_dump())
    return PlanDraft(row.pk, programme, made, row)


def draft_read(viewer: Viewer, id: UUID, programme: UUID | None = None) -> PlanDraft:
    """A draft of the viewer's organisation. Raises Hidden for any other."""
    row = drafts.draft(viewer, id)
    if row.kind != KIND or (programme is not None and row.arrangement != programme):
        raise Hidden()
    return PlanDraft(row.pk, row.arrangement, PlanAdopt.model_validate(row.data), row)


def draft_list(viewer: Viewer, programme: UUID) -> list[Draft]:
    """The plan drafts of the viewer's organisation, newest first."""
    return drafts.drafts(viewer, programme, KIND)


def _save(viewer: Viewer, draft: PlanDraft, plan: PlanAdopt) -> PlanDraft:
    row = drafts.save(viewer, draft.programme, KIND, plan.title, plan.model_dump(), draft.id)
    return PlanDraft(row.pk, row.arrangement, plan, row)


def draft_heading(
    viewer: Viewer, id: UUID, *, title: str, reason: str = "", assessment: UUID | None = None
) -> PlanDraft:
    """Changes title, reason or assessment of a draft."""
    draft = draft_read(viewer, id)
    changes = {"title": title, "reason": reason, "assessment": assessment or draft.plan.assessment}
    return _save(viewer, draft, draft.plan.model_copy(update=changes))


def draft_rebase(viewer: Viewer, id: UUID) -> PlanDraft:
    """Says that the draft answers the plan in force now, after somebody looked at what it changes."""
    draft = draft_read(viewer, id)
    plan = selectors.plan_in_force(draft.programme)
    return _save(viewer, draft, draft.plan.model_copy(update={"replaces": plan.decision if plan else None}))


def draft_objectives(viewer: Viewer, id: UUID, objectives: Sequence[PlanObjectiveSaid]) -> PlanDraft:
    """Sets the objectives of a draft; activities of an objective that is gone are tied to none."""
    draft = draft_read(viewer, id)
    kept = {o.id for o in objectives}
    activities = [a if a.objective in kept else a.model_copy(update={"objective": None}) for a in draft.plan.activities]
    changes = {"objectives": list(objectives), "activities": activities}
    return _save(viewer, draft, draft.plan.model_copy(update=changes))


def activity_put(viewer: Viewer, id: UUID, activity: ActivitySaid) -> PlanDraft:
    """Adds an activity to a draft, or puts it in the place of the one with its id."""
    return activities_put(viewer, id, [activity])


def activities_put(viewer: Viewer, id: UUID, activities: Sequence[ActivitySaid]) -> PlanDraft:
    """Adds several activities to a draft."""
    draft = draft_read(viewer, id)
    held = {a.id: a for a in draft.plan.activities}
    held.update({a.id: a for a in activities})
    return _save(viewer, draft, draft.plan.model_copy(update={"activities": list(held.values())}))


def activity_remove(viewer: Viewer, id: UUID, activity: UUID) -> PlanDraft:
    """Takes an activity out of a draft."""
    draft = draft_read(viewer, id)
    left = [a for a in draft.plan.activities if a.id != activity]
    if len(left) == len(draft.plan.activities):
        raise Hidden()
    return _save(viewer, draft, draft.plan.model_copy(update={"activities": left}))


def draft_delete(viewer: Viewer, id: UUID) -> None:
    """Deletes a draft."""
    draft_read(viewer, id)
    drafts.delete(viewer, id)


@transaction.atomic
def draft_propose(viewer: Viewer, id: UUID) -> Decision:
    """Proposes a draft as the plan, and deletes it: the proposal holds its content.

    Raises Blocked with every condition that is not met, so that nobody signs what cannot be adopted.
    """
    draft = draft_read(viewer, id)
    found = adopting_conditions(viewer, draft.programme, draft.plan)
    decision = plan_adopt(viewer, draft.programme, draft.plan)
    if any(condition.met is not True for condition in found):
        raise Blocked(_("Not proposed: the plan is not complete."), found)
    drafts.delete(viewer, id)
    return decision


def activity_said(values: dict[str, object], id: UUID | None = None) -> ActivitySaid:
    """An activity from form or API values. Raises Invalid naming each field."""
    try:
        return ActivitySaid.model_validate({"id": id or ids.new(), **values})
    except ValidationError as error:
        raise Invalid({str(e["loc"][0]): str(e["msg"]) for e in error.errors()}) from error
