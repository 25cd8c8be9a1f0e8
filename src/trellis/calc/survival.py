"""Times until something happens, when for some it has not happened yet (Kaplan and Meier 1958).

Used for incident clocks (D9) and for days from releasable to paid (D2). Leaving open cases out, or
averaging the closed ones, makes a team that is overwhelmed look fast; this does not.

S(t) = product over event times u <= t of (1 - d(u)/n(u)), with d events at u and n still at risk just
before it; where an event and a censoring share a time, the event comes first. Times may be in any unit.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Products of fractions miss their exact value by a few units in the last place, so S <= level is read with
# this much tolerance. Honest steps are at least 1/n, far larger for any n in use.
TOLERANCE = 1e-9


def normal_quantile(confidence: float) -> float:
    """How many standard errors to each side hold this share of a normal distribution: 1.96 for 0.95.

    From the standard library: scipy's distributions take a second to load, in every process.
    """
    return NormalDist().inv_cdf(0.5 + confidence / 2)


@dataclass(frozen=True, eq=False)
class Durations:
    """`times` (n,) from start to event or to the end of observation; `events` (n,) True where it happened.

    `unknown` counts cases left out because a stamp is missing or out of order.
    Raises ValueError for negative or non-finite times, or arrays of different length.
    """

    times: Floats
    events: Bools
    unknown: int = 0

    def __post_init__(self) -> None:
        if self.times.shape != self.events.shape or self.times.ndim != 1:
            raise ValueError("times and events are two columns of one length")
        if self.times.size and not (np.isfinite(self.times).all() and self.times.min() >= 0):
            raise ValueError("a duration is a finite number, zero or more")

    @classmethod
    def of(cls, times: ArrayLike, events: ArrayLike, unknown: int = 0) -> "Durations":
        """Durations from any sequences."""
        return cls(np.asarray(times, dtype=np.float64), np.asarray(events, dtype=np.bool_), unknown)

    @cached_property
    def curve(self) -> "Survival":
        """The Kaplan-Meier curve of these, worked out once."""
        return kaplan_meier(self)


@dataclass(frozen=True, eq=False)
class RiskTable:
    """Distinct `times` in ascending order with `events` and `censored` counts at each, all (k,).

    Tables of several owners add up with `merge`, so a regional curve needs nobody's single cases.
    """

    times: Floats
    events: NDArray[np.int64]
    censored: NDArray[np.int64]
    unknown: int = 0


@dataclass(frozen=True)
class Estimate:
    """A number with its confidence interval; None is "not reached" (or, for a mean, not observable)."""

    value: float | None
    low: float | None = None
    high: float | None = None
    se: float | None = None


@dataclass(frozen=True, eq=False)
class Survival:
    """A Kaplan-Meier curve: at each event time (k,) the events, those at risk, and S just after."""

    times: Floats
    events: NDArray[np.int64]
    at_risk: NDArray[np.int64]
    survival: Floats
    n: int
    open: int
    unknown: int
    last: float

    @property
    def n_events(self) -> int:
        """How many events were seen."""
        return self.n - self.open

    @cached_property
    def _greenwood(self) -> Floats:
        left = self.at_risk - self.events
        with np.errstate(divide="ignore"):
            return np.asarray(np.cumsum(self.events / (self.at_risk * left.astype(np.float64))))

    def at(self, time: float) -> float:
        """S(time): the share for whom it had not happened by then."""
        position = int(np.searchsorted(self.times, time, side="right"))
        return 1.0 if position == 0 else float(self.survival[position - 1])

    def band(self, confidence: float = 0.95) -> tuple[Floats, Floats]:
        """Pointwise lower and upper limits of S at `times`: log(-log S) with Greenwood's variance.

        NaN where S is 1 or 0, because the transformation has no value there.
        """
        if confidence not in self._bands:
            self._bands[confidence] = self._band(confidence)
        return self._bands[confidence]

    @cached_property
    def _bands(self) -> dict[float, tuple[Floats, Floats]]:
        return {}

    def _band(self, confidence: float) -> tuple[Floats, Floats]:
        z = normal_quantile(confidence)
        with np.errstate(divide="ignore", invalid="ignore"):
            error = z * np.sqrt(self._greenwood) / np.abs(np.log(self.survival))
            low, high = self.survival ** np.exp(error), self.survival ** np.exp(-error)
        undefined = (self.survival <= TOLERANCE) | (self.survival >= 1)
        low[undefined] = high[undefined] = np.nan
        return low, high

    def quantile(self, share: float, confidence: float = 0.95) -> Estimate:
        """The first time by which at least `share` have had the event: min{t: S(t) <= 1 - share}.

        The interval inverts the band (Brookmeyer and Crowley 1982). None is "not reached".
        """
        low, high = self.band(confidence)
        low = np.where(self.survival <= TOLERANCE, 0.0, low)
        level = 1 - share
        return Estimate(*(self._first(curve, level) for curve in (self.survival, low, high)))

    def _first(self, curve: Floats, level: float) -> float | None:
        below = curve <= level + TOLERANCE
        return float(self.times[np.argmax(below)]) if below.any() else None

    def median(self, confidence: float = 0.95) -> Estimate:
        """The time by which half have had the event."""
        return self.quantile(0.5, confidence)

    def restricted_mean(self, horizon: float, confidence: float = 0.95) -> Estimate:
        """The mean time up to `horizon`: the area under S from 0 to it.

        Not observable (None) beyond the longest time seen, unless by then all had the event.
        Variance: sum of area(t, horizon)^2 d/(n(n-d)) over event times.
        """
        if self.n == 0 or (horizon > self.last and not (self.survival.size and self.survival[-1] <= TOLERANCE)):
            return Estimate(None)
        used = self.times < horizon
        edges = np.concatenate(([0.0], self.times[used], [horizon]))
        steps = np.concatenate(([1.0], self.survival[used])) * np.diff(edges)
        area_after = np.cumsum(steps[::-1])[::-1][1:]
        d, r = self.events[used], self.at_risk[used].astype(np.float64)
        keep = r > d
        variance = float(np.sum(area_after[keep] ** 2 * d[keep] / (r[keep] * (r[keep] - d[keep]))))
        mean, se = float(steps.sum()), float(np.sqrt(variance))
        z = normal_quantile(confidence)
        return Estimate(mean, max(0.0, mean - z * se), min(horizon, mean + z * se), se)


def kaplan_meier(durations: Durations) -> Survival:
    """The curve of `durations`. With none, an empty curve whose quantiles are not reached."""
    happened = np.sort(durations.times[durations.events])
    censored = np.sort(durations.times[~durations.events])
    starts = _starts(happened)
    times, d = happened[starts], np.diff(np.append(starts, happened.size))
    before = starts + np.searchsorted(censored, times)
    last = max(happened[-1:].max(initial=0.0), censored[-1:].max(initial=0.0))
    return _curve(times, d, durations.times.size - before, censored.size, durations.unknown, float(last))


def risk_table(durations: Durations) -> RiskTable:
    """The counts behind the curve, without single cases."""
    times = np.unique(durations.times)
    position = np.searchsorted(times, durations.times)
    happened = np.bincount(position[durations.events], minlength=times.size)
    censored = np.bincount(position[~durations.events], minlength=times.size)
    return RiskTable(times, happened.astype(np.int64), censored.astype(np.int64), durations.unknown)


def merge(tables: Sequence[RiskTable]) -> RiskTable:
    """One table of all cases in `tables`; the order of tables does not matter."""
    times = np.unique(np.concatenate([np.empty(0), *(table.times for table in tables)]))
    happened, censored = np.zeros(times.size, np.int64), np.zeros(times.size, np.int64)
    for table in tables:
        position = np.searchsorted(times, table.times)
        happened[position] += table.events
        censored[position] += table.censored
    return RiskTable(times, happened, censored, sum(table.unknown for table in tables))


def from_table(table: RiskTable) -> Survival:
    """The curve of a risk table; the same as from the single cases."""
    leaving = table.events + table.censored
    total = int(leaving.sum())
    at_risk = total - np.concatenate(([0], np.cumsum(leaving)[:-1])) if total else leaving
    used = table.events > 0
    last = float(table.times[leaving > 0].max(initial=0.0))
    return _curve(table.times[used], table.events[used], at_risk[used], int(table.censored.sum()), table.unknown, last)


def _starts(ordered: Floats) -> NDArray[np.intp]:
    """Where each distinct value of an ordered column begins."""
    if not ordered.size:
        return np.empty(0, np.intp)
    return np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))


def _curve(
    times: Floats, d: NDArray[np.int64], at_risk: NDArray[np.int64], censored: int, unknown: int, last: float
) -> Survival:
    survival: Floats = np.cumprod(1 - d / at_risk, dtype=np.float64)
    return Survival(times, d, at_risk, survival, int(d.sum()) + censored, censored, unknown, last)


def by_stratum(durations: Durations, strata: Sequence[Hashable]) -> dict[Hashable, Survival]:
    """One curve per stratum (severity), in order of first appearance. `strata` has one entry per duration."""
    if len(strata) != durations.times.size:
        raise ValueError("one stratum per duration")
    order: dict[Hashable, int] = {}
    codes = np.fromiter((order.setdefault(item, len(order)) for item in strata), np.int64, len(strata))
    return {
        name: kaplan_meier(Durations(durations.times[codes == code], durations.events[codes == code]))
        for name, code in order.items()
    }
