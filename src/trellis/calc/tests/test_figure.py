import json
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis.calc.figure import Basis, Figure, Method, caveat, ratio

AT = Basis(datetime(2026, 7, 1, tzinfo=UTC), (date(2026, 4, 1), date(2026, 6, 30)), ("indicator:1",))
METHOD = Method("measurement.share", "2")

numbers = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(),
    st.text(),
)


@given(numbers, st.dictionaries(st.text(), st.one_of(numbers, st.none())), st.integers(0, 10**6))
def test_x04_a_figure_survives_json_and_pickle_with_its_types(value, parts, n):
    figure = AT.figure(METHOD, value, "share", n, parts=parts, caveats=("old",), open=2, unknown=1)
    back = Figure.from_dict(json.loads(json.dumps(figure.to_dict())))
    assert back == figure
    assert type(back.value) is type(value)
    assert {k: type(v) for k, v in back.parts.items()} == {k: type(v) for k, v in parts.items()}
    assert pickle.loads(pickle.dumps(figure)) == figure


def test_a_value_or_a_reason_never_both_never_neither():
    with pytest.raises(ValueError, match="either"):
        AT.figure(METHOD, None, "share", 1)
    with pytest.raises(ValueError, match="either"):
        AT.figure(METHOD, 0, "share", 1, reason="no data")
    with pytest.raises(ValueError, match="unknown reason"):
        AT.figure(METHOD, None, "share", 1, reason="lost")


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": -1},
        {"n": None},
        {"unknown": -1},
        {"open": True},
        {"low": 2, "high": 1},
        {"parts": {"a": float("nan")}},
        {"as_of": datetime(2026, 7, 1)},  # noqa: DTZ001
        {"period": (date(2026, 2, 1), date(2026, 1, 1))},
        {"value": float("inf")},
        {"value": Decimal("NaN")},
    ],
)
def test_contradictions_are_refused(wrong):
    fields = {"value": 1, "unit": "x", "n": 1, "as_of": AT.as_of, "method": "m", "method_version": "1"}
    with pytest.raises(ValueError):
        Figure(**{**fields, **wrong})


def test_a_boolean_is_no_number():
    with pytest.raises(TypeError):
        AT.figure(METHOD, True, "x", 1)


def test_parts_cannot_be_changed_from_outside():
    parts = {"numerator": 1}
    figure = AT.figure(METHOD, 1, "x", 1, parts=parts)
    parts["numerator"] = 9
    assert figure.parts["numerator"] == 1
    with pytest.raises(TypeError):
        figure.parts["numerator"] = 9
    assert hash(figure) == hash(Figure.from_dict(figure.to_dict()))


def test_a_withheld_figure_gives_nothing_away():
    figure = AT.figure(METHOD, 3, "people", 3, low=1, high=4, parts={"left": 1}, unknown=2, open=1, caveats=("x",))
    hidden = figure.withheld("suppressed")
    assert (hidden.value, hidden.n, hidden.low, hidden.high, hidden.unknown, hidden.open) == (
        None,
        None,
        None,
        None,
        0,
        None,
    )
    assert not hidden.parts and not hidden.inputs and not hidden.caveats
    assert Figure.from_dict(hidden.to_dict()) == hidden


def test_ratio_keeps_missing_apart_from_zero():
    assert ratio(AT, METHOD, 1, 4, n=4).value == Decimal("0.25")
    assert ratio(AT, METHOD, 0, 4, n=4).value == 0
    assert ratio(AT, METHOD, None, 4, n=4).reason == "no data"
    assert ratio(AT, METHOD, 1, 0, n=0).reason == "undefined"
    assert ratio(AT, METHOD, 1, 3, n=3).text == "0.3333333333333333333333333333"


def test_a_caveat_with_facts_survives_keeping_and_can_be_said_in_another_language():
    said = caveat("%(n)s began at the maximum and are left out", n=3)
    made = AT.figure(METHOD, 1, "items", 1, caveats=(said, caveat("plain")))
    assert made.caveats == ("3 began at the maximum and are left out", "plain")
    again = Figure.from_dict(made.to_dict())
    assert again.caveats == made.caveats
    assert (again.caveats[0].template, again.caveats[0].facts) == (said.template, {"n": "3"})
    assert pickle.loads(pickle.dumps(made)).caveats[0].facts == {"n": "3"}


def test_a_figure_is_rounded_to_significant_digits_and_counts_stay():
    made = AT.figure(METHOD, Decimal("1234.5678"), "hours", 7, low=0.01234, parts={"p90": Decimal("99.96"), "n": 1234})
    short = made.rounded(2)
    assert (short.value, short.low, dict(short.parts)) == (
        Decimal("1.2e+3"),
        0.012,
        {"p90": Decimal("1.0e+2"), "n": 1234},
    )
    assert short.value == 1200 and short.n == 7
    with pytest.raises(ValueError, match="digit"):
        made.rounded(0)
