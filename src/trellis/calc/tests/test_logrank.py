import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from trellis.calc.logrank import compare, log_rank, stratified
from trellis.calc.survival import Durations, kaplan_meier

cases = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40)

# Freireich et al. 1963 with log white blood counts, as printed in Kleinbaum and Klein, Survival Analysis:
# weeks in remission, whether it ended, log WBC. (o = still in remission)
DRUG = """6 2.31, 6 4.06, 6 3.28, 7 4.43, 10 2.96, 13 2.88, 16 3.60, 22 2.32, 23 2.57, 6o 3.20, 9o 2.80, 10o 2.70,
11o 2.60, 17o 2.16, 19o 2.05, 20o 2.01, 25o 1.78, 32o 2.20, 32o 2.53, 34o 1.47, 35o 1.45"""
PLACEBO = """1 2.80, 1 5.00, 2 4.91, 2 4.48, 3 4.01, 4 4.36, 4 2.42, 5 3.49, 5 3.97, 8 3.52, 8 3.05, 8 2.32, 8 3.26,
11 3.49, 11 2.12, 12 1.50, 12 3.06, 15 2.30, 17 2.95, 22 2.73, 23 1.97"""


def of(rows):
    return Durations.of([t for t, _ in rows], [e for _, e in rows])


def remission(text):
    pairs = [item.split() for item in text.split(",")]
    return [(int(t.rstrip("o")), not t.endswith("o"), float(wbc)) for t, wbc in pairs]


def level(wbc):
    return "low" if wbc <= 2.30 else "medium" if wbc <= 3.00 else "high"


@given(cases, cases)
@settings(deadline=None)
def test_d9_log_rank_equals_scipy_with_ties_and_censoring(one, two):
    first, second = of(one), of(two)
    ours = log_rank(first, second)
    theirs = _scipy(first, second)
    if theirs is None:
        assert ours.statistic is None or ours.variance < 1e-9
        return
    assert ours.statistic == pytest.approx(theirs.statistic, abs=1e-9)
    assert ours.p_value == pytest.approx(theirs.pvalue, abs=1e-9)


def _scipy(first, second):
    if not (first.events.any() or second.events.any()):
        return None
    samples = [stats.CensoredData(uncensored=p.times[p.events], right=p.times[~p.events]) for p in (first, second)]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = stats.logrank(*samples)
    return found if np.isfinite(found.statistic) else None


def test_d9_log_rank_of_published_remission_data():
    drug, none = remission(DRUG), remission(PLACEBO)
    found = log_rank(of([r[:2] for r in drug]), of([r[:2] for r in none]))
    assert found.statistic**2 == pytest.approx(16.79, abs=0.005)
    assert (found.observed, round(found.expected, 2)) == (9, 19.25)


def test_d9_stratified_log_rank_of_published_remission_data():
    # Kleinbaum and Klein: stratified by three levels of log WBC, chi-squared 10.14, p 0.0014.
    groups = {"low": ([], []), "medium": ([], []), "high": ([], [])}
    for place, text in enumerate((DRUG, PLACEBO)):
        for t, e, wbc in remission(text):
            groups[level(wbc)][place].append((t, e))
    found = stratified({name: (of(a), of(b)) for name, (a, b) in groups.items()})
    assert found.statistic**2 == pytest.approx(10.14, abs=0.005)
    assert found.p_value == pytest.approx(0.0014, abs=5e-5)
    assert found.strata == ("high", "low", "medium")


@given(cases, cases)
@settings(deadline=None)
def test_d9_one_stratum_is_the_plain_test_and_an_empty_one_changes_nothing(one, two):
    first, second = of(one), of(two)
    plain = log_rank(first, second)
    more = stratified({"a": (first, second), "b": (first, Durations.of([], []))})
    assert (more.statistic, more.p_value) == (plain.statistic, plain.p_value)
    assert "b" in more.left_out


def test_d9_a_change_in_the_mix_is_no_change_in_speed():
    # High takes 40 hours and low takes 4, before and after; only the share of low ones has grown.
    high, low = [(t, True) for t in (38, 39, 40, 41, 42)], [(t, True) for t in (2, 3, 4, 5, 6)]
    before, after = of(high * 4 + low), of(high + low * 4)
    assert log_rank(before, after).p_value < 0.01
    apart = stratified({"high": (of(high * 4), of(high)), "low": (of(low), of(low * 4))})
    assert apart.p_value > 0.9


def test_d9_interval_of_the_median_of_published_remission_data():
    # As textbooks print it with the log-log transformation: placebo 8 (4 to 11), 6-MP 23 (13 to not reached).
    found = [kaplan_meier(of([r[:2] for r in remission(text)])).median() for text in (PLACEBO, DRUG)]
    assert [(e.value, e.low, e.high) for e in found] == [(8, 4, 11), (23, 13, None)]


@given(cases, st.sampled_from([0.25, 0.5, 0.75, 0.9]))
@settings(deadline=None)
def test_d9_intervals_of_quantiles_are_where_the_band_of_scipy_crosses(rows, share):
    held = of(rows)
    if not held.events.any():
        return
    sample = stats.CensoredData(uncensored=held.times[held.events], right=held.times[~held.events])
    curve = stats.ecdf(sample).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        limits = curve.confidence_interval(0.95, method="log-log")
    ends = []
    for band in (limits.low.probabilities, limits.high.probabilities):
        there = np.where(np.isfinite(band), band, np.where(curve.probabilities <= 0, -1, 2))
        low = curve.quantiles[there <= 1 - share + 1e-9]
        ends.append(float(low[0]) if low.size else None)
    found = kaplan_meier(held).quantile(share)
    assert found.low == ends[0]
    assert found.high == ends[1] or curve.probabilities[-1] <= 0  # at S = 0 the upper limit has no value


def test_d9_restricted_mean_and_its_standard_error_by_hand():
    # 1, 2o, 3, 4 to horizon 4: S = 3/4 from 1, 3/8 from 3. Areas 1 + 1.5 + 0.375; after 1 and 3: 1.875, 0.375.
    # Variance 1.875² / (4 × 3) + 0.375² / (2 × 1) = 0.36328125.
    held = of([(1, True), (2, False), (3, True), (4, True)])
    mean = kaplan_meier(held).restricted_mean(4)
    assert (mean.value, mean.se**2) == (pytest.approx(2.875), pytest.approx(0.36328125))
    change = compare(of([(4, True)] * 3), held, 4).difference
    assert change.value == pytest.approx(-1.125)
    assert change.low == pytest.approx(-1.125 - 1.959964 * 0.36328125**0.5, abs=1e-6)
    assert change.high == pytest.approx(-1.125 + 1.959964 * 0.36328125**0.5, abs=1e-6)
