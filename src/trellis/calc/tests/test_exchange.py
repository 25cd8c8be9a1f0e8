"""REG-04: times of sharing with censoring, balance, usefulness; values worked by hand in docs/methods/exchange.md."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from trellis.calc import exchange as calc
from trellis.calc.figure import Basis

NOW = datetime(2026, 3, 1, tzinfo=UTC)
AT = Basis(NOW)


def pairs(*hours: float, open_: tuple[float, ...] = ()) -> list[calc.Pair]:
    done = [(NOW - timedelta(hours=50), NOW - timedelta(hours=50 - h)) for h in hours]
    return [*done, *((NOW - timedelta(hours=h), None) for h in open_)]  # type: ignore[list-item]


def test_reg_04_d9_the_documented_example() -> None:
    found = calc.time_figure(AT, "share", calc.durations(pairs(2, 4, 6, open_=(10,)), NOW), (calc.UNSEEN,))
    assert found.value == pytest.approx(4) and found.n == 4 and found.open == 1 and found.parts["events"] == 3


def test_reg_04_an_old_open_case_cannot_improve_the_median() -> None:
    before = calc.time_figure(AT, "share", calc.durations(pairs(2, 4, 6), NOW), ())
    after = calc.time_figure(AT, "share", calc.durations(pairs(2, 4, 6, open_=(48,)), NOW), ())
    assert before.value == pytest.approx(4) and float(after.value or 0) >= float(before.value or 0)


def test_what_lies_after_the_as_of_is_not_known_yet() -> None:
    later = [(NOW - timedelta(hours=3), NOW + timedelta(hours=1)), (NOW + timedelta(hours=1), None), (None, NOW)]
    held = calc.durations(later, NOW)
    assert list(held.times) == [3.0] and not held.events.any() and held.unknown == 1
    assert calc.time_figure(AT, "share", held, ()).reason == "not reached"
    assert calc.time_figure(AT, "share", calc.durations([], NOW), ()).reason == "no data"


def test_reg_04_balance_shows_both_counts_and_has_no_value_without_anything_received() -> None:
    assert calc.balance(AT, 30, 20).value == Decimal("1.5")
    alone = calc.balance(AT, 3, 0)
    assert alone.value is None and alone.reason == "undefined" and alone.parts == {"given": 3, "received": 0}
    assert calc.balance(AT, 0, 4).value == 0 and calc.balance(AT, 0, 0).reason == "no data"


def test_reg_04_usefulness_leaves_out_what_is_not_known_and_counts_it() -> None:
    found = calc.usefulness(AT, {"yes": 3, "partly": 2, "no": 1, "unknown": 4})
    assert round(Decimal(str(found.value)), 2) == Decimal("0.67") and found.n == 6 and found.unknown == 4
    assert calc.usefulness(AT, {"unknown": 2}).reason == "insufficient data"
    assert calc.usefulness(AT, {}).reason == "no data"
