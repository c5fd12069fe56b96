"""Every engine answers the same, cell by cell, and the planner says which one it took."""

import math
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.eventlog import EVENTS, REQUESTS, table_of
from analytics.metrics.catalogue import METRICS
from analytics.metrics.compute import answer, compute
from analytics.metrics.definition import Kind, Result
from analytics.metrics.engines.answers import together
from analytics.metrics.engines.duck import Duck
from analytics.metrics.engines.prepared import Counted, Prepared, count_ahead
from analytics.metrics.grouping import grouping_of
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection
from analytics.metrics.slices import GROUPINGS
from analytics.mirror.days import days_of
from analytics.mirror.fold import Mirror, fold
from project.bench_world import START, world
from tests.analytics import synthetic
from tests.analytics.metrics.drawn_logs import LOGS, log_of
from tests.analytics.metrics.oracle import Oracle
from tests.depth import examples

DAYS = st.none() | st.integers(-5, 65).map(
    lambda n: date.fromordinal(date(2023, 9, 14).toordinal() + n)
)
PLACES = st.none() | st.lists(st.sampled_from(["north", "south", "elsewhere"]), unique=True).map(
    tuple
)


def is_same(one: Any, other: Any) -> bool:
    """Whole numbers and words exactly, floating ones to 1e-9."""
    if isinstance(one, float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(is_same, one, other))
    return bool(one == other)


def differing(one: dict[str, Result], other: dict[str, Result]) -> list[str]:
    """Name the measures of which any cell differs."""
    return [
        key
        for key in one
        if not is_same(asdict(replace(one[key], engine="")), asdict(replace(other[key], engine="")))
    ]


def ahead(mirror: Mirror) -> Counted | None:
    """Count a mirror ahead."""
    with asking(mirror, Selection()) as question:
        return count_ahead(question)


def by_both(
    mirror: Mirror, counted: Counted, chosen: Selection, by: str | None = None
) -> list[str]:
    metrics = (
        METRICS
        if by is None
        else [one for one in METRICS if one.kind not in (Kind.QUANTILE, Kind.SURVIVAL)]
    )
    group = grouping_of(by) if by else None
    window = counted.reach.window(chosen)
    assert window is not None
    with asking(mirror, chosen) as question:
        slow = answer(Duck(question), mirror, metrics, by=group)
    return differing(answer(Prepared(counted, window), mirror, metrics, by=group), slow)


@settings(max_examples=examples(6), deadline=None)
@given(LOGS, PLACES, DAYS, DAYS)
def test_what_is_counted_ahead_equals_the_scan(
    drawn: list[Any], places: tuple[str, ...] | None, since: date | None, until: date | None
) -> None:
    mirror = fold(log_of(drawn))
    chosen = Selection(facilities=places, since=since, until=until)
    counted = ahead(mirror)
    assert (counted is None) == (not drawn)
    if counted is not None:
        assert by_both(mirror, counted, chosen) == []


@cache
def year() -> tuple[Mirror, Counted]:
    """A year of a made-up world and what is counted ahead of it, made once: both are only read."""
    mirror = fold(world(600, facilities=5))
    counted = ahead(mirror)
    assert counted is not None
    return mirror, counted


def test_values_of_a_cube_are_not_taken_for_none() -> None:
    _, counted = year()
    window = counted.reach.window(Selection())
    assert window is not None
    cube = next(iter(counted.cubes.values())).over(window)
    with pytest.raises(TypeError):
        together([cube])


@pytest.mark.parametrize("by", ["modality", "month", "partner"])
@pytest.mark.parametrize("facility", ["site-001", "nowhere"])
def test_groups_change_nothing_of_the_whole(by: str, facility: str) -> None:
    mirror, _ = year()
    with asking(mirror, Selection(facilities=(facility,))) as question:
        alone = answer(Duck(question), mirror, METRICS)
        grouped = answer(Duck(question), mirror, METRICS, by=grouping_of(by))
    of_groups = {one.key for one in METRICS if one.kind is Kind.GROUPS}
    plain = {k: replace(v, within=(), why_not_by=None) for k, v in grouped.items()}
    whole = {k: v if k in of_groups else replace(v, by=()) for k, v in plain.items()}
    assert differing(whole, alone) == []


@pytest.mark.parametrize("by", [None, "facility", "week", "month", "year"])
def test_engines_agree_on_a_year_of_a_made_up_world(by: str | None) -> None:
    mirror, counted = year()
    spring = {"since": date(2025, 3, 1), "until": date(2025, 5, 31)}
    for chosen, has_some in (
        (Selection(), True),
        (Selection(facilities=("site-001", "site-003"), **spring), True),
        (Selection(facilities=()), False),
        (Selection(since=date(2031, 1, 1)), False),
    ):
        assert by_both(mirror, counted, chosen, by) == []
        found = compute(mirror, chosen, ["requests_received"])["requests_received"]
        assert (found.n > 0) is has_some


