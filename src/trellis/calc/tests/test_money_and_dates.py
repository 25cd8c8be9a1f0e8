from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis.calc.dates import (
    Quarter,
    add_months,
    fiscal_year,
    local_date,
    quarter_at,
    quarter_of,
    quarters,
    whole_months,
)
from trellis.calc.money import round_money, split


@pytest.mark.parametrize(
    ("amount", "units", "expected"),
    [
        ("0.125", 2, "0.12"),
        ("0.135", 2, "0.14"),
        ("2.5", 0, "2"),
        ("-0.125", 2, "-0.12"),
        ("1.0005", 3, "1.000"),
    ],
)
def test_x06_money_rounds_half_to_even(amount, units, expected):
    assert str(round_money(Decimal(amount), units)) == expected


def test_largest_remainder_by_hand():
    # 100 in three equal parts: 33.333 each, one cent is left and goes to the first.
    assert split(Decimal(100), [Decimal(1)] * 3) == (Decimal("33.34"), Decimal("33.33"), Decimal("33.33"))
    # 10 seats by 47, 16, 15.9, 12, 6, 3.1 (textbook): whole quotas 4, 1, 1, 1, 0, 0, then remainders.
    weights = [Decimal(w) for w in ("47000", "16000", "15900", "12000", "6000", "3100")]
    assert [int(s) for s in split(Decimal(10), weights, 0)] == [5, 2, 1, 1, 1, 0]


@given(
    st.integers(-(10**9), 10**9),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any),
    st.sampled_from([0, 2, 3]),
)
def test_shares_sum_to_the_invoice_and_none_is_off_by_a_unit(total, weights, units):
    unit = Decimal(1).scaleb(-units)
    shares = split(total * unit, [Decimal(w) for w in weights], units)
    assert sum(shares) == total * unit
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - total * unit * weight / sum(weights)) < unit + Decimal("1e-12")


@pytest.mark.parametrize("weights", [[], [Decimal(0)], [Decimal(1), Decimal(-1)]])
def test_weights_that_share_nothing_are_refused(weights):
    with pytest.raises(ValueError):
        split(Decimal(1), weights)


def test_a_moment_belongs_to_the_quarter_of_its_own_zone():
    moment = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    assert quarter_at(moment, ZoneInfo("UTC")) == Quarter(2026, 1)
    assert quarter_at(moment, ZoneInfo("Europe/Kyiv")) == Quarter(2026, 2)
    assert quarter_at(moment, ZoneInfo("Europe/Kyiv"), 4) == Quarter(2026, 1, 4)
    with pytest.raises(ValueError):
        local_date(datetime(2026, 3, 31), ZoneInfo("UTC"))  # noqa: DTZ001
    with pytest.raises(TypeError):
        quarter_of(moment)


def test_fiscal_quarters_by_hand():
    quarter = quarter_of(date(2027, 2, 1), 7)
    assert (quarter.label, quarter.period) == ("2026/27 Q3", (date(2027, 1, 1), date(2027, 3, 31)))
    assert fiscal_year(date(2027, 6, 30), 7) == (date(2026, 7, 1), date(2027, 6, 30))
    assert [q.label for q in quarters(date(2025, 11, 5), date(2026, 4, 1))] == [
        "2025 Q4",
        "2026 Q1",
        "2026 Q2",
    ]
    assert Quarter(2026, 1).bounds(ZoneInfo("Europe/Kyiv"))[0] == datetime(2025, 12, 31, 22, tzinfo=UTC)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 12), st.integers(-40, 40))
def test_quarters_hold_their_days_and_do_not_overlap(day, start, by):
    quarter = quarter_of(day, start)
    assert quarter.first <= day <= quarter.last
    assert quarter.shift(1).first == quarter.last + timedelta(days=1)
    assert quarter.shift(by).shift(-by) == quarter


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 11, 15), 3, date(2027, 2, 15)),
    ],
)
def test_months_end_where_the_month_ends(day, months, expected):
    assert add_months(day, months) == expected


def test_whole_months():
    assert whole_months(date(2026, 1, 31), date(2026, 2, 27)) == 0
    assert whole_months(date(2026, 1, 31), date(2026, 2, 28)) == 1
    assert whole_months(date(2026, 1, 15), date(2026, 7, 14)) == 5
    assert whole_months(date(2026, 7, 1), date(2026, 1, 1)) == 0
