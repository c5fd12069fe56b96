"""Measures keep their promises about doubt and scope on any log."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from analytics.eventlog import REQUESTS, EventLog, table_of
from analytics.metrics.behind import Behind, parts_of
from analytics.metrics.catalogue import METRICS
from analytics.metrics.compute import compute
from analytics.metrics.definition import Kind
from analytics.metrics.question import asking
from analytics.metrics.reading import most_of
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.statistics.intervals import newcombe, wilson
from analytics.statistics.ordered import interval_ranks
from tests.analytics.metrics.drawn_logs import AS_OF, LOGS, log_of
from tests.depth import examples


@settings(max_examples=examples(10), deadline=None)
@given(LOGS)
def test_facilities_add_up_and_an_empty_scope_is_empty(drawn: list[Any]) -> None:
    mirror = fold(log_of(drawn))
    keys = ["requests_received", "open_requests"]
    whole = compute(mirror, Selection(), keys)
    parts = [compute(mirror, Selection(facilities=(one,)), keys) for one in ("north", "south")]
    for key in keys:
        assert whole[key].n == sum(part[key].n for part in parts)
    nothing = compute(mirror, Selection(facilities=()), keys)
    assert all(result.n == 0 for result in nothing.values())


@settings(max_examples=examples(10), deadline=None)
@given(LOGS)
def test_unknown_channels_widen_the_range_and_are_never_dropped(drawn: list[Any]) -> None:
    log = log_of(drawn)
    result = compute(fold(log), Selection(), ["physical_media_share_out"])[
        "physical_media_share_out"
    ]
    sent = [
        one
        for one in log.events.to_pylist()
        if one["activity"] == "available" and one["direction"] == "outbound"
    ]
    unknown = sum(one["medium"] in (None, "unknown") for one in sent)
    assert result.n == len(sent)
    assert result.unknown == unknown
    if unknown == len(sent):
        assert result.value is None
    elif unknown:
        hits = sum(one["medium"] == "physical" for one in sent)
        low, _ = proportion_confint(hits, len(sent), method="wilson")
        _, high = proportion_confint(hits + unknown, len(sent), method="wilson")
        assert (result.low, result.high) == pytest.approx((100 * low, 100 * high), abs=1e-9)
        assert most_of(result) == pytest.approx(100 * (hits + unknown) / len(sent))


@settings(max_examples=examples(5), deadline=None)
@given(LOGS)
def test_behind_every_number_stand_as_many_requests_as_it_counts(drawn: list[Any]) -> None:
    mirror = fold(log_of(drawn))
    for metric in METRICS:
        if metric.table != "cases":
            continue
        result = compute(mirror, Selection(), [metric.key])[metric.key]
        if "nobody notes" in (result.why or ""):
            continue
        behind = Behind(mirror, metric, Selection())
        counts = behind.counts()
        assert counts["all"] == result.n, metric.key
        if metric.kind is Kind.SHARE:
            assert counts["counted"] == (result.numerator or 0), metric.key
        left_out = {part.words: counts[part.key] for part in parts_of(metric)}
        for why, n in result.excluded.items():
            assert left_out[f"Left out: {why}"] == n
        for part in parts_of(metric)[:2]:
            assert len(behind.rows(part, limit=None)) == counts[part.key]


@settings(max_examples=examples(10), deadline=None)
@given(LOGS, st.lists(st.booleans(), min_size=12, max_size=12))
def test_nobody_is_left_out_in_silence(drawn: list[Any], undated: list[bool]) -> None:
    log = log_of(drawn)
    rows = zip(log.requests.to_pylist(), undated, strict=False)
    requests = [row | {"received": None if blank else row["received"]} for row, blank in rows]
    mirror = fold(replace(log, requests=table_of(requests, REQUESTS)))
    results = compute(mirror, Selection())
    for metric in METRICS:
        reasons = [metric.where, *metric.excluded.values()]
        hits = " + ".join(f"CASE WHEN {one} THEN 1 ELSE 0 END" for one in reasons)
        about = f"coalesce({metric.among or 'TRUE'}, FALSE)"
        with asking(mirror, Selection()) as question:
            [(everybody, twice, strangers)] = question.rows(
                f"SELECT count(*) FILTER (WHERE {about}), "
                f"count(*) FILTER (WHERE {about} AND {hits} <> 1), "
                f"count(*) FILTER (WHERE NOT {about} AND {hits} <> 0) "
                f"FROM {metric.table} WHERE $selection"
            )
        assert (twice, strangers) == (0, 0), metric.key
        found = results[metric.key]
        if not metric.weight and found.why is None:
            assert found.n + sum(found.excluded.values()) == everybody, metric.key


@settings(max_examples=examples(5), deadline=None)
@given(LOGS)
def test_the_parts_of_a_share_are_disjoint_and_whole(drawn: list[Any]) -> None:
    mirror = fold(log_of(drawn))
    for metric in METRICS:
        if metric.kind is Kind.SHARE and metric.table == "cases":
            counts = Behind(mirror, metric, Selection()).counts()
            sides = ("counted", "rest", "unknown")
            assert counts["all"] == sum(counts.get(side, 0) for side in sides)


def test_a_measure_whose_field_is_missing_says_why() -> None:
    log = log_of([])
    lacking = EventLog(**{**log.__dict__, "missing": {"channel": "no column says how"}})
    result = compute(fold(lacking), Selection(), ["physical_media_share_out"])
    assert result["physical_media_share_out"].value is None
    assert result["physical_media_share_out"].why == "no column says how"


def test_an_optional_code_that_nobody_notes_is_not_taken_for_none() -> None:
    row = {"facility": "north", "direction": "inbound", "received": AS_OF - 9, "outcome": None}
    other = {"activity": "failure_noted", "after": 1, "reason": "US05"}
    noted = {"activity": "failure_noted", "after": 1, "reason": "FU01"}
    key = "repeat_imaging_share"
    for stories, value in (([[other], []], None), ([[noted], []], 50.0)):
        drawn = [({**row, "available": None}, story) for story in stories]
        result = compute(fold(log_of(drawn)), Selection(), [key])[key]
        assert result.value == value
        assert (result.why == "nobody notes FU01 here: the code is optional") is (value is None)


@pytest.mark.parametrize("counts_ahead", [False, True])
def test_what_ends_counts_in_the_period_of_its_end(counts_ahead: bool) -> None:
    noon = 1_699_963_200  # 2023-11-14 12:00 UTC
    row = {"facility": "north", "direction": "outbound", "outcome": "denied", "available": None}
    ends = [noon, noon - 3 * 86400, None]
    drawn = [({**row, "received": noon - 5 * 86400, "ended": end}, []) for end in ends]
    mirror = fold(log_of(drawn))
    day = date(2023, 11, 14)
    for _ in range(2 if counts_ahead else 1):
        now = compute(mirror, Selection(since=day, until=day), ["requests_closed", "net_flow"])
        early = compute(mirror, Selection(until=date(2023, 11, 9)), ["requests_closed", "net_flow"])
    assert (now["requests_closed"].value, now["net_flow"].value) == (1, -1)
    assert (early["requests_closed"].value, early["net_flow"].value) == (0, 3)
    assert early["requests_closed"].excluded == {"ended at an unknown moment, by receipt": 1}
    assert now["net_flow"].engine == ("rollup" if counts_ahead else "duckdb")
    months = compute(mirror, Selection(), ["requests_closed"], by="week")["requests_closed"]
    assert [(one.group, one.n) for one in months.by] == [("2023-W45", 1), ("2023-W46", 1)]


def test_days_are_drawn_in_the_readers_zone() -> None:
    at_midnight_in_chicago = 1_700_028_000  # 2023-11-15 00:00 there
    row = {"facility": "north", "direction": "outbound", "received": at_midnight_in_chicago}
    mirror = fold(log_of([({**row, "available": None, "outcome": None}, [])]))
    chicago = Selection(since=date(2023, 11, 15), until=date(2023, 11, 15), zone="America/Chicago")
    assert compute(mirror, chicago, ["requests_received"])["requests_received"].n == 1
    before = Selection(since=date(2023, 11, 14), until=date(2023, 11, 14), zone="America/Chicago")
    assert compute(mirror, before, ["requests_received"])["requests_received"].n == 0


@settings(max_examples=examples(16), deadline=None)
@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_statsmodels(drawn: tuple[int, int]) -> None:
    hits, n = drawn
    low, high = proportion_confint(hits, n, method="wilson")
    assert wilson(hits, n) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))


def test_a_difference_holds_zero_where_the_shares_are_equal() -> None:
    low, high = newcombe(50, 100, 50, 100)
    assert low < 0 < high
    assert newcombe(0, 0, 1, 2) == (-1.0, 1.0)


def test_a_small_sample_has_no_interval_of_its_tail() -> None:
    assert interval_ranks(3, 0.9) is None
    assert interval_ranks(100, 0.5) == (40, 60)
