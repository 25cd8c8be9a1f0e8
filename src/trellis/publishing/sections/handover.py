"""Who runs each function: its step on the ladder, the date for handing over, and, after the lag, its weakest point."""

from datetime import timedelta
from typing import Any

from trellis.catalogue import selectors as catalogue
from trellis.catalogue.schemas import FunctionView
from trellis.handover import selectors as handing
from trellis.publishing.scope import Scope

PRESENCE = "handover.presence"


def handover(scope: Scope) -> list[dict[str, Any]]:
    """Each function with its step and plan; the partner may withhold one under a reason code."""
    return [
        _row(scope, one)
        for one in catalogue.functions(scope.here, scope.as_of)
        if scope.keep("handover", f"function:{one.id}", one.title)
    ]


def _row(scope: Scope, one: FunctionView) -> dict[str, Any]:
    rungs = handing.rungs(scope.here, one.id, scope.as_of)
    plan = handing.plan(scope.here, one.id, scope.as_of)
    return {
        "id": str(one.id),
        "title": one.title,
        "start": one.start,
        "step": rungs[-1].step if rungs else one.start,
        "since": rungs[-1].since.date().isoformat() if rungs else None,
        "target": plan.target.isoformat() if plan else None,
        "first_target": plan.original_target.isoformat() if plan else None,
        "choice": plan.choice if plan else "",
        **_weakness(scope, one),
    }


def _weakness(scope: Scope, one: FunctionView) -> dict[str, Any]:
    """D22: what stood against exit `lag` days before, by the criterion's name; None where it is not shown."""
    item, then = f"weakness:{one.id}", scope.as_of - timedelta(days=scope.lag)
    none = {"weakness_on": None, "ready": None, "unmet": None}
    known = {held.id: held for held in catalogue.functions(scope.here, then)}
    if one.id not in known:
        scope.gap("handover", item, "lag")
        return none
    owners = {row.owner for row in handing.presence_rows(scope.here, one.id, then)}
    if closed := sorted(owner for owner in owners if not scope.reader.opens(owner, PRESENCE)):
        scope.gap("handover", item, "not opened", closed)
        return none
    made = handing.readiness(scope.here, known[one.id], then)
    return {
        "weakness_on": then.date().isoformat(),
        "ready": made.ready,
        "unmet": [criterion.name for criterion in made.unmet],
    }