def test_a_slice_is_the_log_of_its_requests_alone() -> None:
    mirror, log = synthetic.same_snapshot().mirror, synthetic.log()
    for name, words in (("modality", ("CT chest", "MR knee")), ("partner", ("unknown",))):
        chosen = Selection(slices=((name, words),))
        rows = [row for row in log.requests.to_pylist() if (row[name] or "unknown") in words]
        ids = {row["request_id"] for row in rows}
        events = [event for event in log.events.to_pylist() if event["request_id"] in ids]
        tables = {"requests": table_of(rows, REQUESTS), "events": table_of(events, EVENTS)}
        results = compute(mirror, chosen)
        for key, one in Oracle(replace(log, **tables)).answers().items():
            assert is_same(results[key].value, one.value), (name, key)
            assert (results[key].n, results[key].excluded) == (one.n, one.excluded), (name, key)


@pytest.mark.parametrize("by", GROUPINGS)
def test_groups_of_anything_add_up_to_the_whole(by: str) -> None:
    mirror = synthetic.mirror()
    for key in ("requests_received", "sla_compliance", "turnaround_median", "turnaround_mean"):
        result = compute(mirror, Selection(), [key], by=by)[key]
        assert sum(group.n for group in result.by) == result.n
        assert [group.group for group in result.by] == sorted(group.group for group in result.by)


def test_the_groups_of_a_quantile_are_its_quantiles_of_each_group() -> None:
    mirror = synthetic.same_snapshot().mirror
    keys = ["turnaround_median", "turnaround_censored_p90"]
    whole = compute(mirror, Selection(), keys, by="requester_type")
    for key in keys:
        for group in whole[key].by:
            alone = compute(mirror, Selection(requester_type=group.group), [key])[key]
            assert (group.value, group.low, group.high) == (alone.value, alone.low, alone.high)


def test_who_asks_again_is_answered_from_what_was_counted() -> None:
    mirror = synthetic.mirror()
    named = [compute(mirror, Selection(), ["open_requests"])["open_requests"] for _ in range(3)]
    assert [one.engine for one in named] == ["duckdb", "rollup", "rollup"]
    other = compute(mirror, Selection(direction="inbound"), ["open_requests"])["open_requests"]
    assert other.engine == "duckdb"
    elsewhere = Selection(since=date(2026, 9, 1), zone="Asia/Kolkata")
    assert compute(mirror, elsewhere, ["open_requests"])["open_requests"].engine == "duckdb"


def test_past_its_memory_nothing_is_counted_ahead() -> None:
    mirror = synthetic.same_snapshot().mirror
    with asking(mirror, Selection()) as question:
        counted = count_ahead(question)
        assert counted is not None
        assert 0 < counted.bytes < 1 << 26
        assert count_ahead(question, most=1 << 16) is None


def test_free_words_as_reasons_are_not_counted_ahead_past_the_memory() -> None:
    log = synthetic.log()
    events = [
        event | {"reason": event["reason"] and f"reason {place}"}
        for place, event in enumerate(log.events.to_pylist())
    ]
    free = fold(synthetic.log(events=table_of(events, EVENTS)))
    most = 1 << 20
    for mirror, fits in ((fold(log), True), (free, False)):
        with asking(mirror, Selection()) as question:
            counted = count_ahead(question, most=most)
            assert (counted is not None) == fits
            assert counted is None or counted.bytes < most


def test_many_pairs_of_partner_and_way_keep_nothing_else_from_being_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = synthetic.log()
    rows = [row | {"partner": row["request_id"]} for row in log.requests.to_pylist()]
    mirror = fold(synthetic.log(requests=table_of(rows, REQUESTS)))
    with asking(mirror, Selection()) as question:
        counted = count_ahead(question, most=1 << 21)
    assert counted is not None
    monkeypatch.setattr("analytics.metrics.planner.counted_ahead", lambda _: counted)
    keys = ["channel_fanout", "net_flow"]
    named = [[compute(mirror, Selection(), [key])[key] for _ in range(2)][1] for key in keys]
    assert [one.engine for one in named] == ["duckdb", "rollup"]
    assert named[0].value > 500


def test_more_facilities_than_their_numbers_hold_are_left_to_the_scan() -> None:
    log = synthetic.log(facilities=("one",))
    row = log.requests.to_pylist()[1]
    rows = [
        row | {"request_id": str(number), "facility": f"place {number}"} for number in range(66_000)
    ]
    many = fold(synthetic.log(requests=table_of(rows, REQUESTS), events=log.events.slice(0, 0)))
    named = [compute(many, Selection(), ["turnaround_median"])["turnaround_median"].n for _ in "12"]
    assert named == [66_000, 66_000]


@settings(max_examples=examples(40), deadline=None)
@given(
    st.lists(st.none() | st.integers(-3_000_000_000, 4_000_000_000), max_size=20),
    st.sampled_from(["UTC", "America/Chicago", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_days_are_those_of_the_zone(moments: list[int | None], zone: str) -> None:
    column = pa.chunked_array([pa.array(moments, pa.int64())])
    first = date(1970, 1, 1).toordinal()
    expected = [
        None
        if at is None
        else datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)).date().toordinal() - first
        for at in moments
    ]
    assert days_of(column, zone).to_pylist() == expected


def test_the_made_up_world_is_repeatable_and_ends_at_its_as_of() -> None:
    log = world(50)
    assert log.requests.equals(world(50).requests)
    assert max(log.events["occurred"].to_pylist()) <= log.as_of
    assert min(log.events["occurred"].to_pylist()) >= START
