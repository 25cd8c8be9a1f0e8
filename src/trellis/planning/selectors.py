"""Reads of planning: direction, plan and activities as of a moment, and the state of an activity."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.calc.figure import Basis
from trellis.core import clock, ids, reading
from trellis.core.conditions import Condition, Hidden
from trellis.parties import selectors as parties
from trellis.parties.schemas import Viewer
from trellis.planning import check
from trellis.planning.models import Activity, Direction, DirectionObjective, Plan, PlanObjective
from trellis.planning.schemas import (
    ActivityState,
    ActivityView,
    DirectionView,
    ObjectiveView,
    ObjectiveWork,
    PlanCheck,
    PlanObjectiveSaid,
    PlanView,
)
from trellis.sharing import selectors as sharing


def plan_subject(programme: UUID) -> UUID:
    """The subject of a programme's plan."""
    return ids.derived(programme, "plan")


def direction_subject(programme: UUID) -> UUID:
    """The subject of a programme's direction."""
    return ids.derived(programme, "direction")


def direction(programme: UUID, as_of: datetime | None = None) -> DirectionView | None:
    """The strategic direction in force, or None."""
    return _direction(programme, as_of)


@reading.remembered
def _direction(programme: UUID, as_of: datetime | None) -> DirectionView | None:
    row = Direction.objects.as_of(as_of).filter(stream=programme).first()
    if row is None:
        return None
    objectives = DirectionObjective.objects.as_of(as_of).filter(stream=programme).order_by("place")
    held = tuple(ObjectiveView(o.subject, o.title, tuple(o.goals), tuple(o.sectors)) for o in objectives)
    return DirectionView(row.title, row.text, row.phase, held, row.at, row.decision)


def _activity(row: Activity) -> ActivityView:
    return ActivityView(
        id=row.subject,
        programme=row.stream,
        title=row.title,
        strand=row.strand,
        kind=row.kind,
        objective=row.objective,
        gaps=tuple(row.gaps),
        lead=row.lead,
        start=row.start,
        end=row.end,
        amount=row.amount,
        currency=row.currency,
        funded_by=row.funded_by,
        initiated_by=row.initiated_by,
        function=row.function,
        context_note=row.context_note,
        legal_basis=row.legal_basis,
        plan_objective=row.plan_objective,
        copied_from=row.copied_from,
        adaptations=row.adaptations,
        decision=row.decision,
        at=row.at,
    )


def activities(programme: UUID, as_of: datetime | None = None) -> list[ActivityView]:
    """The activities of the plan in force, in its order."""
    return [_activity(row) for row in Activity.objects.as_of(as_of).filter(stream=programme).order_by("place")]


def activity(programme: UUID, id: UUID, as_of: datetime | None = None) -> ActivityView:
    """One activity of the plan in force. Raises Hidden when it has none of this id."""
    row = Activity.objects.as_of(as_of).filter(stream=programme, subject=id).first()
    if row is None:
        raise Hidden()
    return _activity(row)


def activity_for(viewer: Viewer, programme: UUID, id: UUID) -> ActivityView:
    """One activity for a party of the programme. Raises Hidden otherwise."""
    parties.programme_for(viewer, programme)
    return activity(programme, id)


def plan_in_force(programme: UUID, as_of: datetime | None = None) -> PlanView | None:
    """The plan that both sides adopted last, or None."""
    return _plan(programme, as_of)


@reading.remembered
def _plan(programme: UUID, as_of: datetime | None) -> PlanView | None:
    row = Plan.objects.as_of(as_of).filter(stream=programme).first()
    if row is None:
        return None
    objectives = PlanObjective.objects.as_of(as_of).filter(stream=programme).order_by("place")
    return PlanView(
        title=row.title,
        number=row.number,
        assessment=row.assessment,
        objectives=tuple(PlanObjectiveSaid(id=o.subject, title=o.title, serves=o.serves) for o in objectives),
        activities=tuple(activities(programme, as_of)),
        decision=row.decision,
        at=row.at,
        reason=row.reason,
    )


