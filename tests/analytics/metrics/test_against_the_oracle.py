"""Every part of every measure equals a slow oracle: of any log, of any selection, of each group."""

import random
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.eventlog import EventLog
from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.compute import compute
from analytics.metrics.definition import Group, Kind, Result
from analytics.metrics.selection import Selection
from analytics.metrics.slices import GROUPINGS
from analytics.mirror.fold import fold
from tests.analytics.metrics.drawn_logs import LOGS, dealt_log, log_of, undated
from tests.analytics.metrics.oracle import MEASURES, Oracle
from tests.analytics.metrics.oracle_answers import Answer
from tests.depth import examples

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
DAYS = [None, None, *(date(2023, 9, 14) + timedelta(days) for days in range(-2, 66))]
EVES = [date(2023, 11, 13) - timedelta(weeks=weeks) for weeks in range(9)] * 6
"""The days before those that moments which meet lie on."""
PLACES = [None, None, ("north",), ("south", "elsewhere"), ()]
ZONES = ["UTC", "America/Chicago", "Pacific/Auckland"]


def a_choice(chance: random.Random) -> Selection:
    """Choose facilities, days, and words of some slices."""
    names = chance.sample(sorted(WORDS), chance.choice([0, 1, 1, 2]))
    since, until = chance.choice(DAYS), chance.choice([*DAYS, *EVES])
    return Selection(
        facilities=chance.choice(PLACES[:-1]),
        since=min(since, until) if since and until else since,
        until=max(since, until) if since and until else until,
        direction=chance.choice([None, None, None, "inbound", "outbound"]),
        requester_type=chance.choice([None, None, None, "patient"]),
        slices=tuple((name, tuple(chance.sample(WORDS[name], 2))) for name in names),
        zone=chance.choice(ZONES),
    )


SLICE = st.sampled_from(sorted(WORDS)).flatmap(
    lambda name: st.lists(st.sampled_from(WORDS[name]), max_size=2, unique=True).map(
        lambda words: ((name, tuple(words)),)
    )
)
CHOSEN = st.builds(
    Selection,
    facilities=st.sampled_from(PLACES),
    since=st.sampled_from(DAYS),
    until=st.sampled_from(DAYS),
    direction=st.sampled_from([None, None, None, "inbound", "outbound"]),
    requester_type=st.sampled_from([None, None, None, "patient"]),
    slices=st.just(()) | SLICE,
    zone=st.sampled_from(ZONES),
)


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


@settings(max_examples=examples(16), deadline=None)
@given(LOGS, st.sets(st.integers(0, 11)), CHOSEN)
def test_every_measure_of_the_least_log_equals_the_oracle(
    drawn: list[Any], places: set[int], chosen: Selection
) -> None:
    assert set(MEASURES) == set(BY_KEY), "a measure without an oracle"
    log = undated(log_of(drawn), places)
    assert_answers(compute(fold(log), chosen), Oracle(log).answers(chosen))


@settings(max_examples=examples(8), deadline=None)
@given(LOGS, CHOSEN, st.sampled_from(GROUPINGS))
def test_every_group_of_the_least_log_equals_the_oracle(
    drawn: list[Any], chosen: Selection, by: str
) -> None:
    log = log_of(drawn)
    assert_grouped(log, chosen, by)


def assert_grouped(log: EventLog, chosen: Selection, by: str) -> None:
    found, oracle = compute(fold(log), chosen, by=by), Oracle(log)
    assert_answers(found, oracle.answers(chosen))
    for key, groups in oracle.groups(chosen, by).items():
        assert_groups(found[key], groups)


@pytest.mark.parametrize("seed", range(examples(12)))
def test_every_measure_of_many_requests_equals_the_oracle(seed: int) -> None:
    log = dealt_log(seed)
    mirror, oracle, chance = fold(log), Oracle(log), random.Random(seed)
    for chosen in (Selection(), *(a_choice(chance) for _ in range(4))):
        assert_answers(compute(mirror, chosen), oracle.answers(chosen))


@pytest.mark.parametrize("seed", range(examples(3)))
@pytest.mark.parametrize("by", GROUPINGS)
def test_every_group_of_many_requests_equals_the_oracle(by: str, seed: int) -> None:
    chance = random.Random(f"{by} {seed}")
    chosen = a_choice(chance) if seed % 3 else Selection(zone=chance.choice(ZONES))
    assert_grouped(dealt_log(chance.randrange(3000)), chosen, by)
