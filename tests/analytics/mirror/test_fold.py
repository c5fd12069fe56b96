"""What the fold says of each step: waits by the facility's calendar, hands, and moves."""

import weakref
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from analytics.eventlog import EVENTS, REQUESTS, EventLog, table_of
from analytics.mirror.arranged import split
from analytics.mirror.fold import fold
from analytics.mirror.published import Facts, publish, read
from analytics.mirror.refresh import content_hash
from requests_app.sla.calendar import BusinessCalendar

FRIDAY = int(datetime(2026, 3, 6, 12, tzinfo=UTC).timestamp())
DAY = 86400


def log_of(*events: dict[str, Any], **changes: Any) -> EventLog:
    row = {"request_id": "1", "facility": "north", "direction": "outbound", "received": FRIDAY}
    told = [{**row, "seq": seq, "by_person": True, **one} for seq, one in enumerate(events, 1)]
    tables = {"requests": table_of([row], REQUESTS), "events": table_of(told, EVENTS)}
    return EventLog(**{"name": "live", "as_of": FRIDAY, **tables, **changes})


def step(activity: str, days: float = 0, **said: Any) -> dict[str, Any]:
    return {"activity": activity, "occurred": FRIDAY + int(days * DAY), **said}


def test_a_weekend_is_no_business_time() -> None:
    steps = fold(log_of(step("received"), step("approved", 3))).steps
    assert steps["waited"].to_pylist() == [None, 3 * DAY]
    assert steps["business"].to_pylist() == [None, DAY]


def test_each_facility_counts_by_its_own_calendar() -> None:
    closed = BusinessCalendar(zone="UTC", holidays={date(2026, 3, 9): "Town day"})
    log = log_of(step("received"), step("approved", 3), calendars={"north": closed})
    assert fold(log).steps["business"].to_pylist() == [None, DAY // 2]


def test_a_step_written_down_late_waits_a_negative_time() -> None:
    steps = fold(log_of(step("received"), step("approved", -0.25))).steps
    assert steps["business"].to_pylist() == [None, -DAY // 4]


def test_a_log_of_dates_has_no_business_time() -> None:
    log = log_of(step("received"), step("approved", 3), granularity="day")
    assert fold(log).steps["business"].to_pylist() == [None, None]


def test_touches_are_handling_and_no_steps_of_the_flow() -> None:
    touched = (step("received"), step("manual_touch", 1, touch="call"), step("approved", 3))
    mirror = fold(log_of(*touched))
    assert mirror.steps["follows"].to_pylist() == [None, None, "received"]
    assert mirror.steps["waited"].to_pylist() == [None, None, 3 * DAY]
    plain = fold(log_of(step("received"), step("approved", 3)))
    assert mirror.cases["variant"] == plain.cases["variant"]


@pytest.mark.parametrize(
    ("minutes", "touches"),
    [((0, 5), 1), ((0, 6), 2), ((0, 4, 8), 1), ((60, 0), 2), ((60, 0, 61), 2), ((3, 0), 1)],
)
def test_the_same_touch_within_five_minutes_is_one_whenever_it_was_written_down(
    minutes: tuple[int, ...], touches: int
) -> None:
    calls = (step("manual_touch", at / 1440, touch="call", actor="1") for at in minutes)
    assert fold(log_of(*calls)).cases["touches"].to_pylist() == [touches]


def test_a_delivery_derived_from_a_step_of_a_log_is_no_further_step() -> None:
    mirror = fold(log_of(step("log: asked"), step("log: sent", 1), step("available", 1)))
    assert mirror.steps["flows"].to_pylist() == [True, True, False]
    assert mirror.cases["deliveries"].to_pylist() == [1]


def test_sequences_that_read_alike_are_told_apart() -> None:
    one = fold(log_of(step("a"), step("b1:c"))).cases["variant"]
    two = fold(log_of(step("a"), step("b"), step("c"))).cases["variant"]
    assert one != two


@pytest.mark.parametrize(
    ("actors", "handoffs"),
    [
        (["1", "1", "2"], 1),
        (["1", None, "2", "1"], 2),
        (["requester", "1", "requester", "1"], 0),
        ([None, None], 0),
    ],
)
def test_work_changes_hands_between_named_people(actors: list[str | None], handoffs: int) -> None:
    log = log_of(*(step("work", actor=actor) for actor in actors))
    assert fold(log).cases["handoffs"].to_pylist() == [handoffs]


def test_a_move_starts_where_the_one_before_it_ended() -> None:
    moves = (step("a", state_to="received"), step("b"), step("c", state_to="closed"))
    mirror = fold(log_of(*moves))
    assert mirror.steps["state_from"].to_pylist() == ["draft", None, "received"]
    assert mirror.cases["moves"].to_pylist() == [2]
    assert mirror.cases["moves_outside"].to_pylist() == [1]


def test_the_same_log_folds_to_the_same_bytes() -> None:
    log = log_of(step("received"), step("approved", 3, actor="1"))
    assert content_hash(fold(log)) == content_hash(fold(log))


def test_a_published_mirror_still_says_whose_calendar_it_counts_by(tmp_path: Path) -> None:
    pieces = split(fold(log_of(step("received"))))
    facts = Facts(source="live", as_of=FRIDAY, watermark="1", zone="UTC", calendar="its own days")
    made = publish(tmp_path, facts, pieces, last=None)
    again = read(tmp_path, made.name)
    assert again is not None
    for shot in (made.snapshot(FRIDAY), again.snapshot(FRIDAY)):
        assert shot.mirror.log.calendar == "its own days"


def test_a_mirror_lets_the_rows_of_its_log_go() -> None:
    log = log_of({"activity": "received", "occurred": FRIDAY})
    rows = weakref.ref(log.events)
    mirror = fold(log)
    assert mirror.log.as_of == log.as_of
    del log
    assert rows() is None
