"""D22: what may be public, and which cells of a table of counts stay hidden.

A small count is hidden, and enough other cells with it that no reader can work it out from the totals,
using also every cell of the grid that was released earlier. The guarantee, checked at the end of every call
rather than assumed: for each hidden cell not listed in `exposed`, the published numbers and "a count is not
negative" leave at least two possible values; and for each hidden small cell not listed in `narrow`, one of
them is `threshold` or more, so that it is not even certain that the cell is small.

Method: a hidden cell is an edge between its row and its column (Gusfield 1988). Row and column sums are
kept by moving counts around a cycle, so how far a cell can rise or fall is a maximum flow through the other
hidden edges.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Literal

TOTAL = "\u2211"  # the row or column of totals
Cell = tuple[str, str]
ReasonCode = Literal["security", "legal", "personal data"]
REASON_CODES: tuple[ReasonCode, ...] = ("security", "legal", "personal data")

_COST_INNER, _COST_MARGIN, _COST_GRAND = 1.0, 1e3, 1e6
_MANY = 10**18


@dataclass(frozen=True)
class Suppressed:
    """The outcome for one grid.

    `shown` may be published. `primary` are hidden because they are small, `complementary` to protect those.
    `exposed` can be worked out from what was released earlier, `narrow` are known to be small from it: hiding
    cannot mend that, and the release must be refused or decided upon by name. `restated` were released
    earlier with another value; publishing both lets a reader take the difference.
    """

    shown: Mapping[Cell, int]
    primary: frozenset[Cell]
    complementary: frozenset[Cell]
    exposed: frozenset[Cell] = field(default_factory=frozenset)
    narrow: frozenset[Cell] = field(default_factory=frozenset)
    restated: frozenset[Cell] = field(default_factory=frozenset)

    @property
    def hidden(self) -> frozenset[Cell]:
        """Every cell that is not shown."""
        return self.primary | self.complementary

    @property
    def safe(self) -> bool:
        """Whether the guarantee holds for every hidden cell."""
        return not (self.exposed or self.narrow or self.restated)


def with_totals(counts: Mapping[Cell, int]) -> dict[Cell, int]:
    """A two-way table, complete over its rows and columns (absent cells are 0), with all its totals.

    Raises ValueError for a negative count or a cell already named as a total.
    """
    if any(value < 0 for value in counts.values()) or any(TOTAL in cell for cell in counts):
        raise ValueError("counts are not negative, and totals are added here")
    rows, columns = dict.fromkeys(r for r, _ in counts), dict.fromkeys(c for _, c in counts)
    table = {(row, column): counts.get((row, column), 0) for row in rows for column in columns}
    full = dict(table)
    for (row, column), value in table.items():
        for cell in ((row, TOTAL), (TOTAL, column), (TOTAL, TOTAL)):
            full[cell] = full.get(cell, 0) + value
    return full


def suppress_one_way(
    counts: Mapping[str, int], threshold: int = 5, released: Mapping[str, int] | None = None
) -> Suppressed:
    """Suppression of a list of counts published with its total. `released` are cells published earlier, the
    total under `TOTAL`. Cells of the result are (name, TOTAL), and (TOTAL, TOTAL) for the total.
    """
    if TOTAL in counts or any(value < 0 for value in counts.values()):
        raise ValueError("counts are not negative, and the total is added here")
    table = {(name, TOTAL): value for name, value in counts.items()}
    table[TOTAL, TOTAL] = sum(counts.values())
    edges = {cell: _Edge(cell, "all", "free", cell[0] == TOTAL) for cell in table}
    earlier = {(name, TOTAL): value for name, value in (released or {}).items()}
    return _suppress(table, edges, threshold, earlier)


def suppress_two_way(
    counts: Mapping[Cell, int], threshold: int = 5, released: Mapping[Cell, int] | None = None
) -> Suppressed:
    """Suppression of a two-way table (for instance period x dimension) published with all its totals.

    `counts` are inner cells; absent combinations are 0. `released` are cells published earlier, with the
    values published then, totals included under `TOTAL`.
    """
    table = with_totals(counts)
    edges = {
        cell: _Edge(cell, f"r{cell[0]}", f"c{cell[1]}", (cell[0] == TOTAL) != (cell[1] == TOTAL)) for cell in table
    }
    return _suppress(table, edges, threshold, released or {})


@dataclass(frozen=True)
class _Edge:
    """A cell between two sums. A cell that is itself a sum enters it with the opposite sign: `reversed`."""

    cell: Cell
    row: str
    column: str
    reversed: bool

    def ends(self, rises: bool) -> tuple[str, str]:
        """From which sum to which a count moves when the cell rises (or falls)."""
        return (self.row, self.column) if rises != self.reversed else (self.column, self.row)


def _suppress(
    table: Mapping[Cell, int], edges: Mapping[Cell, _Edge], threshold: int, released: Mapping[Cell, int]
) -> Suppressed:
    if set(released) - set(table):
        raise ValueError("a released cell is not in the grid")
    fixed = set(released)
    primary = frozenset(cell for cell, value in table.items() if value < threshold and cell not in fixed)
    hidden = set(primary)
    _protect(primary, {cell: threshold - table[cell] for cell in primary}, table, edges, hidden, fixed)
    exposed, narrow = _check(table, edges, hidden, primary, threshold)
    return Suppressed(
        {cell: value for cell, value in table.items() if cell not in hidden},
        primary,
        frozenset(hidden - primary),
        exposed,
        narrow,
        frozenset(cell for cell, value in released.items() if table[cell] != value),
    )


def suppress_among(
    counts: Mapping[Cell, int], threshold: int = 5, hide: Collection[Cell] = (), keep: Collection[Cell] = ()
) -> Suppressed:
    """Suppression of a two-way table whose empty cells are known to be empty, so that every hidden cell holds one
    thing at least. `hide` are cells to hide whatever they hold, `keep` to show; totals under `TOTAL`. `exposed` are
    those that cannot be protected so; `narrow` is not looked for.
    """
    table, above = with_totals(counts), with_totals({cell: value - 1 for cell, value in counts.items() if value})
    edges = {
        c: _Edge(c, f"r{c[0]}", f"c{c[1]}", (c[0] == TOTAL) != (c[1] == TOTAL)) for c, value in table.items() if value
    }
    return _among(table, above, edges, threshold, hide, set(keep))


def suppress_list_among(counts: Mapping[str, int], threshold: int = 5, hide: Collection[Cell] = ()) -> Suppressed:
    """As `suppress_among` for a list with its total. Cells are (name, TOTAL), and (TOTAL, TOTAL) for the total."""
    table = {(name, TOTAL): value for name, value in counts.items() if value}
    above = {cell: value - 1 for cell, value in table.items()}
    for held in (table, above):
        held[TOTAL, TOTAL] = sum(held.values())
    edges = {cell: _Edge(cell, "all", "free", cell[0] == TOTAL) for cell in table if table[cell]}
    return _among(table, above, edges, threshold, hide, set())


def _among(
    table: Mapping[Cell, int],
    above: Mapping[Cell, int],
    edges: Mapping[Cell, _Edge],
    threshold: int,
    hide: Collection[Cell],
    keep: set[Cell],
) -> Suppressed:
    """`above` is what each cell holds more than the least that it can: by that much it may fall."""
    primary = frozenset(cell for cell in edges if (table[cell] < threshold or cell in hide) and cell not in keep)
    hidden = set(primary)
    _protect(primary, {cell: max(threshold - table[cell], 1) for cell in primary}, above, edges, hidden, keep)
    exposed = frozenset(cell for cell in hidden if len({*_interval(cell, above, edges, hidden, 1)}) == 1)
    shown = {cell: value for cell, value in table.items() if cell not in hidden}
    return Suppressed(shown, primary, frozenset(hidden - primary), exposed)


def _protect(
    primary: Collection[Cell],
    needs: Mapping[Cell, int],
    table: Mapping[Cell, int],
    edges: Mapping[Cell, _Edge],
    hidden: set[Cell],
    fixed: set[Cell],
) -> None:
    """Hides cells beside the primary ones until each can rise by what it needs, or failing that by 1."""
    for cell in sorted(primary, key=lambda c: (table[c], c)):
        # First that the cell may be large; failing that, that it may at least be something else.
        for need in (needs[cell], 1):
            if _rise(cell, table, edges, hidden, need) >= need:
                break
            path = _cheapest(cell, table, edges, hidden, fixed, need)
            if path is not None:
                hidden.update(path)
                break


def _check(
    table: Mapping[Cell, int],
    edges: Mapping[Cell, _Edge],
    hidden: set[Cell],
    primary: frozenset[Cell],
    limit: int,
) -> tuple[frozenset[Cell], frozenset[Cell]]:
    exposed, narrow = set(), set()
    for cell in hidden:
        low, high = _interval(cell, table, edges, hidden, max(limit, 1))
        if low == high:
            exposed.add(cell)
        if cell in primary and high < limit:
            narrow.add(cell)
    return frozenset(exposed), frozenset(narrow)


def possible_values(result: Suppressed, table: Mapping[Cell, int], cell: Cell, at_most: int = 1000) -> tuple[int, int]:
    """Lowest and highest value of a hidden `cell` of a two-way table that agree with what is shown.

    `table` is the full table with totals; the highest is cut off `at_most` above the true value.
    """
    edges = {c: _Edge(c, f"r{c[0]}", f"c{c[1]}", (c[0] == TOTAL) != (c[1] == TOTAL)) for c in table}
    return _interval(cell, table, edges, set(result.hidden), at_most)


def _interval(
    cell: Cell, table: Mapping[Cell, int], edges: Mapping[Cell, _Edge], hidden: set[Cell], most: int
) -> tuple[int, int]:
    up = _rise(cell, table, edges, hidden, most)
    down = _flow(cell, table, edges, hidden, False, table[cell])
    return table[cell] - down, table[cell] + up


def _rise(cell: Cell, table: Mapping[Cell, int], edges: Mapping[Cell, _Edge], hidden: set[Cell], most: int) -> int:
    return _flow(cell, table, edges, hidden, True, most)


def _flow(
    cell: Cell,
    table: Mapping[Cell, int],
    edges: Mapping[Cell, _Edge],
    hidden: set[Cell],
    rises: bool,
    most: int,
) -> int:
    """By how much `cell` can rise (or fall), up to `most`, while the other hidden cells make up for it."""
    sink, source = edges[cell].ends(rises)
    room: dict[str, dict[str, int]] = {}
    for other in hidden - {cell}:
        for up in (True, False):
            a, b = edges[other].ends(up)
            along = room.setdefault(a, {})
            along[b] = along.get(b, 0) + (_MANY if up else table[other])
    moved = 0
    while moved < most:
        path = _widest_first(room, source, sink)
        if path is None:
            break
        step = min(most - moved, *(room[a][b] for a, b in path))
        for a, b in path:
            room[a][b] -= step
            back = room.setdefault(b, {})
            back[a] = back.get(a, 0) + step
        moved += step
    return moved


def _widest_first(room: Mapping[str, Mapping[str, int]], source: str, sink: str) -> list[tuple[str, str]] | None:
    came: dict[str, str] = {source: source}
    queue = [source]
    for node in queue:
        for other, capacity in room.get(node, {}).items():
            if capacity > 0 and other not in came:
                came[other] = node
                queue.append(other)
    if sink not in came:
        return None
    path = []
    while sink != source:
        path.append((came[sink], sink))
        sink = came[sink]
    return path


def _cheapest(
    cell: Cell,
    table: Mapping[Cell, int],
    edges: Mapping[Cell, _Edge],
    hidden: set[Cell],
    fixed: set[Cell],
    need: int,
) -> set[Cell] | None:
    """The cheapest cells to hide so that `cell` can rise by `need`: inner before margins, small before
    large.
    """
    largest = max(table.values()) + 1
    sink, source = edges[cell].ends(True)
    arcs: dict[str, list[tuple[str, float, Cell]]] = {}
    for other, edge in edges.items():
        if other == cell or other in fixed:
            continue
        cost = 0.0 if other in hidden else _base_cost(other) + table[other] / largest
        for up in (True, False):
            if up or table[other] >= need:
                a, b = edge.ends(up)
                arcs.setdefault(a, []).append((b, cost, other))
    tie = count()
    best: dict[str, float] = {}
    queue: list[tuple[float, int, str, frozenset[Cell]]] = [(0.0, next(tie), source, frozenset())]
    while queue:
        cost, _, node, used = heappop(queue)
        if node == sink:
            return set(used)
        if cost >= best.get(node, float("inf")):
            continue
        best[node] = cost
        for other_node, extra, other in arcs.get(node, []):
            if other not in used:
                heappush(queue, (cost + extra, next(tie), other_node, used | {other}))
    return None


def _base_cost(cell: Cell) -> float:
    totals = sum(name == TOTAL for name in cell)
    return (_COST_INNER, _COST_MARGIN, _COST_GRAND)[totals]


def publishable_on(assessed_on: date, lag_days: int = 90) -> date:
    """D22: the first day on which a weakness at function level may be public."""
    return assessed_on + timedelta(days=lag_days)


@dataclass(frozen=True)
class Openness:
    """Whether an item may be public, and if not, why: shown in its place."""

    public: bool
    why: str = ""


def openness(
    label: str | None,
    *,
    withheld_for: str | None = None,
    weakness_assessed_on: date | None = None,
    on: date,
    lag_days: int = 90,
) -> Openness:
    """D22: CLEAR only, weaknesses after the lag, withheld by the partner only under a reason code.

    Raises ValueError for a reason that is no code.
    """
    if withheld_for is not None and withheld_for not in REASON_CODES:
        raise ValueError(f"withholding needs one of: {', '.join(REASON_CODES)}")
    if withheld_for is not None:
        return Openness(False, withheld_for)
    if label != "CLEAR":
        return Openness(False, "label")
    if weakness_assessed_on is not None and on < publishable_on(weakness_assessed_on, lag_days):
        return Openness(False, "lag")
    return Openness(True)
