"""Groups of every measure, or a sentence why there are none; cuts that a source cannot make."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.external_logs.grades import missing_fields
from analytics.external_logs.mapping import Mapping
from analytics.metrics.catalogue import BY_KEY, METRICS
from analytics.metrics.cohorts import grouping_for
from analytics.metrics.compute import answer, compute
from analytics.metrics.definition import COUNTS_GROUPS, Kind
from analytics.metrics.engines.duck import Duck
from analytics.metrics.engines.prepared import Prepared
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection
from analytics.metrics.slices import GROUPINGS, LABELS, PERIODS, SLICES
from analytics.mirror.fold import fold
from tests.analytics import synthetic
from tests.analytics.metrics.drawn_logs import LOGS, log_of
from tests.analytics.metrics.test_engines import ahead, differing, year
from tests.depth import examples

OWN_GROUPS = [one for one in METRICS if one.kind in COUNTS_GROUPS]


@pytest.mark.parametrize("by", GROUPINGS)
def test_every_measure_has_groups_by_everything_or_says_why_not(by: str) -> None:
    mirror, _ = year()
    for key, result in compute(mirror, Selection(), by=by).items():
        found = result.by if BY_KEY[key].kind is not Kind.GROUPS else result.within
        assert found or result.why_not_by or not result.n, key
        if BY_KEY[key].kind is not Kind.DISTINCT:
            assert sum(one.n for one in found) in (result.n, 0), key
        assert bool(result.within) <= (BY_KEY[key].kind is Kind.GROUPS)


@settings(max_examples=examples(6), deadline=None)
@given(LOGS, st.sampled_from(GROUPINGS))
def test_groups_within_groups_are_the_groups_of_each_group_alone(drawn: list[Any], by: str) -> None:
    mirror = fold(log_of(drawn))
    keys = [one.key for one in OWN_GROUPS]
    found = compute(mirror, Selection(), keys, by=by)
    if by in PERIODS:
        return
    for key in keys:
        holders = {one.within for one in found[key].within}
        if BY_KEY[key].kind is Kind.DISTINCT:
            holders = {one.group for one in found[key].by}
        for holder in holders:
            alone = compute(mirror, Selection(slices=((by, (str(holder),)),)), [key])[key]
            inside = [
                replace(one, within=None) for one in found[key].within if one.within == holder
            ]
            assert inside == list(alone.by)
            if BY_KEY[key].kind is Kind.DISTINCT:
                [here] = [one for one in found[key].by if one.group == holder]
                assert (here.value, here.n) == (alone.value, alone.n)


@pytest.mark.parametrize("by", ["facility", *PERIODS])
def test_groups_within_groups_are_the_same_counted_ahead_and_scanned(by: str) -> None:
    mirror, counted = year()
    for chosen in (
        Selection(),
        Selection(facilities=("site-001", "site-003"), since=date(2025, 3, 1)),
        Selection(facilities=()),
    ):
        window, group = counted.reach.window(chosen), grouping_for(mirror, chosen, by)
        assert window is not None
        prepared = Prepared(counted, window)
        with asking(mirror, chosen) as question:
            scanned = answer(Duck(question), mirror, OWN_GROUPS, by=group)
        assert differing(answer(prepared, mirror, OWN_GROUPS, by=group), scanned) == []
        assert bool(scanned["failures_by_code"].within) is (chosen.facilities != ())


def test_a_way_that_two_facilities_use_counts_in_both_and_once_in_all() -> None:
    row = {"direction": "outbound", "available": None, "received": 1_699_000_000, "partner": "Lake"}
    sent = {"activity": "available", "after": 1, "reason": None, "channel": "p2p_sftp"}
    drawn = [({**row, "facility": place, "outcome": None}, [sent]) for place in ("a", "b", "b")]
    found = compute(fold(log_of(drawn)), Selection(), ["channel_fanout"], by="facility")
    ways = found["channel_fanout"]
    assert ways.value == 1
    assert [(one.group, one.value, one.n) for one in ways.by] == [("a", 1, 1), ("b", 1, 2)]


def test_deliveries_by_channel_are_not_grouped_by_channel_once_more() -> None:
    result = compute(synthetic.mirror(), Selection(), ["deliveries_by_channel"], by="channel")
    assert result["deliveries_by_channel"].why_not_by == "its own groups are those by channel"
    assert result["deliveries_by_channel"].within == ()


def lacking(columns: dict[str, str], layout: str = "requests") -> dict[str, str]:
    mapping = Mapping(
        layout=layout, columns=columns, received="first_event", completed="last_event"
    )
    return missing_fields(mapping)


@pytest.mark.parametrize("counts_ahead", [False, True])
@pytest.mark.parametrize("name", [name for name in SLICES if name != "facility"])
def test_what_a_log_does_not_say_neither_cuts_nor_groups_it(
    name: str, *, counts_ahead: bool
) -> None:
    why = lacking({"received_at": "Received"})[name]
    mirror = fold(replace(synthetic.log(), missing={name: why}))
    for _ in range(2 if counts_ahead else 1):
        chosen = Selection(slices=((name, ("Lake",)),))
        cut = compute(mirror, chosen, ["requests_received"])["requests_received"]
        grouped = compute(mirror, Selection(), ["requests_received"], by=name)["requests_received"]
    words = f"“{LABELS[name]}”"
    assert (cut.value, cut.n, cut.why) == (None, 0, f"cannot be cut by {words}: {why}")
    assert (grouped.n, grouped.by) == (800, ())
    assert grouped.why_not_by == f"cannot be grouped by {words}: {why}"


def test_who_asked_and_which_way_are_cuts_like_any_other() -> None:
    missing = lacking({"received_at": "Received"})
    mirror = fold(replace(synthetic.log(), missing=missing))
    for chosen in (Selection(requester_type="patient"), Selection(direction="inbound")):
        result = compute(mirror, chosen, ["open_requests"])["open_requests"]
        assert result.value is None
        assert "cannot be cut by" in (result.why or "")


def test_a_log_lacks_each_slice_that_it_has_no_column_for_and_live_work_none() -> None:
    bare = lacking({"received_at": "Received"})
    assert set(SLICES) - set(bare) == {"facility"}  # a log that names none is one place
    columns = {name: name for name in ("direction", "requester_type", "partner", "channel")}
    columns |= {name: name for name in ("modality", "legal_basis")}
    assert set(SLICES) & set(lacking(columns)) == {"priority", "staff_group"}
    events = set(SLICES) & set(lacking(columns, "events"))
    assert events == {"priority", "staff_group", "legal_basis"}
    assert not synthetic.mirror().log.missing


def test_what_was_not_delivered_is_told_from_what_left_by_an_unknown_way() -> None:
    row = {"facility": "a", "direction": "outbound", "received": 1_699_000_000, "outcome": None}
    stories = ([], [None], [None, "link_secure"], ["unknown"])
    drawn = [
        (
            {**row, "available": None},
            [
                {"activity": "available", "after": 1, "reason": None, "channel": way, "medium": way}
                for way in ways
            ],
        )
        for ways in stories
    ]
    mirror = fold(log_of(drawn))
    for by in ("channel", "medium"):
        found = compute(mirror, Selection(), ["requests_received"], by=by)["requests_received"]
        counts = [(one.group, one.n) for one in found.by]
        assert counts == [("link_secure", 1), ("not_delivered", 1), ("unknown", 2)]
        for word, n in counts:
            chosen = Selection(slices=((by, (word,)),))
            assert compute(mirror, chosen, ["requests_received"])["requests_received"].n == n


ZONES = ["UTC", "Pacific/Auckland", "America/Chicago", "Asia/Kolkata", "Australia/Lord_Howe"]


@settings(max_examples=examples(20), deadline=None)
@given(
    st.lists(st.integers(-600_000_000, 1_900_000_000), max_size=12),
    st.sampled_from(ZONES),
    st.sampled_from(sorted(PERIODS)),
)
def test_cohorts_are_of_the_zone_that_the_reader_chose(
    moments: list[int], zone: str, by: str
) -> None:
    row = {"facility": "a", "direction": "outbound", "outcome": None, "available": None}
    mirror = fold(log_of([({**row, "received": at}, []) for at in moments]))
    found = compute(mirror, Selection(zone=zone), ["requests_received"], by=by)
    expected: dict[str, int] = {}
    for at in moments:
        local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))
        word = local.strftime(PERIODS[by])
        expected[word] = expected.get(word, 0) + 1
    assert {one.group: one.n for one in found["requests_received"].by} == expected


@pytest.mark.parametrize("zone", ZONES)
def test_a_week_of_a_zone_is_one_cohort_of_it_whoever_counts(zone: str) -> None:
    mirror = synthetic.mirror()
    week = Selection(zone=zone, since=date(2026, 6, 1), until=date(2026, 6, 7))
    for _ in range(3):
        [group] = compute(mirror, week, ["requests_received"], by="week")["requests_received"].by
        always = replace(week, since=None, until=None)
        whole = compute(mirror, always, ["requests_received"], by="week")["requests_received"]
    assert group.group == "2026-W23"
    assert group in whole.by
    assert (whole.engine == "rollup") is (zone == mirror.log.zone)


def test_the_scan_is_what_cohorts_of_another_zone_come_from() -> None:
    mirror, chosen = synthetic.mirror(), Selection(zone="Pacific/Auckland")
    counted = ahead(mirror)
    assert counted is not None
    assert counted.reach.window(chosen) is not None
    assert grouping_for(mirror, chosen, "week").sql != "day"
    assert grouping_for(mirror, chosen, "facility").sql == "facility"
