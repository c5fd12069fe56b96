"""Every part of every measure equals a slow oracle: of any log, of any selection, of each group."""

import random
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.eventlog import REQUESTS, EventLog, table_of
from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.compute import compute
from analytics.metrics.definition import Group, Kind, Result
from analytics.metrics.selection import Selection
from analytics.metrics.slices import GROUPINGS
from analytics.mirror.fold import fold
from tests.analytics.metrics.oracle import MEASURES, Oracle
from tests.analytics.metrics.oracle_answers import DAY, Answer
from tests.analytics.metrics.test_engines import DAYS, PLACES
from tests.analytics.metrics.test_measures import AS_OF, LOGS, log_of
from tests.depth import examples

WEEK = 7 * DAY
WORDS = {
    "direction": ["inbound", "outbound"],
    "requester_type": ["patient", "attorney"],
    "legal_basis": ["patient_access", "unknown"],
    "modality": ["MG", "CT", "unknown"],
    "partner": ["Lake", "Hill", "unknown"],
    "channel": ["link_secure", "physical_cd", "not_delivered", "unknown"],
    "medium": ["link", "physical", "not_delivered", "unknown"],
    "priority": ["urgent", "unknown"],
    "staff_group": ["supervisor", "unknown"],
}
SLICE = st.sampled_from(sorted(WORDS)).flatmap(
    lambda name: st.lists(st.sampled_from(WORDS[name]), max_size=2, unique=True).map(
        lambda words: ((name, tuple(words)),)
    )
)
CHOSEN = st.builds(
    Selection,
    facilities=PLACES,
    since=DAYS,
    until=DAYS,
    direction=st.sampled_from([None, None, None, "inbound", "outbound"]),
    requester_type=st.sampled_from([None, None, None, "patient"]),
    slices=st.just(()) | SLICE,
    zone=st.sampled_from(["UTC", "UTC", "America/Chicago", "Pacific/Auckland"]),
)


@st.composite
def mixed(draw: Any) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Draw requests, and more of the same: each word and story is dealt to another of them."""
    drawn, times, seed = draw(LOGS), draw(st.integers(1, 6)), draw(st.integers(0, 1 << 16))
    said, stories = [one for one, _ in drawn] * times, [story for _, story in drawn] * times
    chance = random.Random(seed)
    columns = {name: [row[name] for row in said] for name in (said[0] if said else ())}
    for dealt in (*columns.values(), stories) if times > 1 else ():
        chance.shuffle(dealt)
    rows = [{name: column[i] for name, column in columns.items()} for i in range(len(said))]
    if chance.random() < 0.5:  # moments that meet: what is due by a day and there on that day
        end = chance.choice([AS_OF, AS_OF // DAY * DAY])
        rows = [{name: whole_weeks(one, end) for name, one in row.items()} for row in rows]
        stories = [[one | {"after": one["after"] // 300 * 300} for one in of] for of in stories]
    undated = chance.sample(range(len(rows)), len(rows) // 8)
    return [
        (row | {"is_undated": number in undated}, story)
        for number, (row, story) in enumerate(zip(rows, stories, strict=True))
    ]


def whole_weeks(value: Any, end: int) -> Any:
    """Return a moment whole weeks before or after another; anything else as it is."""
    is_moment = isinstance(value, int) and value > end // 2
    return end - (end - value) // WEEK * WEEK if is_moment else value


def partly_undated(drawn: list[tuple[dict[str, Any], list[dict[str, Any]]]]) -> EventLog:
    """Return the log, where some requests tell their story and not when they came."""
    log = log_of(drawn)
    rows = [
        row | ({"received": None} if said["is_undated"] else {})
        for row, (said, _) in zip(log.requests.to_pylist(), drawn, strict=True)
    ]
    return replace(log, requests=table_of(rows, REQUESTS))


def parts_of(found: Result | Group | Answer) -> dict[str, Any]:
    """Return the numbers of a result, a group or an answer, and who was left out."""
    names = [one.name for one in fields(Answer) if one.name not in ("words", "excluded")]
    return {name: getattr(found, name) for name in names if hasattr(found, name)}


def differing(found: Result | Group, expected: Answer) -> dict[str, Any]:
    """Return the parts that differ, as they are and as they ought to be."""
    ours = parts_of(found)
    theirs = {name: one for name, one in parts_of(expected).items() if name in ours}
    return {
        name: (one, theirs[name])
        for name, one in ours.items()
        if not (one == theirs[name] or is_close(name, one, theirs[name]))
    }


def is_close(name: str, one: Any, other: Any) -> bool:
    """Compare to 1e-9; the ends of means to 1e-6, as their spread is a difference of large sums."""
    return None not in (one, other) and one == pytest.approx(
        other, rel=1e-9, abs=1e-6 if name in ("low", "high") else 1e-9
    )


def assert_answers(found: dict[str, Result], expected: dict[str, Answer]) -> None:
    for key, answer in expected.items():
        result = found[key]
        assert differing(result, answer) == {}, key
        assert dict(result.excluded) == answer.excluded, key
        assert (result.why is None) == (result.value is not None), key
        if BY_KEY[key].kind is Kind.GROUPS:
            assert_words(result.by, answer)


def assert_words(groups: Any, expected: Answer) -> None:
    words = {one.group: (one.value, one.n) for one in groups}
    assert words == {word: pytest.approx(one, rel=1e-9) for word, one in expected.words.items()}


def assert_groups(result: Result, expected: dict[str, Answer]) -> None:
    if BY_KEY[result.key].kind is not Kind.GROUPS:
        assert {one.group for one in result.by} == set(expected), result.key
        for one in result.by:
            assert differing(one, expected[one.group]) == {}, (result.key, one.group)
    elif result.why_not_by is None:
        assert {one.within for one in result.within} == set(expected), result.key
        for name, answer in expected.items():
            assert_words([one for one in result.within if one.within == name], answer)


@settings(max_examples=examples(24), deadline=None)
@given(mixed(), CHOSEN | st.just(Selection()))
def test_every_part_of_every_measure_equals_the_oracle(drawn: list[Any], chosen: Selection) -> None:
    assert set(MEASURES) == set(BY_KEY), "a measure without an oracle"
    log = partly_undated(drawn)
    assert_answers(compute(fold(log), chosen), Oracle(log).answers(chosen))


@pytest.mark.parametrize("by", GROUPINGS)
@settings(max_examples=examples(6), deadline=None)
@given(mixed(), CHOSEN | st.just(Selection()))
def test_every_part_of_every_group_equals_the_oracle(
    by: str, drawn: list[Any], chosen: Selection
) -> None:
    log = partly_undated(drawn)
    found, oracle = compute(fold(log), chosen, by=by), Oracle(log)
    assert_answers(found, oracle.answers(chosen))
    for key, groups in oracle.groups(chosen, by).items():
        assert_groups(found[key], groups)
