"""Progress of indicators D12 and the balanced scorecard D13."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trellis.calc.figure import Basis, Figure, Method, Reason, caveat, clamp, divide, ratio


@dataclass(frozen=True)
class Progress:
    """`figure` is unclamped; `score` is it clamped to 0..1 for scores. `passed` answers the threshold, if
    any.
    """

    figure: Figure
    score: Decimal | None
    passed: bool | None


def progress(
    at: Basis,
    *,
    baseline: Decimal | None,
    target: Decimal | None,
    actual: Decimal | None,
    threshold: Decimal | None = None,
    rising: bool = True,
) -> Progress:
    """D12: (actual - baseline)/(target - baseline), one formula for rising and falling indicators.

    "undefined" when target = baseline: then `passed` says whether `actual` holds the `threshold`, from
    above where `rising`, from below otherwise. "no data" when a number is missing.
    """
    method = Method("measurement.progress")
    shown = {"baseline": baseline, "target": target, "actual": actual}
    known = int(actual is not None)
    passed: bool | None = None
    if actual is not None and threshold is not None:
        passed = actual >= threshold if rising else actual <= threshold
    if baseline is None or target is None or actual is None:
        missing = sum(number is None for number in shown.values())
        return Progress(at.none(method, "no data", "share", known, parts=shown, unknown=missing), None, passed)
    if target == baseline:
        return Progress(at.none(method, "undefined", "share", known, parts=shown), None, passed)
    value = divide(actual - baseline, target - baseline)
    return Progress(at.figure(method, value, "share", known, parts=shown), clamp(value), passed)


def sum_ratio(at: Basis, counts: Sequence[tuple[int | None, int | None]]) -> Figure:
    """D12, MEA-04: percentages aggregate as sum of numerators / sum of denominators.

    A pair with either missing is left out whole and counted as unknown.
    """
    known = [(top, bottom) for top, bottom in counts if top is not None and bottom is not None]
    unknown = len(counts) - len(known)
    method = Method("measurement.sum_ratio")
    if not known:
        return at.none(method, "no data", "share", unknown=unknown)
    top, bottom = sum(pair[0] for pair in known), sum(pair[1] for pair in known)
    return ratio(at, method, top, bottom, n=bottom, unknown=unknown, parts={"sources": len(known)})


@dataclass(frozen=True)
class Indicator:
    """An indicator on the scorecard: its frozen weight, its progress (None: no data) and whether
    protected.
    """

    id: str
    perspective: str
    weight: Decimal
    progress: Decimal | None
    protected: bool = False


@dataclass(frozen=True)
class Perspective:
    """One perspective: its score or why not, the weight with data over all weight, reds and missing by id."""

    name: str
    score: Figure
    completeness: Decimal | None
    reds: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Scorecard:
    """D13. `total` is never shown without `reds`, `weakest` and `unscored`.

    `weakest` is the perspective with the lowest score; `unscored` those without enough data, which may be
    weaker still. `underweight` lists protected indicators below the weight floor: such a scorecard may not
    be adopted.
    """

    perspectives: tuple[Perspective, ...]
    total: Figure
    reds: tuple[str, ...]
    weakest: str | None
    unscored: tuple[str, ...]
    underweight: tuple[str, ...]


@dataclass(frozen=True)
class Limits:
    """Parameters of the scorecard; our defaults, changed by decision only."""

    completeness: Decimal = Decimal("0.6")
    red_below: Decimal = Decimal("0.5")
    protected_weight: Decimal = Decimal("0.05")


def scorecard(
    at: Basis,
    indicators: Sequence[Indicator],
    perspective_weights: Mapping[str, Decimal] | None = None,
    limits: Limits | None = None,
) -> Scorecard:
    """D13: perspective = sum(w clamp(p)) / sum(w) over indicators with data, if their weight is at least
    the floor.

    The total is the mean of scored perspectives by `perspective_weights` (equal without), under the same
    floor. Reds are indicators with data whose progress is below `red_below`. Raises ValueError for a
    negative weight, a repeated id, or a perspective without a weight.
    """
    rules = limits or Limits()
    if any(item.weight < 0 for item in indicators) or len({item.id for item in indicators}) != len(indicators):
        raise ValueError("weights are not negative, and each indicator comes once")
    names = list(dict.fromkeys(item.perspective for item in indicators))
    weights = dict(perspective_weights) if perspective_weights else dict.fromkeys(names, Decimal(1))
    if set(names) - set(weights) or any(weight < 0 for weight in weights.values()):
        raise ValueError("each perspective has a weight, zero or more")
    groups = {name: [item for item in indicators if item.perspective == name] for name in weights}
    views = tuple(_perspective(at, name, held, rules) for name, held in groups.items())
    scored = {view.name: view.score.value for view in views if isinstance(view.score.value, Decimal)}
    unscored = tuple(view.name for view in views if view.name not in scored)
    return Scorecard(
        views,
        _total(at, scored, weights, unscored, rules),
        tuple(red for view in views for red in view.reds),
        min(scored, key=lambda name: (scored[name], name)) if scored else None,
        unscored,
        underweight(indicators, rules.protected_weight),
    )


def underweight(indicators: Sequence[Indicator], floor: Decimal = Decimal("0.05")) -> tuple[str, ...]:
    """MEA-11: protected indicators whose share of their perspective's weight is below `floor`."""
    totals: dict[str, Decimal] = {}
    for item in indicators:
        totals[item.perspective] = totals.get(item.perspective, Decimal(0)) + item.weight
    return tuple(
        item.id
        for item in indicators
        if item.protected and (item.weight == 0 or item.weight < floor * totals[item.perspective])
    )


