"""Brier, skill, calibration: against plain sums, a slow jackknife and statsmodels."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t, ttest_1samp
from statsmodels.stats.proportion import proportion_confint

from analytics.statistics.intervals import wilson, wilson_of_share
from analytics.statistics.scores import Figure, brier, excess, reliability, skill

CHANCE = st.integers(0, 100).map(lambda hundredths: hundredths / 100)
LOOKS = st.lists(
    st.tuples(CHANCE, CHANCE, st.sampled_from([0.0, 1.0]), st.integers(0, 8)),
    min_size=1,
    max_size=40,
)


def columns(looks):
    one, other, came, cases = zip(*looks, strict=True)
    return np.array(one), np.array(other), np.array(came), np.array(cases, np.int64)


def slow_skill(looks) -> float | None:
    ours = sum((one - came) ** 2 for one, _, came, _ in looks)
    theirs = sum((other - came) ** 2 for _, other, came, _ in looks)
    return 1 - ours / theirs if theirs > 0 else None


@given(LOOKS)
def test_skill_and_its_interval_are_those_of_leaving_out_each_case(looks) -> None:
    one, other, came, cases = columns(looks)
    whole = slow_skill(looks)
    found = skill(one, other, came, cases)
    without = [slow_skill([look for look in looks if look[3] != case]) for case in set(cases)]
    if whole is None or any(part is None for part in without if len(set(cases)) > 1):
        return
    assert found.value == pytest.approx(whole, abs=1e-6, rel=1e-6)
    if len(without) < 2:
        assert (found.low, found.high) == (None, None)
        return
    mean = sum(without) / len(without)
    error = math.sqrt(sum((part - mean) ** 2 for part in without) * (1 - 1 / len(without)))
    half = t.ppf(0.975, len(without) - 1) * error
    assert found.high - found.value == pytest.approx(half, rel=1e-5, abs=1e-6)


@given(LOOKS)
def test_every_look_falls_into_one_bin(looks) -> None:
    one, _, came, cases = columns(looks)
    bins = reliability(one, came, cases)
    assert len(bins) == 10
    assert sum(part.n for part in bins) == len(looks)
    for part in bins:
        assert part.cases <= part.n
        if part.n:
            assert part.low <= part.predicted + 1e-12
            assert part.predicted <= part.high + 1e-12
            assert part.observed_low - 1e-12 <= part.observed <= part.observed_high + 1e-12


def test_perfect_chances_score_nothing_and_a_coin_a_quarter() -> None:
    came = np.array([0.0, 1.0, 1.0, 0.0])
    assert brier(came, came) == 0
    assert brier(np.full(4, 0.5), came) == 0.25


def test_excess_is_the_mean_chance_less_the_share() -> None:
    found = excess(np.array([0.5, 0.9]), np.array([0.0, 1.0]), np.array([1, 2]))
    assert found.value == pytest.approx(0.2)


@given(st.lists(st.tuples(CHANCE, st.sampled_from([0.0, 1.0])), min_size=2, max_size=40))
def test_of_one_look_a_case_the_jackknife_is_students_interval_as_scipy_has_it(looks) -> None:
    chances, came = (np.array(one) for one in zip(*looks, strict=True))
    found = excess(chances, came, np.arange(len(looks)))
    if np.std(chances - came) > 1e-9:
        expected = ttest_1samp(chances - came, 0).confidence_interval(0.95)
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_many_looks_at_one_request_narrow_no_interval() -> None:
    came = np.array([1.0] * 50 + [0.0] * 50)
    once = reliability(np.full(100, 0.55), came, np.arange(100))[5]
    often = reliability(np.full(100, 0.55), came, np.arange(100) // 50)[5]
    assert once.observed_high - once.observed_low < often.observed_high - often.observed_low


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_of_a_share_is_wilson_of_its_count_and_that_of_statsmodels(pair) -> None:
    hits, n = pair
    assert wilson_of_share(hits / n, n) == wilson(hits, n)
    assert wilson(hits, n) == pytest.approx(proportion_confint(hits, n, method="wilson"), abs=1e-9)


def test_a_share_of_nobody_is_anything() -> None:
    assert wilson_of_share(0.3, 0) == wilson(0, 0) == (0.0, 1.0)


def test_where_one_case_holds_all_of_the_error_no_interval_is_claimed() -> None:
    came, cases = np.array([1.0, 0.0]), np.array([1, 2])
    found = skill(np.array([0.5, 0.0]), np.array([0.0, 1e-26]), came, cases)
    assert (found.low, found.high) == (None, None)
    assert found.words() == "0.75"


def test_words_of_a_figure_have_one_minus_and_none_before_nothing() -> None:
    assert Figure(value=-0.004, low=-0.04, high=0.03).words() == "0.00 (−0.04 to 0.03)"
