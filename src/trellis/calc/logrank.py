"""The log-rank test of two groups, within strata if there are any (Mantel 1966).

At each time of an event the events of the first group are set against what they would be if both groups went
alike: E = d n1/n, V = n1 n2 d (n - d) / (n² (n - 1)), with d events among n at risk, n1 of them in the first
group. Observed, E and V are summed over times, and over strata; Z = (O - E) / sqrt(V), Z² is the chi-squared
of textbooks. Only cases of one stratum are ever set against each other, so a change in the mix of severities
cannot pass for a change in speed.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trellis.calc.survival import Durations, Estimate, Floats, kaplan_meier, normal_quantile


@dataclass(frozen=True)
class LogRank:
    """`observed` and `expected` events of the first group, their `variance`, Z and its two-sided p-value.

    Z above zero: the first group had its events sooner. `statistic` and `p_value` are None where there is
    nothing to set against each other. `strata` are those used, `left_out` those with one group only, or
    without an event.
    """

    observed: int
    expected: float
    variance: float
    statistic: float | None
    p_value: float | None
    strata: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def log_rank(first: Durations, second: Durations) -> LogRank:
    """The test of two groups."""
    return stratified({"": (first, second)})


def stratified(pairs: Mapping[str, tuple[Durations, Durations]]) -> LogRank:
    """The test within strata: a pair of groups by the name of the stratum. The order of strata changes nothing."""
    observed, expected, variance = 0, 0.0, 0.0
    used: list[str] = []
    left_out: list[str] = []
    for name in sorted(pairs):
        first, second = pairs[name]
        o, e, v = _sums(first, second)
        (used if v > 0 else left_out).append(name)
        if v > 0:
            observed, expected, variance = observed + o, expected + e, variance + v
    if variance <= 0:
        return LogRank(observed, expected, variance, None, None, (), tuple(left_out))
    z = (observed - expected) / float(np.sqrt(variance))
    return LogRank(observed, expected, variance, z, math.erfc(abs(z) / math.sqrt(2)), tuple(used), tuple(left_out))


def _sums(first: Durations, second: Durations) -> tuple[int, float, float]:
    happened = np.sort(np.concatenate([first.times[first.events], second.times[second.events]]))
    times, d = np.unique(happened, return_counts=True)
    n1, n2 = (_at_risk(part.times, times) for part in (first, second))
    n = n1 + n2
    both = (n1 > 0) & (n2 > 0)
    if not both.any():
        return 0, 0.0, 0.0
    own = np.sort(first.times[first.events])
    d1 = np.searchsorted(own, times, "right") - np.searchsorted(own, times, "left")
    d, d1, n, n1, n2 = d[both], d1[both], n[both], n1[both], n2[both]
    variance = n1 * n2 * d * (n - d) / (n**2 * np.maximum(n - 1, 1))
    return int(d1.sum()), float((d * n1 / n).sum()), float(variance.sum())


def _at_risk(held: Floats, times: Floats) -> Floats:
    return np.asarray(held.size - np.searchsorted(np.sort(held), times, "left"), dtype=np.float64)


@dataclass(frozen=True)
class Comparison:
    """Two groups compared. It shows a difference and claims no cause."""

    statistic: float | None
    p_value: float | None
    difference: Estimate
    horizon: float | None
    n: tuple[int, int]
    open: tuple[int, int]


def compare(first: Durations, second: Durations, horizon: float | None = None, confidence: float = 0.95) -> Comparison:
    """Log-rank test, and the difference of restricted means (second - first) up to `horizon`.

    Without a horizon it is the shorter of the two longest times seen.
    """
    curves = kaplan_meier(first), kaplan_meier(second)
    tau = min(curve.last for curve in curves) if horizon is None else horizon
    means = [curve.restricted_mean(tau, confidence) for curve in curves]
    difference = Estimate(None)
    one, two = means
    if one.value is not None and two.value is not None and one.se is not None and two.se is not None:
        change, se = two.value - one.value, float(np.hypot(one.se, two.se))
        z = normal_quantile(confidence)
        difference = Estimate(change, change - z * se, change + z * se, se)
    test = log_rank(first, second)
    n, still = (curves[0].n, curves[1].n), (curves[0].open, curves[1].open)
    return Comparison(test.statistic, test.p_value, difference, tau, n, still)
