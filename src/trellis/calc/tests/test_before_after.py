from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trellis.calc.before_after import CROSSING, Sides, before_after
from trellis.calc.figure import Basis
from trellis.calc.logrank import compare
from trellis.calc.operations import DETECT_BIAS, NO_CAUSE
from trellis.calc.survival import Durations

AT = Basis(datetime(2026, 7, 1, tzinfo=UTC))
WORKED = Durations.of([2, 4, 6, 9, 12, 20, 30, 40], [1, 1, 1, 1, 0, 1, 0, 0])
SLOW = Durations.of(WORKED.times * 2, WORKED.events)
cases = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=20)


def test_mea_02_before_and_after_show_counts_medians_and_means_of_both_sides():
    made = before_after(AT, "contain", Sides({"high": SLOW}, {"high": WORKED}), 24)
    assert (made.parts["before_n"], made.parts["before_open"], made.parts["before_events"]) == (8, 3, 5)
    assert (made.parts["before_median"], made.parts["after_median"]) == (18, 9)
    # The example of docs/methods/before-after.md.
    assert made.parts["before_mean"] == pytest.approx(17.25)
    assert made.parts["after_mean"] == pytest.approx(13.9583, abs=5e-5)
    assert made.value == pytest.approx(-3.2917, abs=5e-5)
    assert made.value == pytest.approx(made.parts["after_mean"] - made.parts["before_mean"])
    assert made.low < made.value < 0 and made.low < made.high
    assert (made.n, made.open, made.unknown) == (16, 6, 0)


@given(cases, cases)
@settings(deadline=None)
def test_d9_before_and_after_of_one_severity_is_the_plain_comparison(one, two):
    first, second = (Durations.of([t for t, _ in c], [e for _, e in c]) for c in (one, two))
    made, plain = before_after(AT, "contain", Sides({"": first}, {"": second}), 10), compare(first, second, 10)
    assert made.value == plain.difference.value
    if plain.p_value is not None:
        assert made.parts["log_rank_p"] == pytest.approx(plain.p_value, abs=1e-9)
    assert made.parts["within_severity_p"] == made.parts["log_rank_p"]


def test_d9_the_severity_mix_is_shown_and_a_changed_mix_is_no_changed_speed():
    high, low = Durations.of([38, 39, 40, 41, 42] * 4, [1] * 20), Durations.of([2, 3, 4, 5, 6], [1] * 5)
    few, many = Durations.of([38, 39, 40, 41, 42], [1] * 5), Durations.of([2, 3, 4, 5, 6] * 4, [1] * 20)
    made = before_after(AT, "contain", Sides({"high": high, "low": low}, {"high": few, "low": many}), 48)
    mix = [made.parts[f"{side}_n_{name}"] for side in ("before", "after") for name in ("high", "low")]
    assert mix == [20, 5, 5, 20]
    assert made.value < -15 and made.parts["log_rank_p"] < 0.01
    assert made.parts["within_severity_p"] > 0.9


def test_d9_a_comparison_claims_no_cause_and_says_its_bias():
    made = before_after(AT, "detect", Sides({"": SLOW}, {"": WORKED}), 24)
    assert {NO_CAUSE, CROSSING, DETECT_BIAS} <= set(made.caveats)


def test_d9_an_empty_side_gives_no_difference():
    empty = before_after(AT, "contain", Sides({}, {"": WORKED}), 24)
    assert (empty.value, empty.reason, empty.parts["before_n"]) == (None, "no data", 0)
    assert before_after(AT, "contain", Sides({}, {})).reason == "no data"
    beyond = before_after(AT, "contain", Sides({"": WORKED}, {"": WORKED}), 500)
    assert (beyond.value, beyond.reason) == (None, "insufficient data")
