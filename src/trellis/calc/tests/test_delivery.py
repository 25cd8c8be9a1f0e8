from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from trellis.calc.delivery import Graduate, Scores, band, learning, retention
from trellis.calc.figure import Basis

D = Decimal
AT = Basis(datetime(2026, 7, 1, tzinfo=UTC))
WORKED = [Scores(str(i), D(a), D(b)) for i, (a, b) in enumerate([(20, 70), (60, 70), (80, 90), (100, 100)])]


def test_d14_worked_values():
    result = learning(AT, WORKED)
    assert result.course_gain.value == D("0.5")
    assert round(result.individual_gain.value, 4) == D("0.4583")
    assert (result.individual_gain.n, result.at_maximum, result.matched) == (3, 1, 4)
    assert result.band == "medium"


def test_cap_06_unmatched_scores_are_out_and_counted():
    more = [*WORKED, Scores("x", D(10), None), Scores("y", None, D(90)), Scores("z", None, None)]
    result = learning(AT, more)
    assert (result.course_gain.value, result.dropped_out, result.post_only) == (D("0.5"), 1, 1)
    assert result.course_gain.unknown == 3


def test_d14_a_fall_uses_what_could_be_lost():
    # By hand: 80 to 60 is -20/80 = -0.25; 50 to 75 is 25/50 = 0.5; the mean is 0.125. Plain: (-1 + 0.5)/2.
    result = learning(AT, [Scores("a", D(80), D(60)), Scores("b", D(50), D(75))])
    assert result.normalised_change.value == D("0.125")
    assert result.individual_gain.value == D("-0.25")
    assert result.fell == 1


def test_d14_undefined_and_missing():
    assert learning(AT, [Scores("a", D(100), D(100))]).course_gain.reason == "undefined"
    none = learning(AT, [Scores("a", D(50), None)])
    assert (none.course_gain.reason, none.individual_gain.reason, none.band) == ("no data", "no data", None)
    with pytest.raises(ValueError):
        learning(AT, [Scores("a", D(50), D(101))])


def test_d14_bands():
    assert [band(D(s)) for s in ("-1", "0.2999", "0.3", "0.6999", "0.7")] == [
        "low",
        "low",
        "medium",
        "medium",
        "high",
    ]


def people(in_post, left, untraced, on=date(2024, 7, 1)):
    states = [True] * in_post + [False] * left + [None] * untraced
    return [Graduate(str(i), on, state) for i, state in enumerate(states)]


def test_d26_worked_values():
    figure = retention(AT, people(24, 10, 6), 24)
    assert (figure.value, figure.low, round(figure.high, 3)) == (D("0.6"), D("0.6"), D("0.706"))
    assert (figure.n, figure.unknown) == (40, 6)


def test_cap_09_only_those_due_count_and_the_untraced_are_never_retained():
    recent = people(5, 0, 0, on=date(2024, 7, 2))
    figure = retention(AT, people(24, 10, 6) + recent, 24)
    assert (figure.value, figure.parts["not_due"]) == (D("0.6"), 5)
    assert retention(AT, recent, 24).reason == "no data"
    assert retention(AT, people(0, 0, 4), 24).reason == "insufficient data"
