"""How far raters agree: Krippendorff's alpha, always with the spread beside it.

Where nearly all ratings are equal, alpha falls to about 0 although agreement is near perfect. The spread
shows it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from statistics import median
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trellis.calc.figure import Basis, Figure, Method, divide

Metric = Literal["nominal", "ordinal", "interval"]


@dataclass(frozen=True)
class Spread:
    """A group's ratings of one thing: lowest, highest, median, how many rated and how many did not.

    `contested` when the highest is at least `limit` stages above the lowest. None throughout without a
    rating.
    """

    n: int
    missing: int
    low: int | None
    high: int | None
    median: Decimal | None
    contested: bool


def spread(stages: Sequence[int | None], limit: int = 2) -> Spread:
    """The spread of `stages`, one per rater, None where a rater gave none (NA-04, D17)."""
    given = [stage for stage in stages if stage is not None]
    missing = len(stages) - len(given)
    if not given:
        return Spread(0, missing, None, None, None, False)
    low, high = min(given), max(given)
    middle = median([Decimal(stage) for stage in given])
    return Spread(len(given), missing, low, high, middle, high - low >= limit)


@dataclass(frozen=True)
class Agreement:
    """Alpha with what it must be read with.

    `exact` is the share of rater pairs that gave the same stage, `within_one` of those at most one apart,
    `widest` the largest spread of a unit; `units` and `values` are those with two ratings or more.
    """

    alpha: Figure
    exact: Decimal | None
    within_one: Decimal | None
    widest: int | None
    units: int
    values: int
    raters: int


def agreement(at: Basis, ratings: Mapping[str, Mapping[str, int | None]], metric: Metric = "ordinal") -> Agreement:
    """Agreement over `ratings`: unit -> rater -> stage (None: not rated).

    Units with fewer than two ratings say nothing about agreement and count as unknown. Alpha is "undefined"
    where all ratings are the same stage: then chance and agreement cannot be told apart.
    """
    given = [[s for s in unit.values() if s is not None] for unit in ratings.values()]
    pairable = [unit for unit in given if len(unit) > 1]
    gaps = [abs(a - b) for unit in pairable for a, b in combinations(unit, 2)]
    values = sum(map(len, pairable))
    raters = len({name for unit in ratings.values() for name, s in unit.items() if s is not None})
    exact = divide(gaps.count(0), len(gaps)) if gaps else None
    within = divide(sum(gap <= 1 for gap in gaps), len(gaps)) if gaps else None
    widest = max(gaps) if gaps else None
    more = {
        "unknown": len(given) - len(pairable),
        "parts": {"exact": exact, "within_one": within, "widest": widest, "raters": raters, "values": values},
        "parameters": {"metric": metric},
    }
    method = Method("raters.krippendorff_alpha")
    alpha = krippendorff(pairable, metric) if pairable else None
    if alpha is None:
        figure = at.none(method, "undefined" if pairable else "no data", "alpha", len(pairable), **more)
    else:
        figure = at.figure(method, alpha, "alpha", len(pairable), **more)
    return Agreement(figure, exact, within, widest, len(pairable), values, raters)


def krippendorff(units: Sequence[Sequence[int]], metric: Metric = "ordinal") -> float | None:
    """Alpha = 1 - observed / expected disagreement, from the coincidence matrix; None where nothing varies.

    Each unit holds the values that raters gave it; units with fewer than two are left out. Ordinal distance
    is the squared number of values from c to k, the two ends counted half. Pages use `agreement`, never
    this alone. Source: Krippendorff, Computing Krippendorff's Alpha-Reliability (2011).
    """
    used = [unit for unit in units if len(unit) > 1]
    scale = sorted({value for unit in used for value in unit})
    position = {value: i for i, value in enumerate(scale)}
    coincidence = np.zeros((len(scale), len(scale)))
    for unit in used:
        counts = np.bincount([position[value] for value in unit], minlength=len(scale)).astype(np.float64)
        coincidence += (np.outer(counts, counts) - np.diag(counts)) / (len(unit) - 1)
    totals = coincidence.sum(axis=1)
    distance = _distance(np.array(scale, dtype=np.float64), totals, metric)
    expected = float((np.outer(totals, totals) * distance).sum())
    if expected == 0:
        return None
    return 1 - float(totals.sum() - 1) * float((coincidence * distance).sum()) / expected


def _distance(scale: NDArray[np.float64], totals: NDArray[np.float64], metric: Metric) -> NDArray[np.float64]:
    if metric == "nominal":
        return 1 - np.eye(len(scale))
    # Ranks at the middle of each value's share make the ordinal distance an ordinary difference.
    place = scale if metric == "interval" else np.cumsum(totals) - totals / 2
    return np.asarray((place[:, None] - place[None, :]) ** 2)
