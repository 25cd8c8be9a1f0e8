"""A proposed plan as people read it: everything that it says, and what it changes in the plan that it replaces."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from trellis.assessment import selectors as needs
from trellis.core import formats
from trellis.governance import services as governance
from trellis.governance.models import Outcome
from trellis.governance.registry import Context
from trellis.parties import selectors as parties
from trellis.planning import selectors
from trellis.planning.diff import FIELDS, Moved, plan_diff
from trellis.planning.models import ActivityKind, Strand
from trellis.planning.schemas import ActivitySaid, PlanAdopt

CODES = {**dict(Strand.choices), **dict(ActivityKind.choices)}
APART = ("title", "currency")  # shown elsewhere: the heading, and beside the amount


def namer(objectives: Sequence[Any]) -> Callable[[Any], str]:
    """Says values of an activity in words: organisations and objectives by name, codes by their title, days, numbers."""
    names: dict[UUID, str] = parties.organisation_names()
    names |= {o.id: o.title for o in objectives}

    def said(value: Any) -> str:
        if isinstance(value, UUID):
            return names.get(value, str(value))
        if isinstance(value, date):
            return formats.day(value)
        if isinstance(value, Decimal):
            return formats.number(value)
        return str(CODES.get(value, value))

    return said


def plan(payload: PlanAdopt, context: Context) -> dict[str, Any]:
    """What the decision page shows of a plan beside its title."""
    before, in_force = _before(payload, context)
    said = namer([*(before.objectives if before else ()), *payload.objectives])
    codes = needs.gap_codes(context.arrangement, payload.assessment)
    direction = selectors.direction(context.arrangement)
    serves = {o.id: o.title for o in direction.objectives} if direction else {}
    return {
        "objectives": [(o.title, serves.get(o.serves, "") if o.serves else "") for o in payload.objectives],
        "activities": [(a, _fields(a, said, codes)) for a in payload.activities],
        "totals": selectors.totals(payload.activities),  # type: ignore[arg-type]  # reads amounts alone
        "before": before,
        "against_in_force": in_force,
        "diff": plan_diff(before.activities, payload.activities, said) if before else None,
        "diff_objectives": _objectives(before.objectives, payload.objectives) if before else [],
    }


def _before(payload: PlanAdopt, context: Context) -> tuple[Any, bool]:
    """The plan in force while the proposal is open; afterwards the one that it was drafted from."""
    ended = context.decision is not None and Outcome.objects.filter(decision=context.decision).exists()
    if not ended:
        return selectors.plan_in_force(context.arrangement), True
    return (governance.content_of(payload.replaces) if payload.replaces else None), False


def _fields(activity: ActivitySaid, said: Callable[[Any], str], codes: Mapping[str, str]) -> list[tuple[str, str]]:
    """Everything that an activity says, with the name of each field; what it leaves open is left out."""
    found = []
    for name, title in FIELDS.items():
        value = getattr(activity, name)
        if name in APART or value is None or value in ("", []):
            continue
        if name == "amount":
            text = formats.money(value, activity.currency)
        elif name == "gaps":
            text = "; ".join(f"{code} {codes.get(code, '')}".strip() for code in value)
        else:
            text = said(value)
        found.append((str(title), text))
    return found


def _objectives(before: Sequence[Any], after: Sequence[Any]) -> list[Moved]:
    old, new = {o.id: o.title for o in before}, {o.id: o.title for o in after}
    found = [Moved(title, "added", _("added")) for id, title in new.items() if id not in old]
    for id, title in new.items():
        if id in old and old[id] != title:
            found.append(Moved(title, "changed", _("changed"), ((_("title"), old[id], title),)))
    return found + [Moved(title, "removed", _("taken out")) for id, title in old.items() if id not in new]
