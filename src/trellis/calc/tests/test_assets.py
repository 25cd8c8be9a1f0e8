"""AST-04: counts of findings and the share fixed in time, against figures worked by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from trellis.calc.assets import STATES, Finding, Runs, count, ended, in_time, tally
from trellis.calc.figure import Basis

DAY = date(2027, 3, 31)
AT = Basis(datetime(2027, 3, 31, 12, tzinfo=UTC))
DONE = Runs(2, 2)


def day(month: int, number: int) -> date:
    return date(2027, month, number)


# Worked by hand on 31 March: fixed in time; fixed late; overdue; not yet due; accepted in time; accepted late.
CRITICAL = [
    Finding("critical", day(1, 1), day(1, 16), fixed=day(1, 16)),
    Finding("critical", day(1, 1), day(1, 16), fixed=day(1, 17)),
    Finding("critical", day(3, 1), day(3, 16)),
    Finding("critical", day(3, 20), day(4, 4)),
    Finding("critical", day(2, 1), day(2, 16), accepted=day(2, 10)),
    Finding("critical", day(2, 1), day(2, 16), accepted=day(2, 20)),
]
OTHERS = [
    Finding("low", day(1, 5), day(7, 4)),
    Finding("high", day(4, 2), day(5, 2)),
]


def test_ast_04_findings_are_counted_by_state_as_worked_by_hand() -> None:
    assert tally(CRITICAL, DAY) == {"found": 6, "open": 2, "overdue": 1, "fixed": 2, "accepted": 2}
    for state, expected in zip(STATES, (6, 2, 1, 2, 2), strict=True):
        made = count(AT, [*CRITICAL, *OTHERS], DONE, DAY, state, "critical")
        assert (made.value, made.n) == (expected, 6)
    assert count(AT, [*CRITICAL, *OTHERS], DONE, DAY, "found").value == 7, "what is found later is not found yet"


@pytest.mark.parametrize(
    ("at", "state"),
    [(day(2, 28), ""), (day(3, 1), "open"), (day(3, 16), "open"), (day(3, 17), "overdue")],
)
def test_ast_04_a_finding_is_overdue_on_the_day_after_its_due_date(at: date, state: str) -> None:
    assert CRITICAL[2].state(at) == state


def test_ast_04_fixed_and_accepted_count_from_their_day_on() -> None:
    both = Finding("high", day(1, 1), day(1, 31), fixed=day(3, 1), accepted=day(1, 20))
    assert [both.state(d) for d in (day(1, 19), day(1, 20), day(2, 28), day(3, 1))] == [
        "open",
        "accepted",
        "accepted",
        "fixed",
    ]


def test_ast_04_nothing_recorded_is_never_zero() -> None:
    assert count(AT, [], Runs(0, 0), DAY).reason == "no data"
    assert count(AT, [], Runs(1, 0), DAY).reason == "insufficient data", "it ended, and nobody said what was found"
    assert count(AT, [], Runs(1, 1), DAY).value == 0
    assert count(AT, OTHERS[:1], Runs(1, 0), DAY, "open", "critical").value == 0
    assert count(AT, OTHERS[1:], Runs(0, 0), DAY).reason == "no data", "its only finding was found later"


def test_ast_04_the_share_fixed_in_time_is_worked_by_hand() -> None:
    made = in_time(AT, [*CRITICAL, *OTHERS], DONE, DAY)
    assert made.value == Decimal(1) / Decimal(4)
    assert (made.n, made.open) == (4, 2)
    assert dict(made.parts) == {
        "numerator": 1,
        "denominator": 4,
        "fixed_late": 1,
        "overdue": 1,
        "accepted_late": 1,
        "accepted_in_time": 1,
        "not_yet_due": 1,
    }


def test_ast_04_open_and_not_yet_due_is_neither_for_nor_against() -> None:
    made = in_time(AT, CRITICAL[3:4], DONE, DAY)
    assert (made.value, made.reason, made.n, made.open) == (None, "insufficient data", 0, 1)
    assert in_time(AT, [], Runs(0, 0), DAY).reason == "no data"
    assert in_time(AT, [CRITICAL[0], CRITICAL[3]], DONE, DAY).value == 1


def test_ast_04_what_makes_a_share_look_good_stands_beside_it() -> None:
    moved = Finding("critical", day(1, 1), day(3, 1), fixed=day(2, 1), moved=True)
    made = in_time(AT, [moved], Runs(3, 1), DAY)
    assert made.value == 1
    assert "findings whose fix date was moved later: 1" in made.caveats
    assert "tests that ended and whose findings are not all recorded: 2" in made.caveats


def test_ast_04_tests_are_counted_once_they_ended_in_the_period() -> None:
    quarter = Basis(AT.as_of, (day(1, 1), DAY))
    made = ended(quarter, [date(2026, 12, 31), day(1, 1), DAY, day(4, 1)], "red-team")
    assert (made.value, made.n) == (2, 2)
    assert ended(quarter, [day(4, 1)]).reason == "no data"
    assert ended(AT, [day(4, 1)]).value == 1
