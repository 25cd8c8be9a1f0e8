"""Incidents, hunting and exposure: D9, D10, D11.

Durations are in hours. A clock still running at the as-of time is censored there, never dropped; the curves
are in `trellis.calc.survival`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trellis.calc.dates import Quarter, quarter_at
from trellis.calc.figure import Basis, Figure, Method, caveat, divide, ratio
from trellis.calc.logrank import Comparison, compare
from trellis.calc.survival import Durations, Estimate, Survival, by_stratum, kaplan_meier

Clock = Literal["detect", "acknowledge", "contain", "recover"]
CLOCKS: dict[Clock, tuple[str, str]] = {
    "detect": ("started", "detected"),
    "acknowledge": ("detected", "acknowledged"),
    "contain": ("detected", "contained"),
    "recover": ("detected", "recovered"),
}
_ORDER = ("started", "detected", "acknowledged", "contained", "recovered")
_HOUR = np.timedelta64(1, "h") / np.timedelta64(1, "us")
_NAT = np.iinfo(np.int64).min

DETECT_BIAS = caveat("incidents that nobody has detected cannot be counted, so the time to detect reads too short")
NO_CAUSE = caveat("a difference between groups, not its cause")
SELF_DECLARED = caveat("self-declared: no evidence for this level")

__all__ = [
    "CLOCKS",
    "Clock",
    "Comparison",
    "Durations",
    "Estimate",
    "HuntingLevel",
    "Incident",
    "Survival",
    "by_quarter",
    "by_severity",
    "by_stratum",
    "compare",
    "compare_clock",
    "durations",
    "exposure",
    "hunt_yield",
    "hunting_maturity",
    "kaplan_meier",
    "stamp_durations",
    "time_figure",
    "time_mean",
]


@dataclass(frozen=True)
class Incident:
    """The stamps of one incident, aware datetimes; None is not known, or not yet."""

    id: str
    detected: datetime
    started: datetime | None = None
    acknowledged: datetime | None = None
    contained: datetime | None = None
    recovered: datetime | None = None
    severity: str = ""


def durations(incidents: Sequence[Incident], clock: Clock, as_of: datetime) -> Durations:
    """The durations of `clock`, in hours, as known at `as_of`; see `stamp_durations` for the rules."""
    columns = {name: [_micro(getattr(item, name)) for item in incidents] for name in _ORDER}
    stamps = {name: np.array(held, dtype="datetime64[us]") for name, held in columns.items()}
    return stamp_durations(clock, as_of, **stamps)


def stamp_durations(
    clock: Clock,
    as_of: datetime,
    *,
    detected: ArrayLike,
    started: ArrayLike | None = None,
    acknowledged: ArrayLike | None = None,
    contained: ArrayLike | None = None,
    recovered: ArrayLike | None = None,
) -> Durations:
    """As `durations`, from columns of UTC datetime64 (n,), NaT where there is no stamp.

    Incidents detected after `as_of` are no part of it, and later stamps are not yet known. A clock that has
    no end by then is open, unless a later step is stamped: then its end has passed unrecorded, and like a
    missing or misordered start it is left out and counted as unknown.
    """
    given = {
        "started": started,
        "detected": detected,
        "acknowledged": acknowledged,
        "contained": contained,
        "recovered": recovered,
    }
    now = _micro(as_of)
    size = np.asarray(detected).shape
    # NaT is the smallest of all numbers that a stamp can be, so columns of numbers are enough, and quicker.
    stamps = {name: _known(column, size, now) for name, column in given.items() if column is not None}
    if (missing := stamps["detected"] == _NAT).any():
        stamps = {name: column[~missing] for name, column in stamps.items()}
    never = np.full(stamps["detected"].shape, _NAT)
    first, last = CLOCKS[clock]
    start, end = stamps.get(first, never), stamps.get(last, never)
    ended = end != _NAT
    unusable = (start == _NAT) | (ended & (end < start))
    for name in _ORDER[_ORDER.index(last) + 1 :]:
        if name in stamps:
            unusable |= ~ended & (stamps[name] != _NAT)
    hours = (np.where(ended, end, now.view(np.int64)) - start) / _HOUR
    if not unusable.any():
        return Durations(hours, ended)
    return Durations(hours[~unusable], ended[~unusable], int(unusable.sum()))


def _known(column: ArrayLike, size: tuple[int, ...], now: np.datetime64) -> NDArray[np.int64]:
    """A column of stamps in microseconds; what lies after `now` is not known yet."""
    stamps = np.asarray(column).astype("datetime64[us]", copy=False)
    if stamps.shape != size:
        raise ValueError("all columns of stamps have one length")
    found, limit = stamps.view(np.int64), now.view(np.int64)
    return np.where(found <= limit, found, _NAT) if found.size and found.max() > limit else found


def _micro(moment: datetime | None) -> np.datetime64:
    if moment is None:
        return np.datetime64("NaT", "us")
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("a stamp needs a time zone")
    return np.datetime64((moment - offset).replace(tzinfo=None), "us")


def time_figure(
    at: Basis,
    clock: Clock,
    held: Durations,
    share: Decimal = Decimal("0.5"),
    confidence: Decimal = Decimal("0.95"),
) -> Figure:
    """The time, in hours, within which `share` of incidents pass `clock` (0.5 the median, 0.9 the P90)."""
    curve = held.curve
    estimate = curve.quantile(float(share), float(confidence))
    method = Method(f"operations.time_to_{clock}")
    more = {
        **_counts(curve, clock),
        "low": estimate.low,
        "high": estimate.high,
        "parameters": {"share": share, "confidence": confidence},
    }
    if estimate.value is None:
        return at.none(method, "not reached" if curve.n else "no data", "hours", curve.n, **more)
    return at.figure(method, estimate.value, "hours", curve.n, **more)


def time_mean(
    at: Basis, clock: Clock, held: Durations, horizon: Decimal, confidence: Decimal = Decimal("0.95")
) -> Figure:
    """The restricted mean time, in hours, up to the stated `horizon`: a longer time counts as the horizon."""
    curve = held.curve
    estimate = curve.restricted_mean(float(horizon), float(confidence))
    method = Method(f"operations.mean_time_to_{clock}")
    more = {
        **_counts(curve, clock),
        "low": estimate.low,
        "high": estimate.high,
        "parameters": {"horizon": horizon, "confidence": confidence},
    }
    if estimate.value is None:
        return at.none(method, "insufficient data" if curve.n else "no data", "hours", curve.n, **more)
    return at.figure(method, estimate.value, "hours", curve.n, **more)


def _counts(curve: Survival, clock: Clock) -> dict[str, Any]:
    caveats = (DETECT_BIAS,) if clock == "detect" else ()
    parts = {"events": curve.n_events, "open": curve.open, "unknown": curve.unknown}
    return {"unknown": curve.unknown, "open": curve.open, "parts": parts, "caveats": caveats}


def by_quarter(
    incidents: Iterable[Incident], zone: tzinfo, fiscal_start: int = 1
) -> dict[Quarter, tuple[Incident, ...]]:
    """Cohorts: the incidents detected in each quarter of the programme's calendar, in order of time."""
    cohorts: dict[Quarter, list[Incident]] = {}
    for incident in incidents:
        cohorts.setdefault(quarter_at(incident.detected, zone, fiscal_start), []).append(incident)
    return {quarter: tuple(cohorts[quarter]) for quarter in sorted(cohorts)}


