"""MEA-04, MEA-06, MEA-07 and known exploited vulnerabilities, by hand-worked values."""

import inspect
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis.calc import detection, hygiene, patching
from trellis.calc.figure import Basis
from trellis.calc.hygiene import Count

AT = Basis(datetime(2026, 7, 1, tzinfo=UTC))
TODAY = date(2026, 7, 1)


def test_mea_04_a_regional_rate_is_the_sum_of_numerators_over_the_sum_of_denominators():
    # 9 of 10 and 100 of 1,000: the mean of rates says 0.5, the people say 109 of 1,010.
    made = hygiene.coverage(AT, [Count("a", 9, 10, TODAY), Count("b", 100, 1000, TODAY)])
    assert made.value == Decimal(109) / Decimal(1010)
    assert (made.n, made.parts["numerator"], made.parts["owners"]) == (1010, 109, 2)
    assert abs(made.value - Decimal("0.5")) > Decimal("0.3")


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=8))
def test_mea_04_the_order_of_owners_and_their_grouping_change_nothing(rows):
    counts = [Count(str(n), a, a + b, TODAY) for n, (a, b) in enumerate(rows)]
    merged = [Count("all", sum(a for a, _ in rows), sum(a + b for a, b in rows), TODAY)]
    assert hygiene.coverage(AT, counts[::-1]).value == hygiene.coverage(AT, merged).value


def test_mea_04_a_count_with_a_number_missing_is_unknown_and_never_zero():
    made = hygiene.coverage(AT, [Count("a", 9, 10, TODAY), Count("b", None, 1000, TODAY)])
    assert (made.value, made.n, made.unknown) == (Decimal("0.9"), 10, 1)
    none = hygiene.coverage(AT, [Count("b", None, 1000)])
    assert (none.value, none.reason, none.unknown) == (None, "insufficient data", 1)
    assert hygiene.coverage(AT, []).reason == "no data"
    assert hygiene.coverage(AT, [Count("a", 0, 0)]).reason == "undefined"


def test_mea_06_growing_the_inventory_alone_does_not_raise_the_rate():
    small = hygiene.exposure(AT, [Count("a", 12, 4000, TODAY, within=False)])
    grown = hygiene.exposure(AT, [Count("a", 12, 8000, TODAY, within=False)])
    assert (small.value, grown.value) == (Decimal(3), Decimal("1.5"))
    assert (small.unit, small.parts["numerator"], small.parts["newest_source"]) == ("per 1,000", 12, "2026-07-01")


def test_mea_06_sources_older_than_the_limit_are_marked():
    made = hygiene.exposure(AT, [Count("a", 1, 100, date(2025, 12, 1)), Count("b", 1, 100, TODAY), Count("c", 1, 100)])
    assert (made.parts["stale"], made.parts["undated"]) == (1, 1)
    assert "1 of 3 sources are more than 180 days old" in made.caveats
    assert "1 of 3 sources have no date" in made.caveats
    fresh = hygiene.exposure(AT, [Count("b", 1, 100, TODAY)])
    assert not any("days old" in text for text in fresh.caveats)


def test_mea_07_precision_is_of_triaged_alerts_and_untriaged_ones_are_shown():
    made = detection.precision(AT, [detection.Batch(100, 30, 10), detection.Batch(60, 10, 10)])
    assert made.value == Decimal(40) / Decimal(60)
    assert (made.n, made.unknown) == (60, 100)
    assert (made.parts["raised"], made.parts["untriaged"]) == (160, 100)
    assert (made.low, made.high) == (Decimal("0.25"), Decimal("0.875"))
    assert detection.NO_RECALL in made.caveats
    none = detection.precision(AT, [detection.Batch(5, 0, 0)])
    assert (none.value, none.reason, none.unknown) == (None, "insufficient data", 5)


def test_mea_07_recall_is_never_computed_from_live_alerts():
    takers = {
        name
        for name, found in inspect.getmembers(detection, inspect.isfunction)
        if "Batch" in str(inspect.signature(found))
    }
    assert takers == {"precision"}
    with pytest.raises(TypeError):
        detection.detection_rate(AT, [detection.Batch(10, 5, 5)])


def test_mea_07_the_detection_rate_is_of_planted_events_with_a_known_result():
    made = detection.detection_rate(AT, [True, True, False, None])
    assert made.value == Decimal(2) / Decimal(3)
    assert (made.n, made.unknown, made.low, made.high) == (3, 1, Decimal("0.5"), Decimal("0.75"))
    assert detection.detection_rate(AT, [None]).reason == "insufficient data"
    assert detection.detection_rate(AT, []).reason == "no data"


@pytest.mark.parametrize("numbers", [(10, 6, 5), (-1, 0, 0), (10, -1, 2)])
def test_impossible_alert_counts_are_refused(numbers):
    with pytest.raises(ValueError):
        detection.Batch(*numbers)


@pytest.mark.parametrize("numbers", [(11, 10), (-1, 10)])
def test_impossible_counts_are_refused(numbers):
    with pytest.raises(ValueError):
        Count("a", *numbers)


FIXES = [
    patching.Fix(date(2026, 6, 1), due=date(2026, 6, 22), available=date(2026, 5, 20), fixed=date(2026, 6, 5)),
    patching.Fix(date(2026, 6, 1), due=date(2026, 6, 22), fixed=date(2026, 6, 29)),
    patching.Fix(date(2026, 6, 1), due=date(2026, 6, 22)),
    patching.Fix(date(2026, 6, 20), due=date(2026, 7, 11), available=date(2026, 6, 20)),
    patching.Fix(date(2026, 6, 1), fixed=date(2026, 5, 30)),
]


def test_kev_latency_censors_what_is_open():
    held = patching.durations(FIXES, "added", TODAY)
    # 4, 28, 30o, 11o, 0 (fixed before it was listed): S falls to 4/5 at 0, 3/5 at 4, 3/10 at 28.
    assert list(held.times) == [4, 28, 30, 11, 0]
    made = patching.latency(AT, held)
    assert (made.value, made.n, made.open, made.parts["p90"]) == (28, 5, 2, "not reached")
    closed = sorted([4, 28, 0])[1]
    assert made.value > closed  # the median of closed ones alone, 4 days, is too good


def test_kev_latency_from_availability_counts_the_unknown():
    held = patching.durations(FIXES, "available", TODAY)
    assert (list(held.times), held.unknown) == ([16, 11], 3)


def test_kev_overdue_counts_against_and_not_yet_due_does_not():
    made = patching.in_time(AT, FIXES, TODAY)
    # In time 1, late 1, overdue 1; one not yet due, one without a due date.
    assert made.value == Decimal(1) / Decimal(3)
    assert (made.parts["overdue"], made.parts["fixed_late"], made.parts["not_yet_due"]) == (1, 1, 1)
    assert (made.open, made.unknown) == (2, 1)
    assert [fix.state(TODAY) for fix in FIXES] == ["fixed in time", "fixed late", "overdue", "open", "fixed"]


def test_kev_what_is_fixed_or_listed_later_is_not_known_yet():
    earlier = date(2026, 6, 10)
    assert [fix.state(earlier) for fix in FIXES[:3]] == ["fixed in time", "open", "open"]
    assert patching.durations(FIXES, "added", earlier).times.size == 4
