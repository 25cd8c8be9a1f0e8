"""What planning hands to the rest of the house: menu, steps, conditions of stages, the review pack."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from trellis.assessment import selectors as needs
from trellis.core.conditions import Condition
from trellis.core.ports import NavItem, PackSection, Step
from trellis.planning import selectors


def navigation(request: HttpRequest) -> Sequence[NavItem]:
    """`Plan` in a programme."""
    programme = getattr(request, "programme", None)
    if programme is None:
        return []
    return [NavItem(_("Plan"), reverse("planning:index", args=[programme.id]), "plan", 30)]


def stage_conditions(programme: UUID, stage: str) -> Sequence[Condition]:
    """NA-02: a programme is agreed on a plan in which every activity cites an assessed gap."""
    if stage not in ("agreed", "active"):
        return []
    plan = selectors.plan_in_force(programme)
    uncited = [a.title for a in plan.activities if not a.gaps] if plan else []
    return [
        Condition(_("A plan is adopted by both sides"), plan is not None, plan.title if plan else ""),
        Condition(_("Every activity cites an assessed gap"), plan is not None and not uncited, ", ".join(uncited)),
    ]


def programme_steps(programme: UUID) -> Sequence[Step]:
    """The step `Plan`."""
    planned = selectors.activities_planned(programme)
    url = reverse("planning:index", args=[programme])
    if planned is not None:
        words = _("%(n)s activities") % {"n": planned}
        return [Step(_("Plan"), "done", words, url, 30)]
    begun = bool(needs.priorities(programme))
    return [Step(_("Plan"), "now" if begun else "none", _("not adopted"), url, 30)]


def pack_section(programme: UUID, period: tuple[date, date], as_of: datetime) -> PackSection:
    """The plan in the review pack: activities with their state, and what the plan check finds."""
    plan = selectors.plan_in_force(programme, as_of)
    found = selectors.plan_check_in_force(programme, as_of)
    content: dict[str, Any] = {
        "plan": {"title": plan.title, "number": plan.number, "decision": str(plan.decision)} if plan else None,
        "waivers": needs.waiver_notices(programme, plan.assessment, as_of) if plan else [],
        "activities": [
            {
                "id": str(a.id),
                "title": a.title,
                "strand": a.strand,
                "state": selectors.activity_state(a, as_of).state,
                "start": a.start.isoformat(),
                "end": a.end.isoformat(),
                "amount": str(a.amount) if a.amount is not None else None,
                "currency": a.currency,
                "gaps": list(a.gaps),
            }
            for a in (plan.activities if plan else ())
        ],
    }
    if found is not None:
        content["check"] = {
            "empty_strands": list(found.empty_strands),
            "without_objective": list(found.without_objective),
            "uncited": list(found.uncited),
            "lacking": {title: list(names) for title, names in found.lacking.items()},
        }
    return PackSection("plan", _("The plan"), 20, content)