def activities_planned(programme: UUID) -> int | None:
    """How many activities the plan in force has; None without a plan."""
    if not Plan.objects.current().filter(stream=programme).exists():
        return None
    return Activity.objects.current().filter(stream=programme).count()


def plans(programme: UUID) -> list[Plan]:
    """Every version of the plan, newest first."""
    return list(Plan.objects.filter(stream=programme).order_by("-seq"))


def plan_check(
    programme: UUID,
    objectives: Sequence[PlanObjectiveSaid],
    found: Sequence[check.Checked],
    as_of: datetime | None = None,
) -> PlanCheck:
    """What a plan lacks, held against the direction in force."""
    held = direction(programme, as_of)
    known = {o.id: o.title for o in held.objectives} if held else {}
    return check.plan_check(Basis(as_of or clock.now()), objectives, found, known)


def plan_check_in_force(programme: UUID, as_of: datetime | None = None) -> PlanCheck | None:
    """What the plan in force lacks; None without a plan."""
    plan = plan_in_force(programme, as_of)
    return plan_check(programme, plan.objectives, plan.activities, as_of) if plan else None


def activity_state(found: ActivityView, at: datetime | None = None) -> ActivityState:
    """Where an activity stands at a moment (OWN-05).

    Between its first and last day it runs while consent to the programme and to the activity is in force;
    withdrawing either pauses it at once. One that never had consent has not started.
    """
    at = at or clock.now()
    if found.end < at.date():
        return ActivityState("ended", _("Ended"))
    missing = _missing_consent(found, at)
    if found.start > at.date():
        return ActivityState("planned", _("Planned"), missing)
    if not missing:
        return ActivityState("running", _("Running"))
    scopes = (("programme", None), ("activity", found.id))
    if any(sharing.consent_withdrawn(found.programme, scope, about, at) for scope, about in scopes):
        return ActivityState("paused", _("Paused"), _("Consent was withdrawn."))
    return ActivityState("planned", _("Not started"), missing)


def _missing_consent(found: ActivityView, at: datetime) -> str:
    if not sharing.consents_in_force(found.programme, "programme", None, at):
        return _("No consent to the programme is in force.")
    if sharing.consent_withdrawn(found.programme, "activity", found.id, at) or not sharing.consents_in_force(
        found.programme, "activity", found.id, at
    ):
        return _("No consent to this activity is in force.")
    return ""


def start_conditions(found: ActivityView, at: datetime | None = None) -> list[Condition]:
    """Whether an activity may start or go on: what delivery checks before it records anything."""
    at = at or clock.now()
    missing = _missing_consent(found, at)
    return [
        Condition(_("Consent to the programme and to the activity is in force"), not missing, missing),
        Condition(_("The activity has begun by its plan"), found.start <= at.date(), found.start.isoformat()),
    ]


def work_by_objective(programme: UUID, as_of: datetime | None = None) -> list[ObjectiveWork]:
    """OWN-07: funded and unfunded work under each objective of the direction; last, what is off strategy."""
    held, plan = direction(programme, as_of), plan_in_force(programme, as_of)
    objectives = list(held.objectives) if held else []
    serves = {o.id: o.serves for o in plan.objectives} if plan else {}
    found = []
    for objective in [*objectives, None]:
        known = {o.id for o in objectives}
        mine = [
            a
            for a in (plan.activities if plan else ())
            if _served(serves, a, known) == (objective.id if objective else None)
        ]
        funded = tuple(a for a in mine if a.amount is not None and a.funded_by is not None)
        found.append(ObjectiveWork(objective, funded, tuple(a for a in mine if a not in funded)))
    return found


def _served(serves: dict[UUID, UUID | None], found: ActivityView, known: set[UUID]) -> UUID | None:
    served = serves.get(found.objective) if found.objective else None
    return served if served in known else None


def totals(found: Sequence[ActivityView]) -> list[tuple[Decimal, str]]:
    """Sums by currency, and nothing converted."""
    sums: dict[str, Decimal] = {}
    for one in found:
        if one.amount is not None:
            sums[one.currency] = sums.get(one.currency, Decimal(0)) + one.amount
    return [(amount, currency) for currency, amount in sorted(sums.items())]