def _perspective(at: Basis, name: str, held: Sequence[Indicator], rules: Limits) -> Perspective:
    known = [(item, item.progress) for item in held if item.progress is not None]
    missing = tuple(item.id for item in held if item.progress is None)
    reds = tuple(item.id for item, value in known if value < rules.red_below)
    weight, everything = _weight([item for item, _ in known]), _weight(held)
    completeness = divide(weight, everything) if everything else None
    method = Method("measurement.perspective")
    more = {
        "unknown": len(missing),
        "parts": {"completeness": completeness, "reds": len(reds)},
        "parameters": {"completeness_floor": rules.completeness, "red_below": rules.red_below},
    }
    reason = _reason(len(known), completeness, rules.completeness)
    if reason is not None:
        return Perspective(name, at.none(method, reason, "score", len(known), **more), completeness, reds, missing)
    points = sum((item.weight * clamp(value) for item, value in known), Decimal(0))
    figure = at.figure(method, divide(points, weight), "score", len(known), **more)
    return Perspective(name, figure, completeness, reds, missing)


def _total(
    at: Basis,
    scored: Mapping[str, Decimal],
    weights: Mapping[str, Decimal],
    unscored: Sequence[str],
    rules: Limits,
) -> Figure:
    everything = sum(weights.values(), Decimal(0))
    weight = sum((weights[name] for name in scored), Decimal(0))
    completeness = divide(weight, everything) if everything else None
    method = Method("measurement.scorecard")
    more = {
        "unknown": len(unscored),
        "parts": {"completeness": completeness},
        "parameters": {"completeness_floor": rules.completeness},
        "caveats": (caveat("without %(names)s: insufficient data", names=", ".join(unscored)),) if unscored else (),
    }
    reason = _reason(len(scored), completeness, rules.completeness)
    if reason is not None:
        return at.none(method, reason, "score", len(scored), **more)
    points = sum((weights[name] * value for name, value in scored.items()), Decimal(0))
    return at.figure(method, divide(points, weight), "score", len(scored), **more)


def _weight(items: Sequence[Indicator]) -> Decimal:
    return sum((item.weight for item in items), Decimal(0))


def _reason(known: int, completeness: Decimal | None, floor: Decimal) -> Reason | None:
    if not known:
        return "no data"
    if completeness is None:
        return "undefined"
    return "insufficient data" if completeness < floor or completeness == 0 else None
