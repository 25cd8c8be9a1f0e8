"""Incident times before and after a day: two groups of incidents, their curves, and what may be said of both.

A group is told by the day of detection. What was detected before the day is followed up to it and no further, so
that what came with the day cannot make the time before look better; what was detected from it on is followed to
the as-of time. The comparison shows a difference and claims no cause.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trellis.calc.figure import Basis, Figure, Method, Value, caveat
from trellis.calc.logrank import LogRank, compare, log_rank, stratified
from trellis.calc.operations import DETECT_BIAS, NO_CAUSE, Clock
from trellis.calc.survival import Durations, Estimate, Survival, kaplan_meier

CROSSING = caveat("incidents detected before the day are followed up to that day only")
UNRATED = caveat("incidents that nobody rated are compared among themselves, as one severity")


@dataclass(frozen=True)
class Sides:
    """The durations before and after, by severity ("" where nobody rated it)."""

    before: Mapping[str, Durations]
    after: Mapping[str, Durations]

    @property
    def whole(self) -> tuple[Durations, Durations]:
        """All severities together."""
        return _joined(self.before), _joined(self.after)

    @property
    def pairs(self) -> dict[str, tuple[Durations, Durations]]:
        """Before and after within each severity."""
        empty = Durations.of([], [])
        names = {*self.before, *self.after}
        return {name: (self.before.get(name, empty), self.after.get(name, empty)) for name in sorted(names)}


def _joined(parts: Mapping[str, Durations]) -> Durations:
    held = [parts[name] for name in sorted(parts)]
    if not held:
        return Durations.of([], [])
    times = np.concatenate([one.times for one in held])
    return Durations(times, np.concatenate([one.events for one in held]), sum(one.unknown for one in held))


def before_after(at: Basis, clock: Clock, sides: Sides, horizon: float | None = None) -> Figure:
    """Restricted mean after the day less that before it, in hours, with its interval: below zero is faster.

    `parts` holds for each side n, events, open, unknown, median with interval, restricted mean with its standard
    error, and n by severity; and the p-values of the log-rank test over all and within severities.
    """
    first, second = sides.whole
    result = compare(first, second, horizon)
    curves = (kaplan_meier(first), kaplan_meier(second))
    parts: dict[str, Value] = {}
    for name, curve in zip(("before", "after"), curves, strict=True):
        parts |= _side(name, curve, result.horizon)
    for severity, pair in sides.pairs.items():
        for name, held in zip(("before", "after"), pair, strict=True):
            parts[f"{name}_n_{severity or 'unrated'}"] = int(held.times.size) + held.unknown
    parts |= _test("log_rank", log_rank(first, second)) | _test("within_severity", stratified(sides.pairs))
    caveats = [
        NO_CAUSE,
        CROSSING,
        *([UNRATED] if "" in sides.pairs else []),
        *([DETECT_BIAS] if clock == "detect" else []),
    ]
    more: dict[str, Any] = {
        "unknown": first.unknown + second.unknown,
        "open": sum(result.open),
        "low": result.difference.low,
        "high": result.difference.high,
        "parts": parts,
        "parameters": {"horizon": result.horizon, "clock": clock},
        "caveats": tuple(caveats),
    }
    method = Method("before_after.difference")
    if result.difference.value is None:
        reason: Any = "insufficient data" if all(result.n) else "no data"
        return at.none(method, reason, "hours", sum(result.n), **more)
    return at.figure(method, result.difference.value, "hours", sum(result.n), **more)


def _side(name: str, curve: Survival, horizon: float | None) -> dict[str, Value]:
    median = curve.median()
    mean = curve.restricted_mean(horizon) if horizon else Estimate(None)
    return {
        f"{name}_n": curve.n,
        f"{name}_events": curve.n_events,
        f"{name}_open": curve.open,
        f"{name}_unknown": curve.unknown,
        f"{name}_median": "not reached" if median.value is None else median.value,
        f"{name}_median_low": median.low,
        f"{name}_median_high": median.high,
        f"{name}_mean": mean.value,
        f"{name}_mean_se": mean.se,
    }


def _test(name: str, found: LogRank) -> dict[str, Value]:
    return {f"{name}_z": found.statistic, f"{name}_p": found.p_value}
