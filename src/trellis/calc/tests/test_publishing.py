from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from trellis.calc.publishing import (
    TOTAL,
    openness,
    possible_values,
    suppress_one_way,
    suppress_two_way,
    with_totals,
)


def oracle(table, hidden):
    """Interval of each hidden cell by linear programming over the sums, and whether algebra alone gives it.

    Written from the definition of a table with totals; knows nothing of graphs.
    """
    cells = sorted(hidden)
    place = {cell: i for i, cell in enumerate(cells)}
    rows = {r for r, _ in table} - {TOTAL}
    columns = {c for _, c in table} - {TOTAL}
    sums = [([(r, c) for c in columns], (r, TOTAL)) for r in rows | {TOTAL}] if columns else []
    sums += [([(r, c) for r in rows], (TOTAL, c)) for c in columns | {TOTAL}]
    matrix, known = [], []
    for parts, total in sums:
        line, right = np.zeros(len(cells)), 0
        for cell, sign in [*((part, 1) for part in parts), (total, -1)]:
            if cell in place:
                line[place[cell]] += sign
            else:
                right -= sign * table[cell]
        matrix.append(line)
        known.append(right)
    matrix = np.array(matrix)
    rank = np.linalg.matrix_rank(matrix)
    for cell, i in place.items():
        unit = np.eye(len(cells))[i]
        fixed = np.linalg.matrix_rank(np.vstack([matrix, unit])) == rank
        low = linprog(unit, A_eq=matrix, b_eq=known, bounds=(0, None))
        high = linprog(-unit, A_eq=matrix, b_eq=known, bounds=(0, None))
        assert low.status == 0 and high.status in (0, 3)
        yield cell, round(low.fun, 6), float("inf") if high.status == 3 else round(-high.fun, 6), fixed


def two_way(values):
    return {(f"r{i}", f"c{j}"): value for i, row in enumerate(values) for j, value in enumerate(row)}


counts = st.one_of(st.integers(0, 6), st.integers(0, 60))
tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(counts, min_size=width, max_size=width), min_size=1, max_size=4)
)


@given(tables)
@settings(deadline=None, max_examples=60)
def test_d22_no_hidden_cell_of_a_two_way_table_can_be_derived(values):
    table = with_totals(two_way(values))
    result = suppress_two_way(two_way(values))
    assert result.safe
    assert result.primary == {cell for cell, value in table.items() if value < 5}
    for cell, low, high, fixed in oracle(table, result.hidden):
        assert not fixed
        assert high - low >= 1
        if cell in result.primary:
            assert high >= 5


@given(st.lists(counts, min_size=1, max_size=8))
@settings(deadline=None, max_examples=60)
def test_d22_no_hidden_cell_of_a_list_can_be_derived(values):
    named = {str(i): value for i, value in enumerate(values)}
    result = suppress_one_way(named)
    assert result.safe
    table = {**{(name, TOTAL): value for name, value in named.items()}, (TOTAL, TOTAL): sum(values)}
    for cell, low, high, fixed in oracle(table, result.hidden):
        assert not fixed
        assert high - low >= 1
        assert cell not in result.primary or high >= 5


@given(tables, st.data())
@settings(deadline=None, max_examples=60)
def test_d22_earlier_releases_are_known_and_what_they_expose_is_named(values, data):
    table = with_totals(two_way(values))
    earlier = data.draw(st.sets(st.sampled_from(sorted(table)), max_size=len(table)))
    result = suppress_two_way(two_way(values), released={cell: table[cell] for cell in earlier})
    assert not result.hidden & earlier
    for cell, low, high, _ in oracle(table, result.hidden):
        assert (cell in result.exposed) == (high - low < 1)
        if cell in result.primary:
            assert (cell in result.narrow) == (high < 5)


@given(tables)
@settings(deadline=None, max_examples=30)
def test_the_flow_gives_the_same_interval_as_the_linear_programme(values):
    table = with_totals(two_way(values))
    result = suppress_two_way(two_way(values))
    for cell, low, high, _ in oracle(table, result.hidden):
        ours = possible_values(result, table, cell, at_most=500)
        assert ours == (low, min(high, table[cell] + 500))


def test_d22_by_hand():
    # One small cell in a list: a second must go with it, and the smaller one does.
    one = suppress_one_way({"a": 2, "b": 30, "c": 9})
    assert (one.primary, one.complementary) == ({("a", TOTAL)}, {("c", TOTAL)})
    # One small cell in a table: a rectangle of four, the totals stay.
    two = suppress_two_way(two_way([[2, 20, 30], [9, 8, 40], [50, 60, 70]]))
    assert two.primary == {("r0", "c0")}
    assert two.complementary == {("r0", "c1"), ("r1", "c0"), ("r1", "c1")}
    assert two.shown[TOTAL, TOTAL] == 289
    assert not suppress_two_way(two_way([[5, 6], [7, 8]])).hidden


def test_d22_zeros_that_add_to_zero_are_not_given_away():
    result = suppress_two_way(two_way([[0, 0, 9], [10, 11, 12]]))
    assert result.safe and ("r0", "c2") in result.hidden


def test_d22_a_restated_cell_is_named():
    result = suppress_two_way(two_way([[10, 20], [30, 40]]), released={("r0", "c0"): 9})
    assert (result.restated, result.safe) == ({("r0", "c0")}, False)


def test_d22_an_exposed_cell_makes_the_release_unsafe():
    values = two_way([[2, 20], [30, 40]])
    known = {cell: value for cell, value in with_totals(values).items() if cell != ("r0", "c0")}
    result = suppress_two_way(values, released=known)
    assert (result.exposed, result.safe) == ({("r0", "c0")}, False)
    with pytest.raises(ValueError):
        suppress_two_way(values, released={("elsewhere", "c0"): 1})


def test_d22_only_clear_after_the_lag_and_withheld_only_under_a_code():
    on = date(2026, 7, 1)
    assert openness("CLEAR", on=on).public
    assert openness("GREEN", on=on).why == "label"
    assert openness(None, on=on).why == "label"
    assert openness("CLEAR", on=on, weakness_assessed_on=date(2026, 4, 3)).why == "lag"
    assert openness("CLEAR", on=on, weakness_assessed_on=date(2026, 4, 2)).public
    assert openness("CLEAR", on=on, withheld_for="legal").why == "legal"
    with pytest.raises(ValueError):
        openness("CLEAR", on=on, withheld_for="embarrassing")
