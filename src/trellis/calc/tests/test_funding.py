from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trellis.calc import funding, release
from trellis.calc.figure import Basis

D = Decimal
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
AT = Basis(datetime(2027, 3, 1, tzinfo=UTC))

MILESTONE = release.MilestoneState(
    "m1", True, True, True, "evaluator", "cert", "donor", True, True, {release.DONOR: "programme officer"}
)
TRANCHE = release.TrancheState("t1", (MILESTONE,), True, True, 0, date(2026, 1, 1), date(2026, 12, 31))
DAY = date(2026, 6, 1)

# Each way to break the rule, with the test that must then be named.
BREAKS = {
    release.AGREEMENT: {"agreement_in_force": False},
    release.CONSENT: {"consent_when_earned": None},
    release.RIGHTS: {"open_rights_blocks": 2},
    release.EARLIEST: {"earliest": date(2026, 6, 2)},
    release.LONG_STOP: {"long_stop": date(2026, 5, 31)},
}
MILESTONE_BREAKS = {
    release.PROTOCOL: {"protocol_locked": None},
    release.EVIDENCE: {"evidence_submitted": False},
    release.VERIFIED: {"verified": None},
    release.INDEPENDENT: {"verifier": "donor"},
    release.DONOR: {"donor_accepted": None},
    release.PARTNER: {"partner_accepted": False},
}


def broken(names):
    changes = {k: v for name in names for k, v in BREAKS.get(name, {}).items()}
    inner = {k: v for name in names for k, v in MILESTONE_BREAKS.get(name, {}).items()}
    return replace(TRANCHE, milestones=(replace(MILESTONE, **inner),), **changes)


def test_d1_all_met_releases():
    assert release.release(TRANCHE, DAY).releasable


@pytest.mark.parametrize("size", [1, 2, 3])
def test_d1_every_unmet_test_is_named_and_no_other(size):
    for names in combinations([*BREAKS, *MILESTONE_BREAKS], size):
        outcome = release.release(broken(names), DAY)
        assert not outcome.releasable
        assert {condition.name for condition in outcome.unmet} == set(names)


def test_d1_nothing_recorded_means_nothing_met():
    empty = release.TrancheState("t", (release.MilestoneState("m"),))
    outcome = release.release(empty, DAY)
    assert all(c.met is None for c in outcome.unmet)
    assert len(outcome.unmet) == len(outcome.conditions) - 1  # it has a milestone; nothing else holds
    assert release.HAS_MILESTONE in {c.name for c in release.release(replace(TRANCHE, milestones=()), DAY).unmet}


def test_fin_03_the_missing_key_and_its_holder_are_said():
    (only,) = release.release(broken([release.DONOR]), DAY).unmet
    assert (only.name, only.holder, only.subject) == (release.DONOR, "programme officer", "m1")


def test_d1_silence_goes_to_the_committee_after_thirty_days():
    assert not release.committee_due(date(2026, 1, 1), date(2026, 1, 31))
    assert release.committee_due(date(2026, 1, 1), date(2026, 2, 1))
    assert not release.committee_due(None, date(2030, 1, 1))


TRANCHES = [
    funding.ScheduledTranche("a", D(100), date(2026, 3, 1), date(2026, 2, 1), ((date(2026, 3, 1), D(100)),)),
    funding.ScheduledTranche("b", D(100), date(2026, 6, 1), date(2026, 5, 1), ((date(2027, 2, 1), D(100)),)),
    funding.ScheduledTranche("c", D(100), date(2026, 9, 1), None),
]


def test_d2_worked_values():
    p1, p2 = funding.on_schedule(AT, TRANCHES, YEAR), funding.donor_reliability(AT, TRANCHES, YEAR)
    assert round(p1.value, 4) == D("0.3333")
    assert p2.value == D("0.5")
    assert (p1.parts["held_for_milestones"], p1.n, p2.n) == (100, 3, 2)


def test_d2_overpayment_of_one_does_not_hide_another():
    more = [replace(TRANCHES[0], payments=((date(2026, 3, 1), D(900)),)), *TRANCHES[1:]]
    assert funding.on_schedule(AT, more, YEAR).value == funding.on_schedule(AT, TRANCHES, YEAR).value


def test_d2_nothing_due_yet_is_no_data():
    early = Basis(datetime(2026, 2, 1, tzinfo=UTC))
    assert funding.on_schedule(early, TRANCHES, YEAR).reason == "no data"
    running = funding.on_schedule(Basis(datetime(2026, 7, 1, tzinfo=UTC)), TRANCHES, YEAR)
    assert (running.value, running.caveats) == (D("0.5"), ("the year is not over",))


def test_d2_forward_cover():
    years = {2027: (D(80), D(100)), 2028: (D(150), D(100)), 2029: (D(0), D(100))}
    assert funding.forward_cover(AT, years).value == D("0.6")
    assert funding.forward_cover(AT, {**years, 2029: (None, D(100))}).reason == "insufficient data"
    assert funding.forward_cover(AT, {2027: (D(1), D(0))}).reason == "undefined"
    assert funding.forward_cover(AT, {}).reason == "no data"


