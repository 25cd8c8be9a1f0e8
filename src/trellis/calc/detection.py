"""What alerts are worth, and what a team notices (MEA-07).

Precision is told of alerts that somebody looked at. How much of all that happens is noticed cannot be told from
alerts, because what raised none is in no list; it is told only of events that were planted, whose number is known.
This module therefore has no function that makes a detection rate from live alerts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trellis.calc.figure import Basis, Figure, Method, Reason, caveat, divide, ratio

NO_RECALL = caveat("what raised no alert is in no list: this says nothing of how much was missed")
PLANTED_ONLY = caveat("planted events only: drills and red teams are not a sample of real attacks")


@dataclass(frozen=True)
class Batch:
    """Alerts of one source and period: raised, and of those triaged as true or as false.

    Raises ValueError for a count below zero, or for more triaged than raised.
    """

    raised: int
    true: int
    false: int

    def __post_init__(self) -> None:
        if min(self.raised, self.true, self.false) < 0:
            raise ValueError("a count is zero or more")
        if self.true + self.false > self.raised:
            raise ValueError("more alerts are triaged than were raised")

    @property
    def untriaged(self) -> int:
        """Alerts that nobody has judged."""
        return self.raised - self.true - self.false


def precision(at: Basis, batches: Sequence[Batch]) -> Figure:
    """True alerts / triaged alerts, by sums. Untriaged ones are in neither, and counted as unknown.

    `low` and `high` are as if all untriaged alerts were false, or true.
    """
    method = Method("detection.precision")
    raised, true, false = (sum(getattr(b, name) for b in batches) for name in ("raised", "true", "false"))
    triaged, untriaged = true + false, raised - true - false
    parts = {"raised": raised, "triaged": triaged, "untriaged": untriaged, "batches": len(batches)}
    more: dict[str, Any] = {"unknown": untriaged, "caveats": (NO_RECALL,)}
    if not triaged:
        reason: Reason = "insufficient data" if raised else "no data"
        shown = {"numerator": true, "denominator": triaged, **parts}
        return at.none(method, reason, "share", parts=shown, **more)
    bounds: dict[str, Any] = {"low": divide(true, raised), "high": divide(true + untriaged, raised)}
    return ratio(at, method, true, triaged, n=triaged, parts=parts, **bounds, **more)


def detection_rate(at: Basis, planted: Sequence[bool | None]) -> Figure:
    """Planted events that were noticed / planted events with a known result. One entry per planted event.

    An event whose result is not recorded (None) is left out and counted as unknown; `low` and `high` are as if
    all of those had been missed, or noticed.
    """
    method = Method("detection.rate")
    known = [one for one in planted if one is not None]
    noticed, unknown = sum(known), len(planted) - len(known)
    more: dict[str, Any] = {"unknown": unknown, "caveats": (PLANTED_ONLY,)}
    parts = {"planted": len(planted)}
    if not known:
        return at.none(method, "insufficient data" if planted else "no data", "share", parts=parts, **more)
    bounds: dict[str, Any] = {"low": divide(noticed, len(planted)), "high": divide(noticed + unknown, len(planted))}
    return ratio(at, method, noticed, len(known), n=len(known), parts=parts, **bounds, **more)
