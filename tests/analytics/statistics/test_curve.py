"""A curve made of ranks is the curve of rows, whatever is tied, and wherever it is cut."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.metrics.engines.answers import Tally, Values
from analytics.statistics import curve as curves
from tests.analytics.statistics.plain_curve import interval_when, kaplan_meier, time_when
from tests.depth import examples

SHARES = (0.1, 0.5, 0.9, 0.99)


def values_of(drawn: list[tuple[int, bool]]) -> Values:
    """Return times in order, those of the released and those of the others."""
    both = (sorted(at for at, done in drawn if done is wanted) for wanted in (True, False))
    return Values(*(np.array(one, np.int64) for one in both))


def tally_of(drawn: list[tuple[int, bool]]) -> Tally:
    """Return the same as how often each time occurs."""
    rows = [{"value": at, "n": drawn.count((at, done)), "done": done} for at, done in {*drawn}]
    return Tally.of(rows)


def assert_equal(drawn: list[tuple[int, bool]]) -> None:
    steps = kaplan_meier([at for at, _ in drawn], [done for _, done in drawn])
    times = values_of(drawn)
    quick = curves.steps_of(times.ended, times.running)
    assert len(quick) == len(steps)
    for one, other in zip(quick, steps, strict=True):
        assert one == pytest.approx(tuple(vars(other).values()), abs=1e-9)
    for held in (values_of(drawn), tally_of(drawn)):
        found = held.curve()
        for share in SHARES:
            assert found.when(share) == time_when(steps, share)
            assert found.interval_when(share) == interval_when(steps, share)


@pytest.mark.parametrize("long", [1, 3, 4096])
@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=40))
def test_a_curve_of_ranks_equals_the_curve_of_rows(
    monkeypatch: pytest.MonkeyPatch, long: int, drawn: list[tuple[int, bool]]
) -> None:
    monkeypatch.setattr(curves, "LONG", long)
    assert_equal(drawn)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("spread", [3, 50, 100_000])
def test_a_curve_of_many_equals_the_curve_of_rows(
    seed: int, spread: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(curves, "LONG", 64)
    draw = np.random.default_rng(seed)
    times = draw.integers(0, spread, 3000).tolist()
    done = (draw.random(3000) < draw.choice([0.2, 0.8, 1.0])).tolist()
    assert_equal(list(zip(times, done, strict=True)))
