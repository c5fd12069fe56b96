"""Discs are counted as the rows say: CD, DVD and USB; film and paper apart; the unknown as a range."""

from itertools import cycle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.costs.answer import as_object, costs
from analytics.costs.asked import Asked
from analytics.costs.volume import volume_of
from analytics.eventlog import EVENTS, REQUESTS, EventLog, table_of
from analytics.metrics.compute import compute
from analytics.metrics.media import NOTHING_KNOWN
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from requests_app.vocabulary import MEDIUM_OF, Channel
from tests.analytics import synthetic
from tests.depth import examples

DAY = 86400
DISCS = {Channel.PHYSICAL_CD, Channel.PHYSICAL_DVD, Channel.PHYSICAL_USB}
WAYS = st.sampled_from([*Channel, None])
STEPS = st.lists(st.tuples(st.sampled_from(["available", "delivery_failed"]), WAYS), max_size=5)


def log_of(stories: list[tuple[str, list[tuple[str, Channel | None]]]], **more: Any) -> EventLog:
    requests, events = [], []
    for i, (direction, story) in enumerate(stories):
        base = {"request_id": f"r{i}", "facility": "north", "direction": direction}
        requests.append(base | {"received": i * DAY})
        for seq, (activity, channel) in enumerate(story):
            medium = MEDIUM_OF[channel].value if channel else None
            said = {"activity": activity, "channel": channel, "medium": medium}
            failed = {"reason": "TR06"} if activity == "delivery_failed" else {}
            when = {"seq": seq, "occurred": i * DAY + 60 * seq}
            events.append(base | said | failed | when)
    tables = {"requests": table_of(requests, REQUESTS), "events": table_of(events, EVENTS)}
    return EventLog(name="some", as_of=100 * DAY, **tables, **more)


@settings(max_examples=examples(15), deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["outbound", "inbound"]), STEPS), max_size=6))
def test_the_counts_are_those_of_the_rows(stories: list[Any]) -> None:
    found = volume_of(fold(log_of(stories)), Selection())
    sent = [story for direction, story in stories if direction == "outbound"]
    left = [channel for story in sent for activity, channel in story if activity == "available"]
    assert found.discs == sum(channel in DISCS for channel in left)
    assert sum(found.apart.values()) == sum(
        channel in (Channel.PHYSICAL_FILM, Channel.PHYSICAL_PAPER) for channel in left
    )
    assert found.unknown == sum(channel in (None, Channel.UNKNOWN) for channel in left)
    assert found.deliveries == len(left)
    failed, never_there = 0, 0
    for story in sent:
        had_come = False
        for activity, channel in story:
            if activity == "delivery_failed" and channel in DISCS:
                failed += 1
                never_there += not had_come
            had_come = activity == "available" and channel in DISCS
    assert found.failures.failed <= found.failures.made
    assert (found.failures.failed, found.failures.made) == (failed, found.discs + never_there)


def test_physical_media_of_the_measure_are_discs_and_film_and_no_paper() -> None:
    log = synthetic.log()
    rows = log.events.to_pylist()
    sent = [row for row in rows if (row["activity"], row["medium"]) == ("available", "physical")]
    for row, channel in zip(sent, cycle(["physical_cd", "physical_film", "physical_paper"])):
        row["channel"] = channel
    mirror = fold(synthetic.log(events=table_of(rows, EVENTS)))
    found, key = volume_of(mirror, Selection()), "physical_media_share_out"
    result = compute(mirror, Selection(), [key])[key]
    assert {*found.apart} == {"physical_film", "physical_paper"}
    assert found.discs + found.apart["physical_film"] == result.numerator
    assert (found.unknown, found.deliveries) == (result.unknown, result.n)
    one = volume_of(mirror, Selection(facilities=("riverside",)))
    assert 0 < one.discs < found.discs


def test_a_disc_that_failed_twice_was_made_thrice() -> None:
    cd = Channel.PHYSICAL_CD
    story = [
        ("delivery_failed", cd),
        ("available", cd),
        ("delivery_failed", cd),
        ("available", cd),
    ]
    found = volume_of(fold(log_of([("outbound", story)])), Selection()).failures
    assert (found.failed, found.made) == (2, 3)
    assert found.share == pytest.approx(2 / 3)
    low, high = found.interval
    assert low < found.share < high


def test_a_disc_that_was_lost_after_a_link_was_made_too() -> None:
    lost = [("available", Channel.LINK_SECURE), ("delivery_failed", Channel.PHYSICAL_CD)]
    found = volume_of(
        fold(
            log_of([("outbound", lost)] * 3 + [("outbound", [("available", Channel.PHYSICAL_CD)])])
        ),
        Selection(),
    ).failures
    assert (found.failed, found.made) == (3, 4)
    assert found.interval[1] < 1


def test_what_the_log_does_not_say_is_not_zero() -> None:
    no_channel = log_of([], missing={"channel": "no column says how images were sent"})
    assert volume_of(fold(no_channel), Selection()).why == "no column says how images were sent"
    empty = volume_of(synthetic.mirror(), Selection(facilities=()))
    assert (empty.why, empty.discs, empty.failures.share) == ("", 0, None)
    nobody_notes = log_of([("outbound", [("available", Channel.PHYSICAL_CD)])] * 20)
    assert volume_of(fold(nobody_notes), Selection()).failures.share is None


def test_discs_cannot_be_counted_where_nothing_is_known_of_any_delivery() -> None:
    nobody_says = log_of([("outbound", [("available", None)])] * 20)
    found = volume_of(fold(nobody_says), Selection())
    assert (found.why, found.deliveries) == (NOTHING_KNOWN, 20)
    said = as_object(costs(found, Asked()))
    assert (said["discs"], said["what_if"], said["why"]) == (None, None, NOTHING_KNOWN)
    assert (said["unknown_channel"], said["deliveries"]) == (20, 20)
    one_says = log_of([("outbound", [("available", way)]) for way in (None, Channel.LINK_SECURE)])
    assert volume_of(fold(one_says), Selection()).why == ""


def test_what_cannot_be_counted_is_no_nought_for_programs() -> None:
    no_channel = log_of([], missing={"channel": "no column says how images were sent"})
    said = as_object(costs(volume_of(fold(no_channel), Selection()), Asked()))
    assert [said[name] for name in ("discs", "unknown_channel", "deliveries")] == [None] * 3
    assert set(said["failures_in_log"].values()) == {None}
