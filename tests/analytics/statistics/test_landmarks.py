"""Conditional Kaplan-Meier against our own curve, statsmodels, and a slow one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from analytics.statistics.landmarks import Landmarks
from tests.analytics.statistics.plain_curve import kaplan_meier

STAYS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20), st.booleans()),
    max_size=40,
)


def landmarks(rows: list[tuple[int, int, int, bool]]) -> Landmarks:
    columns = zip(*rows, strict=True) if rows else [()] * 4
    enters, leaves, totals, released = columns
    numbers = [np.array(one, np.int64) for one in (enters, leaves, totals)]
    return Landmarks(*numbers, np.array(released, bool))


def by_hand(rows: list[tuple[int, int, int, bool]], age: int, limit: int) -> tuple[float, int]:
    there = [row for row in rows if row[0] <= age < row[1] and row[2] > age]
    waiting = 1.0
    for time in sorted({row[2] for row in there if row[2] < limit}):
        at_risk = sum(row[2] >= time for row in there)
        waiting *= 1 - sum(row[2] == time and row[3] for row in there) / at_risk
    return waiting, len(there)


@given(STAYS, st.integers(0, 20), st.integers(0, 25))
def test_the_outlook_is_the_slow_one(rows, age: int, limit: int) -> None:
    found = landmarks(rows).outlook(age=age, limit=limit)
    waiting, n = by_hand(rows, age, limit)
    assert found.n == n
    assert found.waiting == pytest.approx(waiting, abs=1e-12)
    assert 0 <= found.known <= n


@given(STAYS, st.integers(0, 20), st.integers(0, 25), st.integers(0, 9))
def test_more_time_never_makes_it_likelier_to_wait(rows, age: int, limit: int, more: int) -> None:
    marks = landmarks(rows)
    sooner, later = (marks.outlook(age=age, limit=one) for one in (limit, limit + more))
    assert sooner.waiting >= later.waiting - 1e-12


@given(STAYS.filter(bool), st.integers(0, 19), st.integers(1, 25))
def test_where_all_stay_until_released_it_is_a_ratio_of_one_curve(rows, age, limit) -> None:
    whole = [(0, total, total, released) for *_, total, released in rows]
    curve = kaplan_meier([row[2] for row in whole], [row[3] for row in whole])

    def waiting(until: int) -> float:
        return min([1.0, *(step.waiting for step in curve if step.time <= until)])

    found = landmarks(whole).outlook(age=age, limit=limit)
    if found.n and limit > age:
        assert found.waiting == pytest.approx(waiting(limit - 1) / waiting(age), abs=1e-9)


def test_statsmodels_gives_the_same_curve() -> None:
    chance = np.random.default_rng(3)
    totals = chance.integers(1, 90, 400)
    released = chance.random(400) < 0.7
    marks = Landmarks(np.zeros(400, np.int64), totals + 1, totals, released)
    theirs = SurvfuncRight(totals, released.astype(int))
    for time, share in zip(theirs.surv_times, theirs.surv_prob, strict=True):
        assert marks.outlook(age=0, limit=int(time) + 1).waiting == pytest.approx(share, abs=1e-12)


def test_who_is_lost_before_the_limit_is_not_known() -> None:
    rows = [(0, 9, 3, True), (0, 9, 4, False), (0, 9, 8, True), (0, 9, 9, False)]
    found = landmarks(rows).outlook(age=1, limit=8)
    assert (found.n, found.known) == (4, 3)
    assert found.waiting == pytest.approx(3 / 4)
