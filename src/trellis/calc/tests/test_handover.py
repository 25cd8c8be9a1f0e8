from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from trellis.calc import handover as ho
from trellis.calc.figure import Basis

D = Decimal
AT = Basis(datetime(2026, 7, 1, tzinfo=UTC))
READY = ho.ExitEvidence(True, True, {"analyst": 2, "lead": 3}, True, True, 6)


def test_d18_ready_only_when_all_six_are_met():
    assert ho.exit_readiness(READY).ready
    assert ho.exit_readiness(READY).weakest is None


@pytest.mark.parametrize("name", [f.name for f in fields(ho.ExitEvidence)])
def test_d18_what_is_not_known_is_not_met_and_is_named(name):
    readiness = ho.exit_readiness(replace(READY, **{name: None}))
    assert not readiness.ready
    assert [item.met for item in readiness.unmet] == [None]


@pytest.mark.parametrize(
    ("change", "name", "degree"),
    [
        ({"mandate_in_law": False}, "mandate in law", 0),
        ({"unaided_months": 5}, "run unaided", D(5) / 6),
        ({"holders": {"analyst": 1, "lead": 3}}, "trained holders per critical post", D("0.5")),
        ({"own_procedures": False}, "own procedures", 0),
    ],
)
def test_exi_05_one_unmet_criterion_keeps_it_not_ready_and_is_named(change, name, degree):
    readiness = ho.exit_readiness(replace(READY, **change))
    assert (readiness.ready, readiness.weakest.name) == (False, name)
    assert readiness.weakest.degree == pytest.approx(degree)


def test_d18_the_weakest_known_is_named_before_what_is_unknown():
    readiness = ho.exit_readiness(replace(READY, own_procedures=None, unaided_months=3, mandate_in_law=False))
    assert [item.name for item in readiness.unmet] == ["mandate in law", "run unaided", "own procedures"]
    assert not ho.Readiness(()).ready
    assert ho.exit_readiness(replace(READY, holders={})).unmet


def test_exi_07_one_donor_run_day_resets_the_count():
    since, today = date(2026, 1, 1), date(2026, 7, 1)
    assert ho.unaided_months(since, [], today) == 6
    assert ho.unaided_months(since, [date(2026, 3, 31)], today) == 3
    assert ho.unaided_months(since, [date(2026, 8, 1)], today) == 6
    assert ho.unaided_months(None, [], today) is None


def test_d18_not_ready_at_the_notice_point_forces_a_joint_choice():
    short = ho.exit_readiness(replace(READY, own_procedures=False))
    planned = date(2026, 12, 31)
    assert ho.exit_choices(short, planned, date(2026, 6, 1), 180, False) == ()
    assert ho.exit_choices(short, planned, date(2026, 7, 4), 180, False) == ho.CHOICES
    assert ho.CHOICES[0] not in ho.exit_choices(short, planned, date(2026, 7, 4), 180, True)
    assert ho.exit_choices(ho.exit_readiness(READY), planned, date(2026, 7, 4), 180, False) == ()


MET, NOT = ho.Criterion("a", True), ho.Criterion("b", None)


def test_exi_06_no_skipping_one_back_and_forward_on_criteria():
    assert ho.ladder_step("joint", "partner-led with mentor", [MET]).allowed
    assert ho.ladder_step("joint", "partner-led with mentor", [MET, NOT]).against == ("b",)
    assert not ho.ladder_step("joint", "partner-led with mentor").allowed
    assert ho.ladder_step("donor-led", "partner-only", [MET, NOT]).against == (
        "a step may not be skipped",
        "b",
    )
    assert ho.ladder_step("partner-only", "partner-led with mentor", [NOT]).allowed
    assert not ho.ladder_step("partner-only", "joint").allowed
    assert not ho.ladder_step("joint", "joint", [MET]).allowed


def test_exi_06_donor_days_fall_with_each_step_or_an_alert_shows():
    assert ho.person_days_alerts([("donor-led", D(90)), ("joint", D(40))]) == ()
    assert ho.person_days_alerts([("donor-led", D(90)), ("joint", D(90))]) == ("joint: donor person-days did not fall",)
    assert ho.person_days_alerts([("donor-led", D(90)), ("joint", None)])
    assert ho.person_days_alerts([("joint", D(40)), ("donor-led", D(90))]) == ()


def test_exi_02_drift():
    figure = ho.drift(AT, [(D(70), True), (D(20), False), (D(10), None)])
    assert (figure.value, figure.low, figure.high, figure.unknown) == (D("0.2"), D("0.2"), D("0.3"), 1)
    assert ho.drift(AT, []).reason == "no data"
    assert ho.drift(AT, [(D(1), None)]).reason == "insufficient data"
    assert ho.drift(AT, [(D(70), False), (D(-20), None)]).low == D("1")


def test_exi_09_what_lasts():
    assert ho.gain_retained(AT, D(20), D(70), D(60)).value == D("0.8")
    assert ho.gain_retained(AT, D(48), D(24), D(30)).value == D("0.75")
    none = ho.gain_retained(AT, D(20), D(70), None)
    assert (none.value, none.reason) == (None, "no data")
    assert ho.gain_retained(AT, D(20), D(20), D(30)).reason == "undefined"
    assert ho.check_dates(date(2026, 8, 31)) == (date(2027, 2, 28), date(2027, 8, 31), date(2028, 8, 31))
