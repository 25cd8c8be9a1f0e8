"""Exchange of threat information: times with censoring (D9), give and receive, usefulness. REG-04.

Times are in hours. What has not been passed on, or not acknowledged, by the as-of time is censored there and never
dropped; the curves are in `trellis.calc.survival`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trellis.calc.figure import Basis, Figure, Method, caveat, divide
from trellis.calc.survival import Durations, kaplan_meier

Pair = tuple[datetime, datetime | None]
Moments = NDArray[np.datetime64]
P90 = Decimal("0.9")
UNSEEN = caveat("what was detected and never entered here cannot be counted, so the time to share reads too short")
SILENT = caveat("a recipient that read and says nothing counts as not yet acknowledged")
ANSWERED = caveat("only of what recipients answered; nobody is made to answer")


def durations(pairs: Sequence[tuple[datetime | None, datetime | None]], as_of: datetime) -> Durations:
    """Hours from start to end of each pair; without an end by `as_of` censored there.

    A pair without a start, or that starts after `as_of`, is left out; without a start it is counted as unknown. An
    end before its start counts as 0 hours: it was done when it was known.
    """
    starts = np.array([_utc(start) for start, _end in pairs], "datetime64[us]")
    return spans(starts, np.array([_utc(end) for _start, end in pairs], "datetime64[us]"), as_of)


def spans(starts: Moments, ends: Moments, as_of: datetime) -> Durations:
    """As `durations`, from columns of UTC datetime64 in microseconds (n,), NaT where there is no time."""
    at = np.datetime64(_utc(as_of), "us")
    unknown = int(np.isnat(starts).sum())
    begun = starts <= at  # NaT compares false
    starts, ends = starts[begun], ends[begun]
    done = ends <= at
    micros = (np.where(done, ends, at) - starts).astype(np.int64)
    return Durations.of(np.maximum(micros, 0) / 1_000_000 / 3600, done, unknown)


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(UTC).replace(tzinfo=None)


def time_figure(at: Basis, name: str, held: Durations, caveats: tuple[str, ...]) -> Figure:
    """The median in hours, with the P90 beside it; "not reached" where fewer than half have got there."""
    curve = kaplan_meier(held)
    median, p90 = curve.median(), curve.quantile(float(P90))
    parts: dict[str, Any] = {"events": curve.n_events, "open": curve.open, "unknown": curve.unknown}
    parts["p90"] = p90.value if p90.value is not None else ("not reached" if curve.n else "no data")
    more: dict[str, Any] = {
        "unknown": curve.unknown,
        "open": curve.open,
        "low": median.low,
        "high": median.high,
        "parts": parts,
        "caveats": caveats,
    }
    method = Method(f"exchange.{name}")
    if median.value is None:
        return at.none(method, "not reached" if curve.n else "no data", "hours", curve.n, **more)
    return at.figure(method, median.value, "hours", curve.n, **more)


def balance(at: Basis, given: int, received: int) -> Figure:
    """Objects given for each object received: 1 is even, above 1 gives more. Both counts stand beside it."""
    method = Method("exchange.balance")
    parts = {"given": given, "received": received}
    if not given and not received:
        return at.none(method, "no data", "ratio", parts=parts)
    if not received:
        return at.none(method, "undefined", "ratio", given, parts=parts)
    return at.figure(method, divide(given, received), "ratio", given + received, parts=parts)


def usefulness(at: Basis, said: Mapping[str, int]) -> Figure:
    """Share of answers that say yes, or in part for one half; answers of "not known yet" are left out and counted.

    `said` counts answers by yes, partly, no, unknown.
    """
    method = Method("exchange.usefulness")
    yes, partly, no, unknown = (said.get(name, 0) for name in ("yes", "partly", "no", "unknown"))
    known = yes + partly + no
    more: dict[str, Any] = {
        "unknown": unknown,
        "parts": {"yes": yes, "partly": partly, "no": no},
        "caveats": (ANSWERED,),
    }
    if not known:
        return at.none(method, "insufficient data" if unknown else "no data", "share", **more)
    return at.figure(method, divide(2 * yes + partly, 2 * known), "share", known, **more)
