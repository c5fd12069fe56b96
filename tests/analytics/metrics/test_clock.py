"""Between two moments that declarations look at, the clock changes nothing but what grows."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.metrics import clock
from analytics.metrics.catalogue import METRICS
from analytics.metrics.clock import PAST_EVERY_CLOCK, moments
from analytics.metrics.definition import Kind
from analytics.metrics.engines.agenda import Agenda
from analytics.metrics.question import Question, asking
from analytics.metrics.selection import Selection
from analytics.metrics.statements import groups_of, population, sums_of
from analytics.mirror.fold import fold
from project.bench_world import DAY, START, world
from tests.depth import examples

WORLD = fold(world(400, facilities=2))
SUMS = dict.fromkeys(one for metric in METRICS for one in (*sums_of(metric), *groups_of(metric)))
CLOCKED = [one for one in SUMS if "$as_of" in one.predicate]
VALUES = dict.fromkeys(
    population(one) for one in METRICS if one.kind in (Kind.QUANTILE, Kind.SURVIVAL)
)
GROWING = [one for one in VALUES if "$as_of" in one.value]


def said(question: Question, at: int) -> dict[str, tuple[object, ...]]:
    """Return what each request answers to all that compares itself with the clock, at a moment."""
    asked = [one.predicate for one in CLOCKED]
    asked += [f"({one.where}) AND ({text})" for one in VALUES for text in ("TRUE", one.done)]
    return {number: answers for number, *answers in _ask(question, asked, at)}


def values(question: Question, at: int) -> dict[str, tuple[int | None, ...]]:
    """Return the values that grow with the clock, of each request, at a moment."""
    asked = [f"CASE WHEN {one.where} THEN {one.value} END" for one in GROWING]
    return {number: answers for number, *answers in _ask(question, asked, at)}


def _ask(question: Question, asked: list[str], at: int) -> list[tuple[object, ...]]:
    columns = ", ".join(asked).replace("$as_of", str(at))
    return question.rows(f"SELECT request_id, {columns} FROM cases WHERE $selection")


def passing(question: Question, first: int, last: int) -> set[str]:
    """Return the requests of which the clock passes a moment."""
    some = " OR ".join(f"{one} BETWEEN {first} AND {last}" for one in moments())
    return {number for (number,) in question.rows(f"SELECT request_id FROM cases WHERE {some}")}


@settings(max_examples=examples(15), deadline=None)
@given(at=st.integers(0, 500 * 24), later=st.sampled_from([1, 60, 3600, DAY, 90 * DAY]))
def test_who_passes_no_moment_answers_the_same_and_grows_with_the_clock(
    at: int, later: int
) -> None:
    first = START + at * DAY // 24
    with asking(WORLD, Selection()) as question:
        touched = passing(question, first, first + later)
        for ask, may_grow in ((said, False), (values, True)):
            before, after = ask(question, first), ask(question, first + later)
            for number in before.keys() - touched:
                for old, new in zip(before[number], after[number], strict=True):
                    grown = new - old if may_grow and old is not None else 0
                    assert old == new or (may_grow and grown == later), number


def test_the_agenda_names_what_is_to_come_and_no_other() -> None:
    now = WORLD.log.as_of
    with asking(WORLD, Selection()) as question:
        found = Agenda.read(question)
        for ahead in (0, 3600, DAY, 30 * DAY):
            assert set(found._until(now + ahead).to_pylist()) == passing(question, now, now + ahead)
        assert found.moments.max() < PAST_EVERY_CLOCK
        assert set(found.near["request_id"].to_pylist()) == passing(question, now, found.horizon)


def test_most_requests_have_nothing_to_come() -> None:
    with asking(WORLD, Selection()) as question:
        found = Agenda.read(question)
    assert 0 < len(found.requests.unique()) < WORLD.cases.num_rows / 3


@pytest.fixture
def moments_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], tuple[str, ...]]]:
    """Read the moments of one declaration."""

    def read(text: str) -> tuple[str, ...]:
        monkeypatch.setattr(clock, "_texts", lambda: iter([text]))
        moments.cache_clear()
        return moments()

    yield read
    monkeypatch.undo()
    moments.cache_clear()


@pytest.mark.parametrize(
    "text",
    [
        "epoch_ms($as_of) = 7",
        "$as_of - received > 86400",
        "coalesce(available, $as_of) < legal_due",
        "CASE WHEN is_held THEN $as_of END >= legal_due",
        "NOT ($as_of - 5 <= late_from)",
        "abs($as_of - received)",
        "($as_of - received) // 86400",
        "received - $as_of",
        "$as_of < coalesce(late_from, $as_of)",
        "$as_of = received",
    ],
)
def test_a_declaration_that_asks_the_clock_otherwise_is_refused(
    text: str, moments_of: Callable[[str], tuple[str, ...]]
) -> None:
    with pytest.raises(clock.ClockRead):
        moments_of(text)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("NOT (late_from <= $as_of)", ("late_from",)),
        (
            "CASE WHEN $as_of < contract_off THEN $as_of ELSE contract_off END - received",
            ("contract_off",),
        ),
        ("coalesce(available, $as_of) - received", ()),
        ("(1e0 * ($as_of - received)) * (1e0 * ($as_of - received))", ()),
    ],
)
def test_moments_are_what_the_clock_is_compared_with(
    text: str, known: tuple[str, ...], moments_of: Callable[[str], tuple[str, ...]]
) -> None:
    assert moments_of(text) == known
