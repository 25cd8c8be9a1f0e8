"""How long known exploited vulnerabilities stay unfixed, and how many are past their due date.

As incident times (D9): those still open are censored at the as-of day, never left out. Days, not hours: the
catalogue gives days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import numpy as np

from trellis.calc.figure import Basis, Figure, Method, caveat, ratio
from trellis.calc.survival import Durations, kaplan_meier

Since = Literal["added", "available"]
SINCES: tuple[Since, ...] = ("added", "available")
LISTED_ONLY = caveat(
    "vulnerabilities in the catalogue that the owner found in use; what nobody looked for is not counted"
)


@dataclass(frozen=True)
class Fix:
    """One listed vulnerability that an owner has: when listed, when a fix existed, when due, when all was fixed."""

    added: date
    due: date | None = None
    available: date | None = None
    fixed: date | None = None

    def state(self, day: date) -> str:
        """`fixed in time`, `fixed late`, `overdue`, `open`, or `fixed` and `open` alike without a due date."""
        fixed = self.fixed is not None and self.fixed <= day
        if self.due is None:
            return "fixed" if fixed else "open"
        if fixed and self.fixed is not None:
            return "fixed in time" if self.fixed <= self.due else "fixed late"
        return "overdue" if day > self.due else "open"


def durations(fixes: Sequence[Fix], since: Since, day: date) -> Durations:
    """Days from `since` to fixed, or to `day` for the open ones.

    Fixed before it was listed counts as 0 days. Without a date of availability, or listed after `day`, a case has
    no duration: the first is counted as unknown, the second is no part of it yet.
    """
    times, events, unknown = [], [], 0
    for fix in fixes:
        start = fix.added if since == "added" else fix.available
        if fix.added > day:
            continue
        fixed = fix.fixed if fix.fixed is not None and fix.fixed <= day else None
        if start is None or (fixed is None and start > day):
            unknown += 1
            continue
        times.append(max(0, ((fixed or day) - start).days))
        events.append(fixed is not None)
    return Durations(np.array(times, dtype=np.float64), np.array(events, dtype=np.bool_), unknown)


def latency(
    at: Basis, held: Durations, share: Decimal = Decimal("0.5"), confidence: Decimal = Decimal("0.95")
) -> Figure:
    """The days within which `share` of the vulnerabilities are fixed (0.5 the median), open ones censored."""
    curve = kaplan_meier(held)
    estimate = curve.quantile(float(share), float(confidence))
    p90 = curve.quantile(0.9, float(confidence)).value
    more: dict[str, Any] = {
        "unknown": held.unknown,
        "open": curve.open,
        "low": estimate.low,
        "high": estimate.high,
        "parts": {"fixed": curve.n_events, "open": curve.open, "p90": "not reached" if p90 is None else p90},
        "parameters": {"share": share, "confidence": confidence},
        "caveats": (LISTED_ONLY,),
    }
    method = Method("patching.latency")
    if estimate.value is None:
        return at.none(method, "not reached" if curve.n else "no data", "days", curve.n, **more)
    return at.figure(method, estimate.value, "days", curve.n, **more)


def in_time(at: Basis, fixes: Sequence[Fix], day: date) -> Figure:
    """Fixed by the due date / those whose due date has passed or that are fixed; overdue ones count against it.

    Cases without a due date are left out and counted as unknown; those open and not yet due as open.
    """
    states = [fix.state(day) for fix in fixes if fix.added <= day]
    counted = {name: states.count(name) for name in ("fixed in time", "fixed late", "overdue", "open")}
    undated = sum(fix.due is None for fix in fixes if fix.added <= day)
    decided = counted["fixed in time"] + counted["fixed late"] + counted["overdue"]
    still = sum(fix.due is not None and state in ("open", "overdue") for fix, state in _pairs(fixes, day))
    parts = {
        "overdue": counted["overdue"],
        "fixed_late": counted["fixed late"],
        "not_yet_due": still - counted["overdue"],
    }
    more: dict[str, Any] = {"unknown": undated, "open": still, "caveats": (LISTED_ONLY,)}
    method = Method("patching.in_time")
    if not decided:
        return at.none(method, "insufficient data" if states else "no data", "share", parts=parts, **more)
    return ratio(at, method, counted["fixed in time"], decided, n=decided, parts=parts, **more)


def _pairs(fixes: Sequence[Fix], day: date) -> list[tuple[Fix, str]]:
    return [(fix, fix.state(day)) for fix in fixes if fix.added <= day]