def by_severity(incidents: Sequence[Incident], clock: Clock, as_of: datetime) -> dict[str, Durations]:
    """The durations of each severity apart, so that a change in the mix cannot pass for a change in speed."""
    names = sorted({incident.severity for incident in incidents})
    return {name: durations([i for i in incidents if i.severity == name], clock, as_of) for name in names}


def compare_clock(
    at: Basis, clock: Clock, first: Durations, second: Durations, horizon: Decimal | None = None
) -> Figure:
    """Restricted mean of `second` less that of `first`, in hours: below zero means that the second is faster.

    `parts` carries the log-rank p-value and the counts of both groups.
    """
    result = compare(first, second, None if horizon is None else float(horizon))
    method = Method(f"operations.compare_time_to_{clock}")
    more = {
        "unknown": first.unknown + second.unknown,
        "open": sum(result.open),
        "low": result.difference.low,
        "high": result.difference.high,
        "parts": {
            "n_first": result.n[0],
            "n_second": result.n[1],
            "open_first": result.open[0],
            "open_second": result.open[1],
            "log_rank_p": result.p_value,
        },
        "parameters": {"horizon": result.horizon},
        "caveats": (NO_CAUSE, DETECT_BIAS) if clock == "detect" else (NO_CAUSE,),
    }
    if result.difference.value is None:
        reason: Literal["no data", "insufficient data"] = "insufficient data" if all(result.n) else "no data"
        return at.none(method, reason, "hours", sum(result.n), **more)
    return at.figure(method, result.difference.value, "hours", sum(result.n), **more)


