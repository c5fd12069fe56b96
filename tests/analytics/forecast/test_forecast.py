"""The forecast tells the truth where it is known, and refuses where it has nothing to say."""

import math
import random
from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from analytics.eventlog import EventLog
from analytics.forecast.forecasting import LACKING, NO_BETTER, TOO_LITTLE, forecast
from analytics.forecast.results import Forecast, Refusal
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from tests.analytics.forecast.worlds import DAY, STAGES, START, Life, blind, log, memoryless

AS_OF = START + 300 * DAY
EVERYTHING = Selection()
STATES = {"received": 0, "approved": 1, "retrieved": 2, "ready": 3}


@cache
def world(as_of: int = AS_OF) -> EventLog:
    """A world whose chances are known, as told at a moment."""
    return log(memoryless(6000, seed=4), as_of)


def foretold(lives: list[Life], as_of: int = AS_OF, **changes: object) -> Forecast | Refusal:
    return forecast(fold(replace(log(lives, as_of), **changes)), EVERYTHING)


@pytest.fixture(scope="module")
def known() -> Forecast:
    """The forecast of that world."""
    found = forecast(fold(world()), EVERYTHING)
    assert isinstance(found, Forecast)
    return found


def truth(state: str, left: float) -> float:
    """The chance that the exponential steps still to come take longer than what is left."""
    rates = [1 / (mean * DAY) for _, mean in STAGES[STATES[state] :]]
    total = 0.0
    for i, rate in enumerate(rates):
        others = [other / (other - rate) for j, other in enumerate(rates) if j != i]
        total += math.prod(others) * math.exp(-rate * left)
    return total


def test_chances_are_those_of_the_world(known: Forecast) -> None:
    assert len(known.chances) > 70
    off = [one.chance - truth(one.state, one.left) for one in known.chances]
    assert max(map(abs, off)) < 0.1
    assert abs(sum(off) / len(off)) < 0.015


def test_the_trial_is_calibrated_where_the_model_is_right(known: Forecast) -> None:
    tried = known.evaluation
    assert abs(tried.excess.value) < 0.03
    assert tried.excess.low < 0 < tried.excess.high
    for one in tried.bins:
        if one.cases >= 100:
            assert abs(one.predicted - one.observed) < 0.06
    assert all(one.skill.low > 0.1 for one in tried.baselines)


def test_the_greatest_chance_comes_first_with_what_is_behind_it(known: Forecast) -> None:
    chances = [one.chance for one in known.chances]
    assert chances == sorted(chances, reverse=True)
    for one in known.chances:
        assert 0 <= one.low <= one.chance <= one.high <= 1
        assert one.n_any > 0
        assert one.left > 0
    assert any(one.n > 100 for one in known.chances)


def test_late_requests_are_counted_and_not_foretold(known: Forecast) -> None:
    lives = memoryless(6000, seed=4)
    late = sum(life.due <= AS_OF < life.events[-1][0] for life in lives)
    assert known.left_out == {"late already": late}


@pytest.mark.parametrize("seed", range(6))
def test_where_nothing_known_says_how_it_ends_no_skill_is_claimed(seed: int) -> None:
    found = foretold(blind(1200, seed))
    assert isinstance(found, Refusal)
    assert found.why == NO_BETTER
    assert all(abs(one.skill.value) < 0.02 for one in found.evaluation.baselines)
    assert all("not clearly above 0" in word for word in found.missing)


def test_too_few_requests_are_refused_with_what_is_missing() -> None:
    found = foretold(memoryless(60, seed=1))
    assert isinstance(found, Refusal)
    assert found.why == TOO_LITTLE
    assert any("finished requests to learn from; 50 are needed" in word for word in found.missing)


def test_too_few_misses_are_refused() -> None:
    lives = [replace(life, due=life.received + 50 * DAY) for life in memoryless(2000, seed=1)]
    found = foretold(lives)
    assert isinstance(found, Refusal)
    assert found.missing[0] == "0 missed dates to learn from; 20 are needed"


def test_an_empty_log_and_an_empty_scope_are_refused() -> None:
    assert isinstance(foretold([]), Refusal)
    found = forecast(fold(log(memoryless(500, seed=1), AS_OF)), Selection(facilities=()))
    assert isinstance(found, Refusal)
    assert found.learned.requests == 0


def test_a_log_without_due_dates_says_so() -> None:
    found = foretold(memoryless(500, seed=1), missing={"contract_due": "no column says when"})
    assert isinstance(found, Refusal)
    assert (found.why, found.missing) == (LACKING, ("no column says when",))


def shuffled(whole: EventLog) -> EventLog:
    """Return a log with its rows in another order."""
    chance = random.Random(7)
    tables = {}
    for name in ("requests", "events"):
        table = getattr(whole, name)
        order = list(range(table.num_rows))
        chance.shuffle(order)
        tables[name] = table.take(order)
    return replace(whole, **tables)


def test_the_same_log_gives_the_same_forecast_in_any_order(known: Forecast) -> None:
    whole = world()
    assert forecast(fold(shuffled(whole)), EVERYTHING) == known


def test_what_happens_after_the_as_of_time_changes_nothing(known: Forecast) -> None:
    later = world(AS_OF + 60 * DAY)
    assert later.events.num_rows > world().events.num_rows
    assert forecast(fold(replace(later, as_of=AS_OF)), EVERYTHING) == known


def test_other_facilities_teach_nothing_to_a_reader_who_may_not_see_them() -> None:
    ours = memoryless(3000, seed=2)
    quick = [
        replace(life, key=f"x{life.key}", facility="elsewhere", due=life.received + 50 * DAY)
        for life in memoryless(3000, seed=3)
    ]
    only = Selection(facilities=("northfield",))
    alone = forecast(fold(log(ours, AS_OF)), only)
    assert forecast(fold(log(ours + quick, AS_OF)), only) == alone


def test_days_of_the_selection_do_not_hide_what_is_open(known: Forecast) -> None:
    some = Selection(since=date(2026, 1, 6), until=date(2026, 1, 7))
    assert forecast(fold(world()), some) == known


def test_of_very_many_requests_some_are_learned_from_and_all_open_ones_foretold(
    known: Forecast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.forecast.stories.MOST", 2000)
    some = forecast(fold(world()), EVERYTHING)
    assert 1800 < some.learned.requests < 2200
    assert {one.number for one in some.chances} == {one.number for one in known.chances}
    assert some.left_out == known.left_out
    assert forecast(fold(shuffled(world())), EVERYTHING) == some
    by_number = {one.number: one.chance for one in known.chances}
    off = [one.chance - by_number[one.number] for one in some.chances]
    assert abs(sum(off) / len(off)) < 0.03
