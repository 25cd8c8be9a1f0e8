import time
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from trellis.calc.logrank import compare, log_rank
from trellis.calc.survival import Durations, by_stratum, from_table, kaplan_meier, merge, normal_quantile, risk_table

# Section 6: 2, 4, 6, 9, 12o, 20, 30o, 40o.
WORKED = Durations.of([2, 4, 6, 9, 12, 20, 30, 40], [1, 1, 1, 1, 0, 1, 0, 0])

cases = st.lists(st.tuples(st.integers(0, 15), st.booleans()), min_size=1, max_size=60)


def of(rows):
    return Durations.of([t for t, _ in rows], [e for _, e in rows])


def test_d9_worked_values():
    curve = kaplan_meier(WORKED)
    assert curve.median().value == 9
    assert curve.quantile(0.9).value is None
    assert curve.restricted_mean(24).value == pytest.approx(13.9583, abs=5e-5)
    assert (curve.n, curve.n_events, curve.open) == (8, 5, 3)


def test_d9_an_open_old_incident_cannot_improve_the_median():
    more = Durations.of([*WORKED.times, 60], [*WORKED.events, False])
    assert kaplan_meier(more).median().value == 20


@given(cases)
def test_d9_adding_an_open_case_never_improves_it(rows):
    before = kaplan_meier(of(rows)).median().value
    after = kaplan_meier(of([*rows, (99, False)])).median().value
    assert after is None or (before is not None and after >= before)


@given(cases, st.floats(0.5, 0.99))
@settings(deadline=None)
def test_d9_equals_scipy_with_ties_and_censoring(rows, confidence):
    held = of(rows)
    curve = kaplan_meier(held)
    sample = stats.CensoredData(uncensored=held.times[held.events], right=held.times[~held.events])
    theirs = stats.ecdf(sample).sf
    for moment in range(-1, 18):
        assert curve.at(moment) == pytest.approx(float(theirs.evaluate(moment)), abs=1e-12)
    if not held.events.any():
        return
    limits = _limits(theirs, confidence)
    at = np.searchsorted(theirs.quantiles, curve.times)
    for ours, scipys in zip(curve.band(confidence), limits, strict=True):
        there = scipys[at]
        both = np.isfinite(ours) & np.isfinite(there)
        np.testing.assert_allclose(ours[both], there[both], atol=1e-9)
        assert both.sum() == np.isfinite(ours).sum()


def _limits(function, confidence):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        interval = function.confidence_interval(confidence, method="log-log")
    return interval.low.probabilities, interval.high.probabilities


def test_d9_published_remission_data():
    # Freireich et al. 1963, 6-MP arm, in most textbooks: S(6) 0.857, S(10) 0.753, S(23) 0.448,
    # median 23; log-rank against placebo: chi-squared 16.79.
    times = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    seen = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    drug, none = Durations.of(times, seen), Durations.of(placebo, [1] * 21)
    curve = kaplan_meier(drug)
    assert [round(curve.at(t), 3) for t in (6, 10, 23)] == [0.857, 0.753, 0.448]
    assert curve.median().value == 23
    assert kaplan_meier(none).median().value == 8
    test = log_rank(drug, none)
    assert test.statistic is not None and test.statistic**2 == pytest.approx(16.79, abs=0.005)
    assert test.p_value is not None and test.p_value < 0.0001


def test_the_normal_quantile_is_that_of_scipy():
    for confidence in (0.5, 0.8, 0.9, 0.95, 0.99, 0.999):
        assert normal_quantile(confidence) == pytest.approx(stats.norm.ppf(0.5 + confidence / 2), rel=1e-12)


def test_events_before_censorings_at_ties():
    assert kaplan_meier(Durations.of([5, 5], [1, 0])).at(5) == 0.5


@pytest.mark.parametrize("n", [2, 10, 24, 46, 94, 1000])
def test_the_median_of_uncensored_data_is_exact(n):
    # Without censoring S is one half at the n/2-th time; for 24, 46, 94 a bare product of floats misses it.
    assert kaplan_meier(Durations.of(range(1, n + 1), [1] * n)).median().value == n / 2


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40))
def test_restricted_mean_without_censoring_is_the_plain_mean_cut_at_the_horizon(times):
    curve = kaplan_meier(Durations.of(times, [1] * len(times)))
    assert curve.restricted_mean(20).value == pytest.approx(np.minimum(times, 20).mean())
    assert curve.restricted_mean(60).value == pytest.approx(np.mean(times))


@given(st.lists(st.integers(0, 50), min_size=2, max_size=40))
def test_variance_of_the_restricted_mean_without_censoring_is_that_of_a_mean(times):
    # Greenwood's plug-in reduces to the population variance over n when nothing is censored.
    estimate = kaplan_meier(Durations.of(times, [1] * len(times))).restricted_mean(20)
    assert estimate.se**2 == pytest.approx(np.var(np.minimum(times, 20)) / len(times), abs=1e-9)


def test_a_mean_beyond_what_was_seen_is_refused():
    assert kaplan_meier(WORKED).restricted_mean(41).value is None
    assert kaplan_meier(Durations.of([], [])).restricted_mean(1).value is None
    assert kaplan_meier(Durations.of([], [])).median().value is None


@given(cases, st.integers(1, 5))
def test_risk_tables_of_several_owners_add_up(rows, owners):
    tables = [risk_table(of(rows[i::owners])) for i in range(owners)]
    ours, theirs = from_table(merge(tables)), kaplan_meier(of(rows))
    np.testing.assert_array_equal(ours.times, theirs.times)
    np.testing.assert_allclose(ours.survival, theirs.survival)
    assert (ours.n, ours.open, ours.last) == (theirs.n, theirs.open, theirs.last)


def test_comparison_shows_counts_and_the_direction():
    slow = Durations.of(WORKED.times * 2, WORKED.events)
    result = compare(slow, WORKED, 24)
    assert result.difference.value < 0
    assert (result.n, result.open) == ((8, 8), (3, 3))
    assert compare(Durations.of([1], [0]), Durations.of([2], [0])).p_value is None


def test_strata_are_the_same_as_apart():
    curves = by_stratum(WORKED, ["high"] * 4 + ["low"] * 4)
    assert (curves["high"].median().value, curves["low"].median().value) == (4, None)


@pytest.mark.parametrize(("times", "events"), [([-1], [1]), ([np.nan], [1]), ([1, 2], [1])])
def test_impossible_durations_are_refused(times, events):
    with pytest.raises(ValueError):
        Durations.of(times, events)


@pytest.mark.parametrize("ties", [True, False])
def test_d9_a_million_rows_at_most_twice_the_time_of_scipy(ties):
    rng = np.random.default_rng(9)
    times, events = rng.exponential(100, 1_000_000), rng.random(1_000_000) < 0.7
    times = np.round(times) if ties else times

    def ours():
        return kaplan_meier(Durations.of(times, events)).median()

    def scipys():
        return stats.ecdf(stats.CensoredData(uncensored=times[events], right=times[~events]))

    def best(run):
        spent = []
        for _ in range(3):
            start = time.perf_counter()
            run()
            spent.append(time.perf_counter() - start)
        return min(spent)

    assert best(ours) <= 2 * best(scipys)
