"""Intervals are those of statsmodels and scipy, and hold the truth about 95 times in 100."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.reading import read_mean
from analytics.statistics.curve import curve_of, steps_of
from analytics.statistics.intervals import (
    differ,
    least_of_all,
    newcombe,
    t95,
    wilson,
    wilson_within,
)
from analytics.statistics.ordered import Sorted, interval
from tests.depth import examples

SHARE = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
UNSURE = st.integers(1, 40).flatmap(
    lambda n: st.integers(0, n).flatmap(
        lambda hits: st.tuples(st.just(hits), st.integers(0, n - hits), st.just(n))
    )
)
TIMES = st.lists(st.tuples(st.integers(1, 10_000), st.booleans()), min_size=1, max_size=60)


def parts(times: Any, released: Any) -> tuple[Any, Any]:
    """Return times in order, of the released and of the others."""
    times, released = np.asarray(times), np.asarray(released, bool)
    return np.sort(times[released]), np.sort(times[~released])


@settings(max_examples=examples(40), deadline=None)
@given(SHARE, SHARE)
def test_newcombes_interval_is_that_of_statsmodels(one: Any, other: Any) -> None:
    (a, n), (b, m) = one, other
    expected = confint_proportions_2indep(a, n, b, m, method="newcomb", compare="diff")
    assert newcombe(a, n, b, m) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=examples(40), deadline=None)
@given(UNSURE)
def test_what_is_unknown_never_narrows_an_interval_and_the_range_lies_within(drawn: Any) -> None:
    hits, unknown, n = drawn
    all_may_be = [
        proportion_confint(hits + more, n, method="wilson") for more in range(unknown + 1)
    ]
    expected = (min(low for low, _ in all_may_be), max(high for _, high in all_may_be))
    found = wilson_within(hits, unknown, n)
    assert found == pytest.approx(expected, abs=1e-9)
    assert found[0] <= hits / n <= (hits + unknown) / n <= found[1]


@settings(max_examples=examples(40), deadline=None)
@given(UNSURE, UNSURE)
def test_shares_differ_only_if_they_do_whatever_the_unknown_are(one: Any, other: Any) -> None:
    (a, u, n), (b, v, m) = one, other
    ends = [newcombe(a + i, n, b + j, m) for i in range(u + 1) for j in range(v + 1)]
    low, high = min(end for end, _ in ends), max(end for _, end in ends)
    assume(min(abs(low), abs(high)) > 1e-9)
    assert differ(one, other) == (not low <= 0 <= high)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 8, 30, 200, 100_000])
def test_students_point_is_that_of_scipy_and_of_its_closed_forms(n: int) -> None:
    assert t95(n) == pytest.approx(stats.t.ppf(0.975, n - 1), abs=1e-9)
    closed = {2: math.tan(0.475 * math.pi), 3: 0.95 * math.sqrt(2 / (1 - 0.95**2))}
    assert t95(n) == pytest.approx(closed.get(n, t95(n)), abs=1e-9)


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(st.integers(0, 1_000_000), min_size=2, max_size=50))
def test_the_interval_of_a_mean_is_that_of_scipy(values: list[int]) -> None:
    metric = BY_KEY["turnaround_mean"]
    found = read_mean(metric, len(values), sum(values), sum(one * one for one in values))
    if len(set(values)) > 1:
        expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
        low, high = (end / metric.per for end in (expected.low, expected.high))
        assert (found["low"], found["high"]) == pytest.approx((low, high), abs=1e-6)


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(20, 400), st.sampled_from([0.5, 0.9, 0.95]))
def test_the_order_statistics_of_a_quantile_bound_it_as_scipys_binomial_says(
    n: int, q: float
) -> None:
    found = interval(Sorted(np.arange(n)), q)
    if found is None:
        return
    low, high = found  # the values are their ranks from zero
    inside = stats.binom.cdf(high, n, q) - stats.binom.cdf(low, n, q)
    # Ranks are whole: some more than 95 in 100, never more than what the two end ranks hold.
    assert 0.945 <= inside <= 0.95 + 2 * stats.binom.pmf(math.floor(n * q), n, q)


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(1, 300))
def test_where_all_are_of_a_kind_the_bound_is_clopper_and_pearsons(n: int) -> None:
    low, _ = proportion_confint(n, n, method="beta")
    _, high = proportion_confint(0, n, method="beta")
    assert (least_of_all(n), 1 - least_of_all(n)) == pytest.approx((low, high), abs=1e-12)


@settings(max_examples=examples(60), deadline=None)
@given(TIMES, st.sampled_from([0.5, 0.75, 0.9, 0.95]))
def test_the_interval_of_a_censored_quantile_is_that_of_statsmodels(drawn: Any, q: float) -> None:
    """But where only the last release of all bounds it above: statsmodels takes that for the end."""
    drawn = {at: out for at, out in drawn}.items()  # each time once: leaps are small
    times, released = zip(*drawn, strict=True)
    assume(any(released))
    other = SurvfuncRight(times, [int(one) for one in released])
    with np.errstate(all="ignore"):
        low, high = other.quantile_ci(q, method="cloglog")
    steps = [step for step in steps_of(*parts(times, released)) if step.events]
    bounds = [step.high for step in steps if step.waiting > 0]
    assume(all(after <= before + 1e-12 for before, after in zip(bounds, bounds[1:], strict=False)))
    assume(not math.isnan(low))  # one time leaps from above all that may be to below it
    ours = curve_of(*parts(times, released)).interval_when(q)
    first = min(at for at, out in drawn if out)
    if least_of_all(sum(at >= first for at in times)) > 1 - q:
        assert ours[0] == low
    is_last = steps[-1].waiting == 0 and high == steps[-1].time
    assert ours[1] == (None if math.isinf(high) or is_last else high)


@pytest.mark.parametrize(
    ("n", "q", "until"), [(20, 0.9, 99), (20, 0.95, 99), (40, 0.95, 99), (4, 0.5, 99), (40, 0.9, 4)]
)
def test_the_interval_of_a_quantile_holds_it_about_95_times_in_100(
    n: int, q: float, until: float
) -> None:
    """Of exponential times; an upper end at the last release held P95 of 20 only 63 in 100."""
    chance, truth, held, many = np.random.default_rng(2026), -math.log(1 - q), 0, 600
    for _ in range(many):
        real, stop = chance.exponential(1, n), chance.uniform(0, until, n)
        low, high = curve_of(*parts(np.minimum(real, stop) * 1e9 // 1, real <= stop)).interval_when(
            q
        )
        held += (low or 0) / 1e9 <= truth <= (math.inf if high is None else high / 1e9)
    assert held / many >= 0.93


@settings(max_examples=examples(30), deadline=None)
@given(st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=60))
def test_the_curve_and_its_error_are_those_of_statsmodels(drawn: list[tuple[int, bool]]) -> None:
    times, released = zip(*drawn, strict=True)
    other = SurvfuncRight(times, [int(one) for one in released])
    steps = [step for step in steps_of(*parts(times, released)) if step.events]
    assert [step.time for step in steps] == other.surv_times.tolist()
    assert [step.waiting for step in steps] == pytest.approx(other.surv_prob.tolist(), abs=1e-9)
    for step, error in zip(steps, other.surv_prob_se, strict=True):
        if step.waiting > 1e-9:
            width = 1.959963984540054 * error / step.waiting / math.log(step.waiting)
            ends = [step.waiting ** math.exp(sign * width) for sign in (-1, 1)]
            assert (step.low, step.high) == pytest.approx(ends, abs=1e-9)


def test_open_requests_are_censored_not_dropped() -> None:
    curve = curve_of(*parts([1, 2, 3, 4], [True, True, False, False]))
    assert (curve.when(0.5), curve.when(0.9)) == (2, None)
    assert curve.interval_when(0.75) == (1, None)


def test_what_the_last_release_alone_reaches_is_not_bounded() -> None:
    assert curve_of(*parts([46], [True])).interval_when(0.9) == (None, None)
    twenty = curve_of(*parts(range(1, 21), [True] * 20))
    assert twenty.when(0.95) == 19
    assert twenty.interval_when(0.95) == (17, None)


def test_many_that_leave_at_one_time_bound_it_though_nobody_is_left() -> None:
    alike = curve_of(*parts([3] * 40, [True] * 40))
    assert alike.interval_when(0.5) == (3, 3)
    assert alike.interval_when(0.95) == (3, None)
    assert wilson(0, 40)[1] > 1 - 0.95
