"""Assistance across borders and the contact directory: D9 on the steps of a request, REG-03, REG-09.

Durations are in hours. A step that has not come is censored, at the as-of time or when the request was closed;
it is never dropped. Declining is no stamp here, so that it can touch no figure.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from trellis.calc.figure import Basis, Figure, Method, Reason, Value, caveat, ratio
from trellis.calc.logrank import compare
from trellis.calc.survival import Durations, kaplan_meier

Clock = Literal["offer", "accept", "arrive", "close", "response"]
CLOCKS: dict[Clock, tuple[str, str]] = {
    "offer": ("asked", "offered"),
    "accept": ("offered", "accepted"),
    "arrive": ("accepted", "arrived"),
    "close": ("arrived", "closed"),
    "response": ("asked", "arrived"),
}
ORDER = ("asked", "offered", "accepted", "arrived", "closed")
SEVERITIES = ("critical", "high", "medium", "low", "")

CLOSED_WITHOUT = caveat("requests closed without this step count as open until they were closed")
NO_CAUSE = caveat("a difference between groups, not its cause")
CROSSING = caveat("requests still waiting when the agreement came into force are followed up to that day only")
MIX_DIFFERS = caveat("the two groups differ in severity")
NO_AGREEMENT = caveat("no agreement has come into force")
UNTIL_NOW = caveat("a contact is counted by its last verification at the as-of date")


@dataclass(frozen=True)
class Assistance:
    """The stamps of one request for assistance, aware datetimes: the first offer, acceptance and arrival.

    None is not known, or not yet.
    """

    id: str
    asked: datetime
    offered: datetime | None = None
    accepted: datetime | None = None
    arrived: datetime | None = None
    closed: datetime | None = None
    severity: str = ""


def durations(
    requests: Sequence[Assistance], clock: Clock, as_of: datetime, until: datetime | None = None
) -> Durations:
    """The durations of `clock`, in hours, as known at `as_of`; nothing after `until` is looked at.

    A request enters once the clock's first step is reached. Without the last step it is open until it was closed,
    or until the end of observation. A step that is missing although a later one happened, or that lies before the
    clock's start, is left out and counted as unknown.
    """
    end = as_of if until is None else min(as_of, until)
    times: list[float] = []
    events: list[bool] = []
    unknown = 0
    for request in requests:
        found = _one(request, clock, end)
        if found is None:
            continue
        if found[0] < 0:
            unknown += 1
            continue
        times.append(found[0])
        events.append(found[1])
    return Durations.of(times, events, unknown)


def _one(request: Assistance, clock: Clock, end: datetime) -> tuple[float, bool] | None:
    """Hours and whether it happened; None when the clock has not begun, negative hours when unknown."""
    first, last = CLOCKS[clock]
    held = {name: _known(getattr(request, name), end) for name in ORDER}
    later = [held[name] for name in ORDER[ORDER.index(first) + 1 : -1]]
    start, stop = held[first], held[last]
    if start is None:
        # Closing may come at any time; every other step says that those before it happened.
        return (-1.0, False) if any(later) else None
    if stop is not None:
        return _hours(stop - start), True
    if any(held[name] for name in ORDER[ORDER.index(last) + 1 : -1]):
        return -1.0, False
    return _hours((held["closed"] or end) - start), False


def _known(moment: datetime | None, end: datetime) -> datetime | None:
    return moment if moment is not None and moment <= end else None


def _hours(span: timedelta) -> float:
    return span / timedelta(hours=1)


def step_time(at: Basis, clock: Clock, held: Durations) -> Figure:
    """The median time, in hours, of one step (Kaplan-Meier, D9), with P90 and counts."""
    curve = kaplan_meier(held)
    median, p90 = curve.median(), curve.quantile(0.9)
    none: Reason = "not reached" if curve.n else "no data"
    parts: dict[str, Value] = {
        "events": curve.n_events,
        "open": curve.open,
        "unknown": curve.unknown,
        "p90": p90.value if p90.value is not None else none,
    }
    more: dict[str, Any] = {
        "unknown": curve.unknown,
        "open": curve.open,
        "low": median.low,
        "high": median.high,
        "parts": parts,
        "caveats": (CLOSED_WITHOUT,),
    }
    method = Method(f"regional.{clock}")
    if median.value is None:
        return at.none(method, none, "hours", curve.n, **more)
    return at.figure(method, median.value, "hours", curve.n, **more)


def response_change(
    at: Basis, requests: Sequence[Assistance], in_force: datetime | None, horizon: float | None = None
) -> Figure:
    """REG-09: cross-border response (asked to arrived) before and after an agreement came into force.

    The value is the restricted mean after less that before, in hours. Requests asked before are followed up to
    that moment only. `parts` has for both groups n, events, open (censored), the median and the severity mix.
    """
    method = Method("regional.change")
    asked = [r for r in requests if r.asked <= at.as_of]
    if in_force is None or in_force > at.as_of:
        return at.none(method, "no data", "hours", len(asked), caveats=(NO_AGREEMENT,))
    groups = [r for r in asked if r.asked < in_force], [r for r in asked if r.asked >= in_force]
    held = durations(groups[0], "response", at.as_of, in_force), durations(groups[1], "response", at.as_of)
    parts: dict[str, Value] = {}
    for name, group, part in zip(("before", "after"), groups, held, strict=True):
        parts |= _group(name, group, part)
    result = compare(held[0], held[1], horizon)
    caveats = [NO_CAUSE, CROSSING, CLOSED_WITHOUT]
    if _mix(groups[0]) != _mix(groups[1]):
        caveats.append(MIX_DIFFERS)
    more: dict[str, Any] = {
        "unknown": held[0].unknown + held[1].unknown,
        "open": sum(result.open),
        "low": result.difference.low,
        "high": result.difference.high,
        "parts": {**parts, "log_rank_p": result.p_value},
        "parameters": {"horizon": result.horizon, "in_force": in_force.isoformat()},
        "caveats": tuple(caveats),
    }
    if result.difference.value is None:
        reason: Reason = "insufficient data" if all(result.n) else "no data"
        return at.none(method, reason, "hours", sum(result.n), **more)
    return at.figure(method, result.difference.value, "hours", sum(result.n), **more)


def _group(name: str, group: Sequence[Assistance], held: Durations) -> dict[str, Value]:
    curve = kaplan_meier(held)
    found: dict[str, Value] = {
        f"{name}_n": curve.n,
        f"{name}_events": curve.n_events,
        f"{name}_open": curve.open,
        f"{name}_unknown": curve.unknown,
        f"{name}_median": curve.median().value if curve.median().value is not None else "not reached",
    }
    counts = Counter(request.severity for request in group)
    return {**found, **{f"{name}_{severity or 'unrated'}": counts[severity] for severity in SEVERITIES}}


def _mix(group: Sequence[Assistance]) -> dict[str, float]:
    counts = Counter(request.severity for request in group)
    return {severity: n / len(group) for severity, n in counts.items()}


@dataclass(frozen=True)
class Contact:
    """When a contact was recorded, and last verified (None: never)."""

    recorded: datetime
    verified: datetime | None = None


State = Literal["verified", "new", "stale"]


def contact_state(contact: Contact, as_of: datetime, limit_days: int) -> State:
    """REG-03: verified within the limit; stale past it; new when never verified and not yet past it."""
    since = contact.verified or contact.recorded
    if as_of - since > timedelta(days=limit_days):
        return "stale"
    return "verified" if contact.verified is not None else "new"


def directory(at: Basis, contacts: Sequence[Contact], limit_days: int) -> Figure:
    """The share of contacts verified within the limit; those never verified and the stale ones are counted."""
    counts = Counter(contact_state(contact, at.as_of, limit_days) for contact in contacts)
    return ratio(
        at,
        Method("regional.directory"),
        counts["verified"],
        len(contacts),
        n=len(contacts),
        parts={"stale": counts["stale"], "new": counts["new"]},
        parameters={"limit_days": limit_days},
        caveats=(UNTIL_NOW,),
    )