@dataclass(frozen=True)
class HuntingLevel:
    """One level of hunting (1 to 4): whether it is claimed (None: not asked) and what proves it."""

    level: int
    claimed: bool | None
    evidence: tuple[str, ...] = ()


def hunting_maturity(at: Basis, levels: Sequence[HuntingLevel]) -> Figure:
    """D10: the highest level reached with every level below it claimed too; 0 is alerts only.

    `parts["evidenced"]` is the highest level reached on evidence alone. "no data" when nothing was asked.
    """
    held = {item.level: item for item in levels}
    if set(held) - {1, 2, 3, 4} or len(held) != len(levels):
        raise ValueError("levels are 1 to 4, each once")
    method = Method("operations.hunting_maturity")
    answered = sum(item.claimed is not None for item in levels)
    if not answered:
        return at.none(method, "no data", "level", unknown=len(levels))
    claimed = _run({n: item.claimed is True for n, item in held.items()})
    evidenced = _run({n: item.claimed is True and bool(item.evidence) for n, item in held.items()})
    return at.figure(
        method,
        claimed,
        "level",
        answered,
        unknown=len(levels) - answered,
        parts={"evidenced": evidenced},
        caveats=(SELF_DECLARED,) if evidenced < claimed else (),
    )


def _run(met: Mapping[int, bool]) -> int:
    level = 0
    while met.get(level + 1, False):
        level += 1
    return level


def hunt_yield(at: Basis, kept_detection: Sequence[bool | None]) -> Figure:
    """D10: hunts that produced a detection which was kept / hunts done. One entry per hunt done.

    A hunt whose result is not recorded (None) counts as done, and in `unknown`; `high` is as if all of them
    had produced one.
    """
    done, unknown = len(kept_detection), sum(item is None for item in kept_detection)
    kept = sum(item is True for item in kept_detection)
    if not done:
        return at.none(Method("operations.hunt_yield"), "no data", "share")
    if unknown == done:
        return at.none(Method("operations.hunt_yield"), "insufficient data", "share", done, unknown=unknown)
    return ratio(
        at,
        Method("operations.hunt_yield"),
        kept,
        done,
        n=done,
        unknown=unknown,
        low=divide(kept, done),
        high=divide(kept + unknown, done),
    )


def exposure(
    at: Basis, exposed: int | None, in_scope: int | None, inventory_on: date | None, max_age_days: int = 180
) -> Figure:
    """D11: exposed units per 1,000 in scope, with the date of the inventory.

    An inventory older than `max_age_days` at the as-of date, or undated, is said so beside the value.
    """
    method = Method("operations.exposure")
    shown: dict[str, Any] = {
        "numerator": exposed,
        "denominator": in_scope,
        "inventory_on": inventory_on.isoformat() if inventory_on else None,
    }
    more: dict[str, Any] = {
        "parts": shown,
        "parameters": {"max_age_days": max_age_days},
        "caveats": _age(at.as_of.date(), inventory_on, max_age_days),
    }
    if exposed is None or in_scope is None:
        return at.none(method, "no data", "per 1,000", in_scope or 0, **more)
    if in_scope == 0:
        return at.none(method, "undefined", "per 1,000", **more)
    return at.figure(method, divide(exposed * 1000, in_scope), "per 1,000", in_scope, **more)


def _age(today: date, inventory_on: date | None, max_age_days: int) -> tuple[str, ...]:
    if inventory_on is None:
        return ("the inventory has no date",)
    if (today - inventory_on).days > max_age_days:
        return (f"the inventory is more than {max_age_days} days old",)
    return ()
