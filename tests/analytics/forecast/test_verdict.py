"""What is said of the chances as a whole is what the trial saw, and clearly wrong ones are refused."""

from dataclasses import replace
from functools import cache

import pytest

from analytics.forecast.forecasting import ASTRAY, forecast
from analytics.forecast.results import Evaluation, Forecast, Refusal
from analytics.forecast.verdict import MOST_ASTRAY, calibration
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.statistics.scores import Figure
from tests.analytics.forecast.worlds import DAY, START, Life, log, memoryless

AS_OF = START + 300 * DAY
CHANGED = AS_OF - 91 * DAY
"""When the trial begins: what is learned is from before."""


def hurried(life: Life, pace: float) -> Life:
    """Return a life of which all that happens after the change takes another part of its time."""
    begun = max(life.received, CHANGED)
    events = tuple(
        (at if at <= begun else begun + int(pace * (at - begun)), *rest)
        for at, *rest in life.events
    )
    return replace(life, events=events)


def world(pace: float) -> Forecast | Refusal:
    lives = [hurried(life, pace) for life in memoryless(6000, seed=4)]
    return forecast(fold(log(lives, AS_OF)), Selection())


@cache
def as_learned() -> Evaluation:
    found = world(1.0)
    assert isinstance(found, Forecast)
    return found.evaluation


def test_a_world_that_stays_as_it_was_is_within_chance() -> None:
    tried = as_learned()
    found = calibration(tried)
    assert (found.is_clear, found.is_refused) == (False, False)
    assert found.expected == pytest.approx(tried.looks * tried.predicted)
    assert found.observed == pytest.approx(tried.looks * tried.observed)
    assert round(found.observed) == pytest.approx(found.observed)
    assert "which chance alone can explain" in found.sentence
    assert f"of {tried.looks:,} looks" in found.sentence


@pytest.mark.parametrize(("pace", "way"), [(0.6, "high"), (1.6, "low")])
def test_a_house_that_changed_its_pace_gets_no_chances_of_its_past(pace: float, way: str) -> None:
    found = world(pace)
    assert isinstance(found, Refusal)
    assert found.why == ASTRAY
    assert f"its chances are too {way}" in found.missing[0]
    assert found.missing[1] == "More than 10 points that chance does not explain are too many."
    excess = found.evaluation.excess
    assert abs(excess.value) > MOST_ASTRAY
    assert excess.low * excess.high > 0


def test_a_small_change_is_said_and_not_refused() -> None:
    found = world(0.85)
    assert isinstance(found, Forecast)
    verdict = calibration(found.evaluation)
    assert (verdict.is_clear, verdict.is_refused) == (True, False)
    assert "more than chance explains, so its chances are too high" in verdict.sentence


@pytest.mark.parametrize(
    ("excess", "is_clear", "is_refused"),
    [
        ((0.12, 0.01, 0.23), True, True),
        ((-0.12, -0.23, -0.01), True, True),
        ((0.10, 0.01, 0.19), True, False),  # as far as is allowed
        ((0.12, -0.01, 0.25), False, False),
        ((0.12, None, None), False, False),
        ((0.0, 0.0, 0.0), False, False),
    ],
)
def test_only_what_is_clear_and_far_off_is_refused(
    excess: tuple[float, float | None, float | None], is_clear: bool, is_refused: bool
) -> None:
    value, low, high = excess
    figure = Figure(value=value, low=low, high=high)
    found = calibration(replace(as_learned(), excess=figure))
    assert (found.is_clear, found.is_refused) == (is_clear, is_refused)
    assert ("chance alone" in found.sentence) is (low is not None and not is_clear)
