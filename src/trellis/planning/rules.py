"""The conditions of planning decisions: all of them, met or not."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.assessment import selectors as needs
from trellis.core.conditions import Condition
from trellis.governance.registry import Context
from trellis.parties import selectors as parties
from trellis.planning import check, selectors
from trellis.planning.models import ActivityKind, Phase, Strand
from trellis.planning.schemas import ActivitySaid, DirectionSet, PlanAdopt


def _listed(name: str, wrong: Iterable[str]) -> Condition:
    found = list(wrong)
    return Condition(name, not found, ", ".join(found))


def direction(payload: DirectionSet, context: Context) -> list[Condition]:
    """Conditions of `planning.direction`. An objective without goal or sector is flagged, not refused."""
    once = len({o.id for o in payload.objectives}) == len(payload.objectives)
    return [
        Condition(_("At least one objective is named"), bool(payload.objectives)),
        Condition(_("The phase is one of a strategy's life"), payload.phase in Phase.values, payload.phase),
        Condition(_("No objective stands twice"), once),
    ]


def _twice(ids: Sequence[UUID]) -> bool:
    return len(set(ids)) != len(ids)


def adopting(payload: PlanAdopt, context: Context) -> list[Condition]:
    """Conditions of `plan.adopt`."""
    found = selectors.plan_check(context.arrangement, payload.objectives, payload.activities)
    current = selectors.plan_in_force(context.arrangement)
    same = payload.replaces == (current.decision if current else None)
    return [
        needs.closed_condition(context.arrangement),
        *[
            Condition(
                _("%(strand)s strand has an activity") % {"strand": strand.label},
                strand.value not in found.empty_strands,
                check.strand_empty(strand.value) if strand.value in found.empty_strands else "",
            )
            for strand in Strand
        ],
        _listed(_("Every copy lists its local adaptations"), found.copies_without_adaptations),
        _listed(_("No activity ends before it starts"), found.wrong_dates),
        _cited(payload, context),
        *_sound(payload.activities, context),
        Condition(
            _("No objective or activity stands twice"),
            not _twice([o.id for o in payload.objectives]) and not _twice([a.id for a in payload.activities]),
        ),
        Condition(
            _("It was drafted from the plan in force"),
            same,
            "" if same else _("Another plan was adopted since; begin from that one."),
        ),
        Condition(
            _("An amendment says why"),
            current is None or bool(payload.reason.strip()),
            _("What changed, and why."),
        ),
    ]


def _cited(payload: PlanAdopt, context: Context) -> Condition:
    known = needs.gap_codes(context.arrangement, payload.assessment)
    unknown = [f"{a.title}: {code}" for a in payload.activities for code in a.gaps if code not in known]
    return _listed(_("Every gap cited is in a closed assessment of this programme"), unknown)


def _sound(activities: Sequence[ActivitySaid], context: Context) -> list[Condition]:
    members = set(parties.sides(context.arrangement))
    strangers = {
        a.title for a in activities if a.lead not in members or {a.funded_by, a.initiated_by} - members - {None}
    }
    kinds = [a.title for a in activities if a.strand not in Strand.values or a.kind not in ActivityKind.values]
    amounts = [
        a.title
        for a in activities
        if (a.amount is not None and (a.amount < 0 or len(a.currency) != 3 or not a.currency.isupper()))
    ]
    return [
        _listed(_("Leads, payers and initiators are parties to the programme"), sorted(strangers)),
        _listed(_("Every strand and kind is known"), kinds),
        _listed(_("Every amount is at least zero and names its currency"), amounts),
    ]
