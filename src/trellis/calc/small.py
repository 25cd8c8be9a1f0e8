"""Small groups: what of the counts of incidents is shown to readers of figures who may not read the records.

Two tables of one owner: quarter by severity, and quarter by class, each with its totals. They have the totals of the
quarters in common, so a total that one of them hides is hidden in both.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from trellis.calc.figure import caveat
from trellis.calc.publishing import TOTAL, Cell, suppress_among, suppress_list_among, with_totals

SMALL = 5  # a group of fewer is not shown to who may not read the records
FEW = caveat("fewer than %(n)s, or beside such a group: not shown to readers of figures", n=SMALL)

__all__ = ["FEW", "SMALL", "TOTAL", "Cell", "Open", "opened", "with_totals"]


@dataclass(frozen=True)
class Open:
    """Which cells are shown, by (quarter, severity) and (quarter, class), totals under `TOTAL`."""

    severities: frozenset[Cell]
    classes: frozenset[Cell]

    def shows(self, table: str, quarter: str, group: str = TOTAL) -> bool:
        """Whether a cell of the table "severity" or "class" is shown; a total stands in both."""
        return (quarter, group) in (self.severities if table == "severity" else self.classes)


def opened(severities: Mapping[Cell, int], classes: Mapping[Cell, int], limit: int = SMALL) -> Open:
    """What may be shown of two tables of the same incidents: no count of 1 to `limit` - 1 can be worked out from it.

    The totals of quarters come first, as a list with their sum; groups are hidden for them, and no total for a group
    unless nothing else protects it. Empty groups are known to be empty. Raises ValueError where the quarters of the
    two have different totals.
    """
    quarters = _quarters(severities)
    if {q: n for q, n in quarters.items() if n} != {q: n for q, n in _quarters(classes).items() if n}:
        raise ValueError("the two tables are of the same incidents")
    hide: set[Cell] = set()
    while True:
        totals = suppress_list_among(quarters, limit, hide)
        shown, gone = frozenset() if totals.exposed else frozenset(totals.shown), totals.hidden
        if totals.exposed:
            return Open(shown, shown)
        made = [suppress_among(table, limit, gone, shown) for table in (severities, classes)]
        exposed = {(quarter, TOTAL) for one in made for quarter, _group in one.exposed}
        if not exposed:
            return Open(frozenset(made[0].shown), frozenset(made[1].shown))
        if exposed <= gone:  # hiding their totals did not mend it
            return Open(shown, shown)
        hide |= exposed


def _quarters(table: Mapping[Cell, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for (quarter, _group), count in table.items():
        found[quarter] = found.get(quarter, 0) + count
    return found
