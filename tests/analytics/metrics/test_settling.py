"""What has settled no clock changes: sums and values of it stay as they are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.metrics import settling
from analytics.metrics.catalogue import METRICS
from analytics.metrics.definition import Kind
from analytics.metrics.engines.prepared import is_of_the_clock
from analytics.metrics.question import Question, asking
from analytics.metrics.selection import Selection
from analytics.metrics.settling import NEVER, SETTLES
from analytics.metrics.statements import groups_of, population, sums_of
from analytics.mirror.fold import fold
from project.bench_world import DAY, START, world
from tests.depth import examples

WORLD = fold(world(400, facilities=2))
CLOCKED = [one for metric in METRICS for one in (*sums_of(metric), *groups_of(metric))]
CLOCKED = [one for one in dict.fromkeys(CLOCKED) if is_of_the_clock(one)]
VALUES = [population(one) for one in METRICS if one.kind in (Kind.QUANTILE, Kind.SURVIVAL)]
VALUES = [one for one in dict.fromkeys(VALUES) if "$as_of" in one.value]


def said(question: Question, settled_before: int, at: int) -> list[tuple[object, ...]]:
    """Return what settled requests answer to all that asks the clock, at a moment."""
    asked = [one.predicate for one in CLOCKED]
    asked += [_if(one.predicate, one.weight) for one in CLOCKED if one.weight]
    asked += [_if(one.where, text) for one in VALUES for text in ("TRUE", one.done, one.value)]
    columns = ", ".join(asked).replace("$as_of", str(at))
    return question.rows(
        f"SELECT request_id, {columns} FROM cases WHERE $selection "
        f"AND {SETTLES} <= {settled_before} ORDER BY request_id"
    )


def _if(counted: str, text: str) -> str:
    return f"CASE WHEN {counted} THEN {text} END"


@settings(max_examples=examples(15), deadline=None)
@given(at=st.integers(0, 500), later=st.integers(0, 1000))
def test_what_has_settled_answers_the_same_at_every_later_moment(at: int, later: int) -> None:
    now = START + at * DAY
    with asking(WORLD, Selection()) as question:
        assert said(question, now, now) == said(question, now, now + later * DAY)


def test_most_of_what_ended_long_ago_has_settled_and_what_is_open_has_not() -> None:
    with asking(WORLD, Selection()) as question:
        [(old, many)] = question.rows(
            f"SELECT count(*) FILTER (WHERE {SETTLES} <= {WORLD.log.as_of}), count(*) FROM cases "
            f"WHERE $selection AND received < {WORLD.log.as_of - 60 * DAY}"
        )
        [(moving,)] = question.rows(
            f"SELECT count(*) FROM cases WHERE $selection AND outcome IS NULL AND {SETTLES} < {NEVER}"
        )
    assert old > many * 0.8
    assert moving == 0


def test_a_declaration_that_asks_the_clock_otherwise_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    odd = "epoch_ms($as_of) = 7"
    monkeypatch.setattr(settling, "_texts", lambda: iter([odd]))
    settling.settles.cache_clear()
    with pytest.raises(settling.ClockRead):
        settling.settles()
    settling.settles.cache_clear()
