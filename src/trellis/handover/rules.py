"""What must hold before a plan, a choice, an acceptance or a step is adopted. Every condition is listed, met
or not.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.calc.handover import CHOICES, LADDER, Criterion, ladder_step
from trellis.catalogue import selectors as catalogue
from trellis.catalogue.schemas import FunctionView
from trellis.core import formats
from trellis.core.conditions import Condition, Hidden
from trellis.governance.registry import Context
from trellis.handover import criteria, selectors
from trellis.handover.criteria import BY_CALC, CRITERIA, STEP_TITLES
from trellis.handover.models import Evidence
from trellis.handover.schemas import Accept, ChoiceMake, PlanSet, StepTake
from trellis.parties import selectors as parties


def _function(context: Context, id: UUID) -> FunctionView | None:
    try:
        found = catalogue.function(context.arrangement, id)
    except Hidden:
        return None
    return None if found.withdrawn else found


def _supported(found: FunctionView | None) -> Condition:
    return Condition(_("The programme supports the function"), found is not None, found.title if found else "")


def words(one: Criterion) -> Condition:
    """A criterion as a condition."""
    note = one.note
    if one.met is None and not note:
        note = _("No evidence of it is accepted.")
    return Condition(str(BY_CALC[one.name].title), one.met, note)


def plan_conditions(payload: PlanSet, context: Context) -> list[Condition]:
    """A plan names a date, an owner of the next step, and why a criterion does not bind."""
    here = context.arrangement
    found = _function(context, payload.function)
    last = selectors.plan(here, payload.function)
    result = [
        _supported(found),
        Condition(_("The date lies ahead"), payload.target > context.at.date(), formats.day(payload.target)),
        Condition(
            _("The owner of the next step is a party"),
            payload.next_owner in parties.sides(here),
            parties.organisation_names([payload.next_owner]).get(payload.next_owner, ""),
        ),
        *_criteria_conditions(payload, context),
    ]
    if found is not None:
        now = selectors.step(here, found)
        result.append(Condition(_("The step is the one it is on"), payload.step == now, str(STEP_TITLES[now])))
    if last is not None:
        result.append(Condition(_("A change of the plan has a reason"), bool(payload.reason.strip())))
        if found is not None and payload.target > last.target:
            left = selectors.choices(here, found, selectors.readiness(here, found), context.at.date())
            result.append(
                Condition(
                    _("The date moves before the notice point"),
                    not left,
                    _("The function is not ready: both sides choose what happens.") if left else "",
                )
            )
    return result


def _criteria_conditions(payload: PlanSet, context: Context) -> list[Condition]:
    said = {one.key: payload.mandatory.get(one.key) for one in CRITERIA}  # type: ignore[call-overload]
    unsaid = [str(criteria.BY_KEY[key].title) for key, value in said.items() if value is None]
    unreasoned = [
        str(criteria.BY_KEY[key].title)
        for key, value in said.items()
        if value is False and not payload.waived.get(key, "").strip()  # type: ignore[call-overload]
    ]
    open_steps = [
        str(STEP_TITLES[step])
        for step in LADDER[LADDER.index(payload.step) + 1 :]
        if not any(said[key] for key in criteria.gating(context.arrangement, step))
    ]
    return [
        Condition(_("Each criterion is said to be mandatory or not"), not unsaid, ", ".join(unsaid)),
        Condition(_("Each that is not mandatory has a reason"), not unreasoned, ", ".join(unreasoned)),
        Condition(_("Each step ahead has a mandatory criterion"), not open_steps, ", ".join(open_steps)),
    ]


def choice_conditions(payload: ChoiceMake, context: Context) -> list[Condition]:
    """A choice is open from the notice point on while the function is not ready; an extension only once."""
    here = context.arrangement
    found = _function(context, payload.function)
    planned = selectors.plan(here, payload.function)
    if found is None or planned is None:
        return [_supported(found), Condition(_("The function has a handover plan"), planned is not None)]
    made = selectors.readiness(here, found)
    notice = planned.target - timedelta(days=planned.notice_days)
    open_ = selectors.choices(here, found, made, context.at.date())
    extending = payload.choice == CHOICES[0]
    result = [
        Condition(_("The notice point is reached"), context.at.date() >= notice, formats.day(notice)),
        Condition(_("The function is not ready"), not made.ready),
        Condition(_("The cause, or the risk that stays, is written down"), bool(payload.cause.strip())),
    ]
    if extending:
        result.append(Condition(_("It was not extended before"), not planned.extended))
        later = payload.target is not None and payload.target > planned.target
        result.append(Condition(_("The new date is later"), later, formats.day(payload.target)))
    else:
        result.append(Condition(_("The date stays"), payload.target is None))
        result.append(Condition(_("The choice is open"), payload.choice in open_))
    return result


def accept_conditions(payload: Accept, context: Context) -> list[Condition]:
    """Evidence is accepted as it stands: the newest version, of the other side, saying what the payload says."""
    here = context.arrangement
    found = _function(context, payload.function)
    row = Evidence.records.privileged().filter(pk=payload.evidence, context=here).first()
    same = row is not None and row.content_hash == payload.evidence_hash
    newest = row is not None and row.superseded_at is None and not row.retracted
    side = parties.sides(here).get(row.owner, "") if row else ""
    return [
        _supported(found),
        Condition(_("The function has a handover plan"), selectors.plan(here, payload.function) is not None),
        Condition(_("The evidence is the record that was read"), same),
        Condition(_("It is the newest version of the evidence"), newest),
        Condition(_("It is evidence of the other side"), side == "partner"),
        Condition(_("What is accepted is what the evidence says"), row is not None and says(row) == _said(payload)),
        Condition(
            _("The evidence still holds"),
            payload.valid_until is None or payload.valid_until >= context.at.date(),
            formats.day(payload.valid_until) if payload.valid_until else "",
        ),
    ]


def says(row: Evidence) -> tuple[object, ...]:
    """What a piece of evidence says, to compare with what is accepted."""
    return (row.function, row.criterion, row.met, dict(row.holders), row.unaided_since, row.valid_until)


def _said(payload: Accept) -> tuple[object, ...]:
    return (
        payload.function,
        payload.criterion,
        payload.met,
        dict(payload.holders),
        payload.unaided_since,
        payload.valid_until,
    )


def step_conditions(payload: StepTake, context: Context) -> Sequence[Condition]:
    """EXI-06: one step at a time; forward with every mandatory criterion that gates it; back by decision."""
    here = context.arrangement
    found = _function(context, payload.function)
    planned = selectors.plan(here, payload.function)
    result = [
        _supported(found),
        Condition(_("The function has a handover plan"), planned is not None),
        Condition(_("A reason is given"), bool(payload.reason.strip())),
    ]
    if found is None or planned is None:
        return result
    now = selectors.step(here, found)
    gated = selectors.gated(here, selectors.readiness(here, found), payload.step)
    rule = ladder_step(now, payload.step, gated)
    standing = _("It is on the step: %(step)s.") % {"step": STEP_TITLES[now]}
    result += [
        Condition(_("It moves"), rule.direction != "none", standing),
        Condition(_("No step is skipped"), "a step may not be skipped" not in rule.against, standing),
    ]
    if rule.direction == "forward":
        result += [words(one) for one in gated]
        if not gated:
            result.append(Condition(_("A criterion shows that the step is due"), False))
    return result
