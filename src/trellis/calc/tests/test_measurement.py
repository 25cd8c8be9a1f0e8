from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis.calc.figure import Basis
from trellis.calc.measurement import Indicator, progress, scorecard, sum_ratio, underweight

D = Decimal
AT = Basis(datetime(2026, 7, 1, tzinfo=UTC))


def test_d12_worked_values():
    better = progress(AT, baseline=D(48), target=D(24), actual=D(30))
    worse = progress(AT, baseline=D(48), target=D(24), actual=D(60))
    assert (better.figure.value, better.score) == (D("0.75"), D("0.75"))
    assert (worse.figure.value, worse.score) == (D("-0.5"), 0)
    assert round(sum_ratio(AT, [(45, 50), (10, 100)]).value, 4) == D("0.3667")


numbers = st.decimals(-(10**6), 10**6, places=3)


@given(numbers, numbers, numbers)
def test_d12_turning_the_scale_round_changes_nothing(baseline, target, actual):
    up = progress(AT, baseline=baseline, target=target, actual=actual)
    down = progress(AT, baseline=-baseline, target=-target, actual=-actual)
    assert (up.figure.value, up.score) == (down.figure.value, down.score)


def test_mea_01_undefined_and_missing():
    flat = progress(AT, baseline=D(5), target=D(5), actual=D(4), threshold=D(5), rising=False)
    assert (flat.figure.reason, flat.score, flat.passed) == ("undefined", None, True)
    missing = progress(AT, baseline=D(5), target=D(9), actual=None, threshold=D(5))
    assert (missing.figure.reason, missing.score, missing.passed) == ("no data", None, None)
    figure = sum_ratio(AT, [(45, 50), (None, 100)])
    assert (figure.value, figure.unknown) == (D("0.9"), 1)
    assert sum_ratio(AT, [(None, 1)]).reason == "no data"
    assert sum_ratio(AT, [(0, 0)]).reason == "undefined"


CARD = [
    Indicator("contain", "technical", D(3), D("0.8")),
    Indicator("hygiene", "technical", D(1), D("1.4")),
    Indicator("exposure", "technical", D(1), None),
    Indicator("law", "governance", D(2), D("-0.5")),
    Indicator("reviews", "governance", D(2), D("0.5"), protected=True),
]


def test_d13_by_hand():
    # Technical: (3 x 0.8 + 1 x 1)/4 = 0.85, completeness 4/5. Governance: (2 x 0 + 2 x 0.5)/4. Total 0.55.
    card = scorecard(AT, CARD)
    technical, governance = card.perspectives
    assert (technical.score.value, technical.completeness, technical.missing) == (
        D("0.85"),
        D("0.8"),
        ("exposure",),
    )
    assert governance.score.value == D("0.25")
    assert (card.total.value, card.weakest, card.reds) == (D("0.55"), "governance", ("law",))
    weighted = scorecard(AT, CARD, {"technical": D(3), "governance": D(1)})
    assert weighted.total.value == D("0.70")


def test_mea_05_below_the_floor_there_is_no_score_and_it_is_said():
    thin = [*CARD, Indicator("more", "technical", D(3), None)]
    card = scorecard(AT, thin)
    assert card.perspectives[0].score.reason == "insufficient data"
    assert (card.unscored, card.total.reason) == (("technical",), "insufficient data")
    exactly = [Indicator("a", "p", D(6), D(1)), Indicator("b", "p", D(4), None)]
    assert scorecard(AT, exactly).perspectives[0].score.value == 1
    assert scorecard(AT, [Indicator("a", "p", D(1), None)]).total.reason == "no data"
    heavy = scorecard(AT, thin, {"technical": D(1), "governance": D(3)})
    assert (heavy.total.value, heavy.total.unknown) == (D("0.25"), 1)
    assert "technical" in heavy.total.caveats[0]


def test_mea_11_a_protected_indicator_keeps_its_weight():
    held = [Indicator("long", "p", D("0.04"), None, True), Indicator("rest", "p", D("0.96"), None)]
    assert underweight(held) == ("long",)
    assert underweight([Indicator("long", "p", D("0.05"), None, True), Indicator("r", "p", D("0.95"), None)]) == ()
    assert underweight([Indicator("long", "p", D(0), None, True)]) == ("long",)


def test_a_scorecard_that_cannot_be_is_refused():
    with pytest.raises(ValueError):
        scorecard(AT, [Indicator("a", "p", D(-1), None)])
    with pytest.raises(ValueError):
        scorecard(AT, CARD, {"technical": D(1)})
