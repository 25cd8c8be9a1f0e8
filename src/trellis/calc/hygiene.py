"""Coverage of good practice and exposure by counts, of one owner or of many (MEA-04, MEA-06, D11).

A rate over several owners is the sum of numerators over the sum of denominators. A mean of their rates would
let an office of ten weigh as much as a ministry of ten thousand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from trellis.calc.figure import Basis, Figure, Method, caveat, divide, ratio

SELF_REPORTED = caveat("counted by each owner itself; what stands in nobody's inventory is in no denominator")


@dataclass(frozen=True)
class Count:
    """A count of one owner: how many of how many, by a source of a day. None is not known.

    Raises ValueError for a count below zero, or a part larger than its whole where `within` is set.
    """

    owner: str
    numerator: int | None
    denominator: int | None
    source_on: date | None = None
    within: bool = True

    def __post_init__(self) -> None:
        for number in (self.numerator, self.denominator):
            if number is not None and number < 0:
                raise ValueError("a count is zero or more")
        if self.within and self.known and self.numerator > self.denominator:  # type: ignore[operator]  # known
            raise ValueError("the part is larger than the whole")

    @property
    def known(self) -> bool:
        """Whether both numbers are known."""
        return self.numerator is not None and self.denominator is not None


def coverage(at: Basis, counts: Sequence[Count], max_age_days: int = 180) -> Figure:
    """Covered / in scope, over all owners by sums; `parts` says how many counts it is made from.

    A count with a number missing is left out of both sums and counted as unknown. Sources older than
    `max_age_days` stay in, and are said.
    """
    used, more = _summed(at, counts, max_age_days)
    method = Method("hygiene.coverage")
    if not used:
        return at.none(method, "insufficient data" if counts else "no data", "share", **more)
    total = sum(one.denominator or 0 for one in used)
    return ratio(at, method, sum(one.numerator or 0 for one in used), total, n=total, **more)


def exposure(at: Basis, counts: Sequence[Count], max_age_days: int = 180) -> Figure:
    """D11 over all owners by sums: exposed units per 1,000 units in scope. `source_on` is the inventory's date."""
    used, more = _summed(at, counts, max_age_days)
    method = Method("hygiene.exposure")
    if not used:
        return at.none(method, "insufficient data" if counts else "no data", "per 1,000", **more)
    exposed, scope = (sum(getattr(one, name) or 0 for one in used) for name in ("numerator", "denominator"))
    parts = {**more.pop("parts"), "numerator": exposed, "denominator": scope}
    if not scope:
        return at.none(method, "undefined", "per 1,000", parts=parts, **more)
    return at.figure(method, divide(exposed * 1000, scope), "per 1,000", scope, parts=parts, **more)


def _summed(at: Basis, counts: Sequence[Count], max_age_days: int) -> tuple[list[Count], dict[str, Any]]:
    used = [one for one in counts if one.known]
    today = at.as_of.date()
    undated = sum(one.source_on is None for one in used)
    stale = sum(one.source_on is not None and (today - one.source_on).days > max_age_days for one in used)
    dated = [one.source_on for one in used if one.source_on]
    caveats = [SELF_REPORTED]
    if undated:
        caveats.append(caveat("%(n)s of %(all)s sources have no date", n=undated, all=len(used)))
    if stale:
        caveats.append(
            caveat(
                "%(n)s of %(all)s sources are more than %(days)s days old", n=stale, all=len(used), days=max_age_days
            )
        )
    more: dict[str, Any] = {
        "unknown": len(counts) - len(used),
        "parts": {
            "counts": len(used),
            "owners": len({one.owner for one in used}),
            "stale": stale,
            "undated": undated,
            "oldest_source": min(dated).isoformat() if dated else None,
            "newest_source": max(dated).isoformat() if dated else None,
        },
        "parameters": {"max_age_days": max_age_days},
        "caveats": tuple(caveats),
    }
    return used, more