def test_d2_lateness_censors_what_is_unpaid_and_leaves_out_what_is_not_releasable():
    figure = funding.days_to_pay(AT, TRANCHES)
    assert (figure.value, figure.n, figure.open) == (28, 2, 0)
    before = funding.days_to_pay(Basis(datetime(2026, 12, 31, tzinfo=UTC)), TRANCHES)
    assert (before.value, before.n, before.open) == (28, 2, 1)
    unpaid = [replace(TRANCHES[1], payments=())]
    assert funding.days_to_pay(AT, unpaid).reason == "not reached"
    assert funding.days_to_pay(AT, TRANCHES[2:]).reason == "no data"


def test_d3_worked_path():
    path = [funding.glide_path(D("0.10"), 2026, 2032, year) for year in range(2026, 2033)]
    assert path == [D(s) for s in ("0.10", "0.25", "0.40", "0.55", "0.70", "0.85", "1.00")]
    assert funding.glide_path(D("0.10"), 2026, 2032, 2040) == 1
    assert funding.glide_path(D("0.10"), 2026, 2032, 2028, growth=D("0.5")) == D("0.225")
    assert funding.glide_path(D("0.10"), 2026, 2032, 2036, growth=D("0.5")) == 1
    with pytest.raises(ValueError):
        funding.glide_path(D("0.10"), 2026, 2026, 2026)


def test_d3_alert_only_beyond_the_tolerance():
    assert funding.below_path(D("0.35"), D("0.40")) is False
    assert funding.below_path(D("0.3499"), D("0.40")) is True
    assert funding.below_path(None, D("0.40")) is None


def test_d3_dependency_and_reciprocity_by_hand():
    cost = funding.RunningCost(D(50), D(20), D(10), D(60), D(40), D(20))
    figure = funding.dependency(AT, cost)
    assert (figure.value, figure.parts["self_reliance"]) == (D("0.4"), D("0.6"))
    missing = funding.dependency(AT, replace(cost, own_in_kind=None))
    assert (missing.reason, missing.unknown) == ("insufficient data", 1)
    assert funding.dependency(AT, funding.RunningCost(*[D(0)] * 6)).reason == "undefined"
    money = {"partner_cash": D(20), "partner_in_kind": D(10), "donor_cash": D(100), "donor_in_kind": D(20)}
    assert funding.reciprocity(AT, **money).value == D("0.25")
    assert funding.reciprocity(AT, **{**money, "donor_cash": None}).reason == "no data"


WORK = funding.InKind("work", D(40), D("25.50"), D(40), None, True, True, False, False, True)


def test_d4_work_counts_at_the_local_rate_with_its_hours():
    value = funding.in_kind_value(WORK)
    assert (value.counted, value.worth, value.hours) == (D("1020.00"), D("1020.00"), D(40))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"evidenced": False}, "evidenced"),
        ({"necessary": None}, "necessary"),
        ({"paid_by_another_donor": True}, "not paid by another donor"),
        ({"claimed_elsewhere": None}, "counted once"),
        ({"counter_accepted": None}, "counter-accepted"),
    ],
)
def test_fin_09_what_is_not_shown_counts_zero_and_says_why(change, name):
    value = funding.in_kind_value(replace(WORK, **change))
    assert (value.counted, value.worth, [c.name for c in value.unmet]) == (0, D("1020.00"), [name])


def test_d4_goods_stay_under_their_fair_value():
    goods = replace(WORK, kind="goods", quantity=D(1), rate=D(900), ceiling=D(650))
    assert funding.in_kind_value(goods).counted == 650
    assert funding.in_kind_value(replace(goods, ceiling=None)).counted is None
    assert funding.in_kind_value(replace(WORK, rate=None)).counted is None


def test_d6_by_hand():
    figure = funding.leverage(AT, D(300), D(200), D(999), "causal")
    assert (figure.value, figure.parts["co_located"]) == (D("1.5"), 999)
    costs = {"direct": D(60), "overhead": D(30), "depreciation": D(10)}
    figure = funding.cost_recovery(AT, D(45), **costs, fees_waived=D(5))
    assert (figure.value, figure.parts["fees_waived"]) == (D("0.45"), 5)
    assert funding.cost_recovery(AT, D(45), **{**costs, "depreciation": None}).reason == "no data"


def test_x01_worked_values():
    first = funding.partial_pay(D(1_000_000), D(60), D(0), D(100), D(0))
    assert (first.payable, first.remaining) == (600_000, 400_000)
    again = funding.partial_pay(D(1_000_000), D(60), D(0), D(100), D(600_000))
    assert again.payable == 0
    last = funding.partial_pay(D(1_000_000), D(100), D(0), D(100), D(600_000))
    assert (last.payable, last.remaining) == (400_000, 0)


def test_x01_missing_is_not_zero():
    assert funding.partial_pay(D(10), None, D(0), D(1), D(0)).reason == "no data"
    assert funding.partial_pay(D(10), D(1), D(1), D(1), D(0)).reason == "undefined"
    assert funding.partial_pay(D(10), D(0), D(0), D(1), D(4)).overpaid == 4


amounts = st.decimals(-1000, 1000, places=2)


@given(st.decimals(0, 10**9, places=2), st.lists(amounts, min_size=1, max_size=8), amounts, amounts)
def test_x01_payments_never_exceed_the_allocation(allocation, values, baseline, target):
    paid = D(0)
    for value in values:
        pay = funding.partial_pay(allocation, value, baseline, target, paid)
        if target == baseline:
            assert pay.payable is None
            continue
        assert pay.payable >= 0
        assert pay.earned + pay.remaining == allocation
        paid += pay.payable
    assert paid <= allocation
