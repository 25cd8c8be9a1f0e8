"""Results: the scorecard with its reds. What owners have not opened is named as a gap, and so is what would show it."""

from decimal import Decimal
from typing import Any

from trellis.core import figures
from trellis.measurement import selectors as measurement
from trellis.measurement.schemas import Card, Status
from trellis.publishing.scope import Scope, number

QUANTUM = Decimal("0.001")


def _share(value: Any) -> str | None:
    return number(Decimal(str(value)).quantize(QUANTUM)) if value is not None else None


def _closed(scope: Scope, status: Status) -> bool:
    """Whether an owner has not opened an indicator; notes the gap."""
    said = {"programme": scope.here, "indicator": status.id}
    owners = scope.reader.closed(figures.ask("measurement.actual", said, as_of=scope.as_of))
    if owners:
        scope.gap("scorecard", f"indicator:{status.id}", "not opened", owners)
    return bool(owners)


def _small(scope: Scope, status: Status) -> bool:
    """D22: a share of fewer than the threshold is hidden."""
    point = status.point
    small = point is not None and point.denominator is not None and point.denominator < scope.threshold
    if small:
        scope.gap("scorecard", f"indicator:{status.id}", "small numbers")
    return small


def _said(status: Status) -> dict[str, Any]:
    one, point, actual = status.indicator, status.point, status.actual
    value = actual.value if isinstance(actual.value, Decimal) else None
    return {
        "id": str(one.id),
        "title": one.title,
        "definition": one.definition,
        "unit": one.unit,
        "level": one.level,
        "direction": one.direction,
        "perspective": one.perspective,
        "weight": number(one.weight),
        "baseline": number(one.baseline),
        "baseline_on": one.baseline_on.isoformat() if one.baseline_on else None,
        "target": number(status.target.value) if status.target else None,
        "target_by": status.target.by.isoformat() if status.target else None,
        "actual": None if value is None else number(value.quantize(QUANTUM)),
        "reason": actual.reason,
        "from": point.start.isoformat() if point else None,
        "until": point.end.isoformat() if point else None,
        "n": point.denominator if point else None,
        "not_reported": actual.unknown,
        "progress": _share(status.score),
        "red": status.red,
    }


def scorecard(scope: Scope) -> dict[str, Any] | None:
    """D13 as of the moment: every indicator that is open, reds included; scores only where all of theirs are shown."""
    card = measurement.scorecard(scope.here, scope.as_of)
    if card is None:
        return None
    shown: list[Status] = []
    for status in card.statuses:
        if not scope.keep("scorecard", f"indicator:{status.id}", status.title):
            continue
        if _closed(scope, status) or _small(scope, status):
            continue
        shown.append(status)
    return {
        "version": card.version,
        "indicators": [_said(status) for status in shown],
        "reds": sum(status.red for status in shown),
        **_scores(scope, card, {status.id for status in shown}),
    }


def _scores(scope: Scope, card: Card, shown: set[Any]) -> dict[str, Any]:
    """The scores of perspectives all of whose indicators are shown, and the total only where all are.

    From a score, its weights and all parts but one, the one can be worked out.
    """
    missing = {s.indicator.perspective for s in card.statuses if s.id not in shown}
    views = []
    for view in card.result.perspectives:
        if view.name in missing:
            scope.gap("scorecard", f"perspective:{view.name}", "derivable")
            continue
        views.append({"name": view.name, "score": _share(view.score.value), "reason": view.score.reason})
    if missing:
        scope.gap("scorecard", "total", "derivable")
        return {"perspectives": views, "total": None, "total_reason": "derivable", "weakest": None}
    total = card.result.total
    return {
        "perspectives": views,
        "total": _share(total.value),
        "total_reason": total.reason,
        "weakest": card.result.weakest,
    }
