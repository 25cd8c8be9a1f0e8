"""Small groups: from what a reader of figures is shown, no count that is hidden can be worked out."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from trellis.calc.small import SMALL, TOTAL, Cell, Open, opened

SEVERITIES, CLASSES = ("low", "high", "critical", ""), ("fraud", "availability", "intrusions", "other", "")
Counts = dict[Cell, int]
INCIDENTS = st.lists(
    st.tuples(
        st.sampled_from(["Q1", "Q2", "Q3", "Q4"]),
        st.sampled_from(SEVERITIES),
        st.sampled_from(CLASSES),
        st.sampled_from([1, 1, 2, 3, 4, 5, 6, 9, 30]),
    ),
    max_size=14,
)


def tables(incidents: list[Any]) -> tuple[Counts, Counts]:
    """Both tables of the same incidents, and every group of each in every quarter."""
    quarters = {quarter for quarter, *_rest in incidents}
    made: tuple[Counts, Counts] = (
        {(q, s): 0 for q in quarters for s in SEVERITIES},
        {(q, c): 0 for q in quarters for c in CLASSES},
    )
    for quarter, severity, kind, count in incidents:
        made[0][quarter, severity] += count
        made[1][quarter, kind] += count
    return made


class Reader:
    """Knows what is shown, that a group not shown as empty holds something, and that sums hold. Written apart."""

    def __init__(self, severities: Counts, classes: Counts, shown: Open) -> None:
        self.inner = [("s", *cell) for cell, n in severities.items() if n]
        self.inner += [("c", *cell) for cell, n in classes.items() if n]
        rows, values = [], []
        for name, table, cells in (("s", severities, shown.severities), ("c", classes, shown.classes)):
            for cell in cells:
                rows.append(self.row(name, *cell))
                values.append(self.true(table, *cell))
        for quarter in {q for q, _group in severities}:
            rows.append(self.row("s", quarter, TOTAL) - self.row("c", quarter, TOTAL))
            values.append(0)
        self.matrix, self.values = np.array(rows).reshape(len(rows), len(self.inner)), np.array(values)

    def row(self, name: str, quarter: str, group: str) -> Any:
        return np.array([float(n == name and quarter in (q, TOTAL) and group in (g, TOTAL)) for n, q, g in self.inner])

    @staticmethod
    def true(table: Mapping[Cell, int], quarter: str, group: str) -> int:
        return sum(n for (q, g), n in table.items() if quarter in (q, TOTAL) and group in (g, TOTAL))

    def subtracts(self, row: Any) -> bool:
        """Whether sums and differences of what is shown give this sum."""
        rank = np.linalg.matrix_rank
        return bool(rank(np.vstack([self.matrix, row])) == rank(self.matrix))

    def values_of(self, row: Any) -> tuple[int, int]:
        """The least and the most that this sum can be, all groups holding whole numbers of at least one."""
        held = LinearConstraint(self.matrix, self.values, self.values)
        ends = []
        for sign in (1, -1):
            found = milp(sign * row, constraints=held, integrality=np.ones(len(row)), bounds=_least_one(len(row)))
            assert found.success or found.status == 3, found.message  # 3: as much as one likes
            ends.append(sign * found.fun if found.success else np.inf)
        return ends[0], ends[1]


def _least_one(size: int) -> Any:
    from scipy.optimize import Bounds

    return Bounds(np.ones(size), np.full(size, 1000.0))


def hidden(table: Counts, cells: frozenset[Cell]) -> list[Cell]:
    quarters, groups = {q for q, _g in table}, {g for _q, g in table}
    every = [(q, g) for q in (*quarters, TOTAL) for g in (*groups, TOTAL)]
    return [cell for cell in every if cell not in cells and Reader.true(table, *cell)]


@settings(max_examples=250, deadline=None)
@given(INCIDENTS)
def test_mea_02_no_hidden_count_can_be_worked_out_from_what_readers_of_figures_are_shown(incidents: list[Any]) -> None:
    severities, classes = tables(incidents)
    shown = opened(severities, classes)
    reader = Reader(severities, classes, shown)
    for name, table, cells in (("s", severities, shown.severities), ("c", classes, shown.classes)):
        for cell in cells:
            assert not 0 < Reader.true(table, *cell) < SMALL, (cell, "is small and shown")
        for cell in hidden(table, cells):
            row = reader.row(name, *cell)
            assert not reader.subtracts(row), (cell, "is a sum of what is shown")
            low, high = reader.values_of(row)
            assert low < high, (cell, low, "is all that it can be")


def test_mea_02_a_single_small_group_takes_another_with_it() -> None:
    table = {("Q1", "low"): 40, ("Q1", "high"): 9, ("Q1", "critical"): 3}
    shown = opened(table, {("Q1", "fraud"): 52})
    assert not shown.shows("severity", "Q1", "critical") and not shown.shows("severity", "Q1", "high")
    assert shown.shows("severity", "Q1", "low") and shown.shows("severity", "Q1")
    assert shown.shows("class", "Q1", "fraud") and shown.shows("severity", TOTAL)


def test_mea_02_large_groups_and_empty_ones_are_shown() -> None:
    table = {("Q1", "low"): 5, ("Q1", "high"): 0, ("Q2", "low"): 0, ("Q2", "high"): 80}
    shown = opened(table, {("Q1", "fraud"): 5, ("Q2", "fraud"): 80})
    assert all(shown.shows("severity", q, s) for q in ("Q1", "Q2", TOTAL) for s in ("low", "high", TOTAL))


def test_mea_02_a_small_quarter_is_not_given_away_by_the_total_of_all() -> None:
    shown = opened({("Q1", "low"): 30, ("Q2", "low"): 2}, {("Q1", "fraud"): 30, ("Q2", "fraud"): 2})
    told = [shown.shows("severity", q) for q in ("Q1", TOTAL)]
    assert not shown.shows("severity", "Q2") and not all(told)


def test_tables_of_different_incidents_are_refused() -> None:
    with pytest.raises(ValueError, match="same incidents"):
        opened({("Q1", "low"): 3}, {("Q1", "fraud"): 4})
