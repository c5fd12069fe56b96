"""The process view equals a slow oracle on any log."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.eventlog import EVENTS, REQUESTS, EventLog, table_of
from analytics.external_logs.importing import read_log
from analytics.metrics.question import Question, asking
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.process.conformance import conformance
from analytics.process.graph import graph
from analytics.process.handoffs import hand_offs
from analytics.process.rework import rework
from analytics.process.variants import variants
from analytics.process.waiting import waits
from analytics.process.whole import Process, process
from requests_app.sla.calendar import BusinessCalendar
from requests_app.vocabulary import State
from tests.analytics.process import oracle
from tests.depth import examples

BEGAN = int(datetime(2026, 2, 26, tzinfo=UTC).timestamp())
CHICAGO = BusinessCalendar(zone="America/Chicago", holidays={date(2026, 3, 3): "Town day"})
EVENT = st.fixed_dictionaries(
    {
        "activity": st.sampled_from(["a", "b", "c", "a:b", "manual_touch", "available"]),
        "after": st.integers(-4000, 3 * 86400),  # some are written down late
        "by_person": st.booleans(),
        "actor": st.sampled_from([None, "1", "2", "requester"]),
        "state_to": st.none()
        | st.sampled_from([state.value for state in State if state != "draft"]),
    }
)
STORY = st.tuples(st.sampled_from(["north", "south"]), st.lists(EVENT, max_size=7))
LOGS = st.lists(STORY, max_size=8)


def log_of(drawn: list[Any], **changes: Any) -> EventLog:
    requests, events = [], []
    for number, (facility, story) in enumerate(drawn):
        row = {"request_id": f"r{number}", "number": f"R-{number:03d}", "facility": facility}
        row |= {"direction": "outbound", "received": BEGAN + number * 3600}
        requests.append(row)
        at = row["received"]
        for seq, said in enumerate(story, start=1):
            at += said["after"]
            told = {name: value for name, value in said.items() if name != "after"}
            events.append({**row, **told, "seq": seq, "occurred": at})
    tables = {"requests": table_of(requests, REQUESTS), "events": table_of(events, EVENTS)}
    facts = {"name": "drawn", "as_of": BEGAN, "zone": "UTC", "calendars": {"north": CHICAGO}}
    return EventLog(**{**facts, **tables, **changes})


def view_of(log: EventLog, **chosen: Any) -> Process:
    return process(fold(log), Selection(**chosen))


def part_of(log: EventLog, part: Callable[[Question], Any]) -> Any:
    with asking(fold(log), Selection()) as ask:
        return part(ask)


def near(value: Any) -> Any:
    return pytest.approx(value, rel=1e-9, abs=1e-9)


@settings(max_examples=examples(6), deadline=None)
@given(LOGS)
def test_the_graph_equals_the_oracle(drawn: list[Any]) -> None:
    log = log_of(drawn)
    told = oracle.stories_of(log)
    drawn_as = part_of(log, lambda ask: graph(ask, len(told)))
    found = {(one.previous, one.activity): one for one in drawn_as.edges}
    expected = oracle.edges(log)
    assert set(found) == set(expected)
    for pair, (n, requests, elapsed, business) in expected.items():
        edge = found[pair]
        assert (edge.n, edge.requests) == (n, requests)
        assert edge.share == near(100 * requests / len(told))
        assert (edge.elapsed, edge.business) == (elapsed, business)
    nodes = {
        one.activity: (one.n, one.starts, one.ends, one.since_receipt) for one in drawn_as.nodes
    }
    assert nodes == oracle.nodes(log)
    counts = [edge.n for edge in drawn_as.edges]
    assert counts == sorted(counts, reverse=True)


@settings(max_examples=examples(6), deadline=None)
@given(LOGS)
def test_variants_equal_the_oracle(drawn: list[Any]) -> None:
    log = log_of(drawn)
    expected, whole = oracle.variants(log), len(oracle.stories_of(log))
    found = part_of(log, lambda ask: variants(ask, whole))
    assert {one.activities: (one.n, one.elapsed, one.example) for one in found.top} == expected
    assert found.count == len(expected)
    assert found.singles == sum(n == 1 for n, *_ in expected.values())
    reached = 0
    for one in found.top:
        reached += one.n
        assert (one.share, one.cumulative) == near((100 * one.n / whole, 100 * reached / whole))


@settings(max_examples=examples(6), deadline=None)
@given(LOGS)
def test_loops_equal_the_oracle(drawn: list[Any]) -> None:
    log = log_of(drawn)
    found, expected = part_of(log, rework), oracle.loops(log)
    loops = {
        (one.kind.value, one.activities): (
            one.n,
            one.requests,
            near(one.elapsed_hours),
            near(one.business_hours),
        )
        for one in found.loops
    }
    assert loops == expected
    told = oracle.stories_of(log).values()
    assert found.requests == sum(len({one["activity"] for one in s}) < len(s) for s in told)


@settings(max_examples=examples(6), deadline=None)
@given(LOGS)
def test_waits_equal_the_oracle_and_their_shares_are_whole(drawn: list[Any]) -> None:
    log = log_of(drawn)
    found, (expected, after) = part_of(log, waits), oracle.waits(log)
    found_waits = {
        (one.previous, one.activity): (one.n, near(one.elapsed_hours), near(one.business_hours))
        for one in found.waits
    }
    assert found_waits == expected
    assert found.hours == near(sum(work for *_, work in expected.values()))
    assert found.after == near(after)
    totals = [one.business_hours for one in found.waits]
    assert totals == sorted(totals, reverse=True)
    if found.hours:
        assert sum(one.share for one in found.waits) == near(100)


@settings(max_examples=examples(6), deadline=None)
@given(LOGS)
def test_hand_offs_equal_the_oracle(drawn: list[Any]) -> None:
    log = log_of(drawn)
    found, (pairs, by_count, unnamed) = part_of(log, hand_offs), oracle.hand_offs(log)
    assert {(one.giver, one.taker): one.n for one in found.pairs} == pairs
    assert dict(found.by_count) == by_count
    assert (found.unnamed, found.handoffs) == (unnamed, sum(pairs.values()))


@settings(max_examples=examples(6), deadline=None)
@given(LOGS)
def test_conformance_equals_the_oracle(drawn: list[Any]) -> None:
    log = log_of(drawn)
    found, (n, strange, astray) = part_of(log, conformance), oracle.outside(log)
    if not n:
        assert (found.why, found.fitness) == ("no step says which state it led to", None)
        return
    assert {(one.origin, one.target): one.n for one in found.breaches} == strange
    assert (found.moves, found.outside, found.astray) == (n, sum(strange.values()), len(astray))
    assert {f"r{int(one.number[2:])}" for one in found.strays} == astray
    assert found.fitness == near(100 * (n - sum(strange.values())) / n)
    assert found.requests + found.silent == len(drawn)


@settings(max_examples=examples(4), deadline=None)
@given(LOGS)
def test_facilities_add_up_and_an_empty_scope_is_empty(drawn: list[Any]) -> None:
    log = log_of(drawn)
    whole, nothing = view_of(log), view_of(log, facilities=())
    parts = [view_of(log, facilities=(one,)) for one in ("north", "south")]
    told = oracle.stories_of(log)
    assert (whole.basis.requests, whole.basis.steps) == (len(told), sum(map(len, told.values())))
    assert whole.basis.requests == sum(part.basis.requests for part in parts)
    assert whole.waits.hours == near(sum(part.waits.hours for part in parts))
    assert whole.hand_offs.handoffs == sum(part.hand_offs.handoffs for part in parts)
    assert (nothing.basis.requests, nothing.graph.nodes, nothing.variants.top) == (0, (), ())
    assert (nothing.rework.loops, nothing.waits.waits, nothing.hand_offs.pairs) == ((), (), ())


@settings(max_examples=examples(4), deadline=None)
@given(LOGS)
def test_a_log_of_dates_has_no_business_time_and_says_why(drawn: list[Any]) -> None:
    view = view_of(log_of(drawn, granularity="day"))
    assert view.basis.calendar == ""
    assert "dates only" in view.basis.why_no_business
    assert all(edge.business is None for edge in view.graph.edges)
    assert all(loop.business_hours is None for loop in view.rework.loops)
    assert view.waits.ranked_by == "elapsed"
    assert all(wait.business_hours is None for wait in view.waits.waits)


@settings(max_examples=examples(4), deadline=None)
@given(LOGS)
def test_a_large_log_whose_words_are_numbered_gives_the_same(drawn: list[Any]) -> None:
    log = log_of(drawn)
    small = view_of(log)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analytics.mirror.filled.FEW", -1)
        assert view_of(log) == small


def test_a_real_log_has_the_ways_that_its_readers_count(shared_data: Path) -> None:
    content = (shared_data / "logs" / "permit_receipt.csv").read_bytes()
    log = read_log(content, name="permits", given={"zone": "UTC"}).log
    view = view_of(log)
    assert (view.basis.requests, view.basis.steps, len(view.graph.nodes)) == (1434, 8577, 27)
    assert view.variants.count == 116
    assert view.basis.calendar == "Monday to Friday in UTC, 24 hours each, without holidays"
    assert "own words" in view.conformance.why
    assert view.measures["zero_touch_share"].why
