from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis.calc.assessment import (
    AlignedActivity,
    FunctionRating,
    agreement,
    alignment,
    gap,
    krippendorff,
    order_gaps,
    spread,
    stage_reached,
)
from trellis.calc.figure import Basis

AT = Basis(datetime(2026, 7, 1, tzinfo=UTC))

# Four observers, twelve units, 0 for no value. Krippendorff (2011), Computing Alpha-Reliability.
FOUR = [
    "1 2 3 3 2 1 4 1 2 0 0 0",
    "1 2 3 3 2 2 4 1 2 5 0 3",
    "0 3 3 3 2 3 4 2 2 5 1 0",
    "1 2 3 3 2 4 4 1 2 5 1 0",
]
# Three coders, fifteen units: the worked example of the encyclopaedia article on alpha.
THREE = ["0 0 0 0 0 3 4 1 2 1 1 3 3 0 3", "1 0 2 1 3 3 4 3 0 0 0 0 0 0 0", "0 0 2 1 3 4 4 0 2 1 1 3 3 0 4"]


def units(rows):
    columns = zip(*(map(int, row.split()) for row in rows), strict=True)
    return [[value for value in column if value] for column in columns]


@pytest.mark.parametrize(
    ("rows", "metric", "published"),
    [
        (FOUR, "nominal", 0.743),
        (FOUR, "ordinal", 0.815),
        (FOUR, "interval", 0.849),
        (THREE, "nominal", 0.691),
        (THREE, "interval", 0.811),
    ],
)
def test_alpha_of_published_data(rows, metric, published):
    assert krippendorff(units(rows), metric) == pytest.approx(published, abs=0.0005)


def direct_ordinal_alpha(rows):
    """Alpha by its definition over pairs of values, written apart from the coincidence matrix."""
    used = [unit for unit in rows if len(unit) > 1]
    values = [value for unit in used for value in unit]

    def squared(a, b):
        a, b = min(a, b), max(a, b)
        between = sum(values.count(v) for v in set(values) if a <= v <= b)
        return (between - (values.count(a) + values.count(b)) / 2) ** 2

    observed = sum(
        squared(a, b) / (len(unit) - 1)
        for unit in used
        for i, a in enumerate(unit)
        for j, b in enumerate(unit)
        if i != j
    ) / len(values)
    expected = sum(squared(a, b) for i, a in enumerate(values) for j, b in enumerate(values) if i != j)
    return 1 - observed / (expected / (len(values) * (len(values) - 1)))


@given(st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=5), min_size=1, max_size=8))
def test_ordinal_alpha_equals_its_definition(rows):
    if len({value for unit in rows if len(unit) > 1 for value in unit}) > 1:
        assert krippendorff(rows) == pytest.approx(direct_ordinal_alpha(rows))
    else:
        assert krippendorff(rows) is None


def test_na_04_alpha_never_comes_without_the_spread():
    # Nineteen units alike and one a stage apart: alpha is about 0, agreement 95 %.
    ratings = {str(i): {"a": 3, "b": 3} for i in range(19)} | {
        "odd": {"a": 3, "b": 4},
        "single": {"a": 1, "b": None},
    }
    result = agreement(AT, ratings)
    assert abs(result.alpha.value) < 0.05
    assert (result.exact, result.within_one, result.widest) == (Decimal("0.95"), 1, 1)
    assert result.alpha.parts["exact"] == result.exact
    assert (result.alpha.unknown, result.units, result.raters) == (1, 20, 2)


def test_alpha_without_variation_is_undefined_and_without_pairs_no_data():
    assert agreement(AT, {"u": {"a": 2, "b": 2}}).alpha.reason == "undefined"
    assert agreement(AT, {"u": {"a": 2, "b": None}}).alpha.reason == "no data"


def test_na_04_spread():
    seen = spread([1, 3, None, 2, 3])
    assert (seen.low, seen.high, seen.median, seen.n, seen.missing, seen.contested) == (
        1,
        3,
        Decimal("2.5"),
        4,
        1,
        True,
    )
    assert not spread([2, 3]).contested
    assert spread([None]).low is None


def test_a_stage_counts_only_when_all_below_it_are_met():
    stage = stage_reached({1: [True, True], 2: [True, False], 3: [True]})
    assert (stage.reached, stage.blocked_at, stage.possible) == (1, 2, 1)
    open_ = stage_reached({1: [True], 2: [None], 3: [True]})
    assert (open_.reached, open_.possible, open_.unanswered) == (1, 3, 1)
    assert stage_reached({1: [False], 2: [True]}).reached == 0
    assert stage_reached({1: [None], 2: [None]}).reached is None
    assert stage_reached({1: [True], 2: [], 3: [True]}).reached == 1
    assert stage_reached({2: [True]}, lowest=1).reached == 2


@given(st.dictionaries(st.integers(1, 5), st.lists(st.sampled_from([True, False, None]), max_size=4)))
def test_answering_can_only_stay_between_reached_and_possible(statements):
    stage = stage_reached(statements)
    if stage.reached is None:
        return
    for answer in (True, False):
        filled = {k: [answer if a is None else a for a in held] for k, held in statements.items()}
        assert stage.reached <= stage_reached(filled).reached <= stage.possible


def test_d17_order_worked_by_hand():
    ratings = [
        FunctionRating("ir-triage", 1, 4, priority=2, confidence=3),
        FunctionRating("police-forensics", 2, 4, priority=1, confidence=1),
        FunctionRating("cip-register", 1, 4, priority=1, confidence=2),
        FunctionRating("cip-audit", 1, 4, priority=1, confidence=3),
        FunctionRating("awareness", 1, 5, confidence=3),
        FunctionRating("b-law", 3, 4, priority=2, confidence=None),
        FunctionRating("a-law", 3, 4, priority=2, confidence=None),
        FunctionRating("hunting", 4, 3, priority=3, confidence=3),
        FunctionRating("cloud", None, 4, priority=1),
        FunctionRating("crypto", 2, None, priority=1),
        FunctionRating("comms", 2, 4, priority=1, confidence=3, group=(1, 3, 2)),
    ]
    order = order_gaps(ratings)
    assert [(g.id, g.size) for g in order.ranked] == [
        ("cip-audit", 3),
        ("cip-register", 3),
        ("police-forensics", 2),
        ("ir-triage", 3),
        ("a-law", 1),
        ("b-law", 1),
        ("hunting", 0),
        ("awareness", 4),
    ]
    assert [g.id for g in order.contested] == ["comms"]
    assert [(g.id, g.size) for g in order.not_assessed] == [("cloud", None)]
    assert [(g.id, g.size) for g in order.no_target] == [("crypto", None)]
    assert order_gaps(ratings[::-1]) == order


def test_na_05_not_assessed_is_never_zero_gap():
    assert (gap(FunctionRating("x", None, 0)).size, gap(FunctionRating("x", 0, 0)).size) == (None, 0)
    with pytest.raises(ValueError):
        order_gaps([FunctionRating("x", 1, 2), FunctionRating("x", 1, 2)])


def test_na_07_removing_one_field_drops_the_rate_by_one_nth_and_names_it():
    whole = [AlignedActivity(str(i), True, True, True) for i in range(4)]
    assert alignment(AT, whole).rate.value == 1
    less = alignment(AT, [AlignedActivity("0", True, False, True), *whole[1:]])
    assert less.rate.value == Decimal("0.75")
    assert less.lacking == {"0": ("legal basis",)}
    assert alignment(AT, []).rate.reason == "no data"
