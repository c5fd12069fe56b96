"""What must hold of clocks whatever happens."""

from datetime import UTC, datetime, time, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from requests_app.failure_codes import FailureCode
from requests_app.sla.calendar import BusinessCalendar, us_federal_holidays
from requests_app.sla.clock import Hold, paused
from requests_app.sla.explain import explain
from requests_app.sla.rules import RULES
from tests.depth import examples
from tests.requests_app.sla.stretches import length_of

ZONES = st.sampled_from(["America/New_York", "America/Chicago", "UTC", "America/Los_Angeles"])
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 1)).map(
    lambda at: at.replace(tzinfo=UTC, microsecond=0)
)
SPANS = st.timedeltas(timedelta(minutes=1), timedelta(days=12))
HOURS = st.sampled_from([(None, None), (time(8), time(17)), (time(7, 30), time(16, 45))])


def calendar_of(
    zone: str, hours: tuple[time | None, time | None] = (None, None)
) -> BusinessCalendar:
    return BusinessCalendar(
        zone=zone, holidays=us_federal_holidays(2024, 2029), opens=hours[0], closes=hours[1]
    )


def slow_business_seconds(calendar: BusinessCalendar, start: datetime, end: datetime) -> int:
    """Sum day by day: slow, and obviously right."""
    total, day = timedelta(), calendar.local_day(start)
    while calendar.start_of_day(day) < end:
        if calendar.is_business_day(day):
            opens, closes = calendar._open_seconds_of(day)
            total += max(min(closes, end) - max(opens, start), timedelta())
        day += timedelta(days=1)
    return int(total.total_seconds())


@settings(max_examples=examples(25), deadline=None)
@given(ZONES, HOURS, MOMENTS, SPANS)
def test_the_grid_agrees_with_the_slow_sum(
    zone: str, hours: tuple[time | None, time | None], start: datetime, span: timedelta
) -> None:
    calendar = calendar_of(zone, hours)
    end = (start + span).replace(microsecond=0)
    assert calendar.business_seconds(start, end) == slow_business_seconds(calendar, start, end)


ANY_TIME = st.integers(
    int(datetime(1999, 12, 31, tzinfo=UTC).timestamp()),
    int(datetime(2031, 1, 2, tzinfo=UTC).timestamp()),
)


@settings(max_examples=examples(25), deadline=None)
@given(ZONES, HOURS, st.lists(st.tuples(ANY_TIME, ANY_TIME), max_size=20))
def test_many_at_once_equal_one_by_one(
    zone: str, hours: tuple[time | None, time | None], pairs: list[tuple[int, int]]
) -> None:
    calendar = calendar_of(zone, hours)
    starts, ends = (np.array([pair[i] for pair in pairs], dtype=np.int64) for i in (0, 1))
    singly = [
        calendar.business_seconds(*(datetime.fromtimestamp(at, UTC) for at in pair))
        for pair in pairs
    ]
    assert calendar.business_seconds_of(starts, ends).tolist() == singly


@settings(max_examples=examples(25), deadline=None)
@given(ZONES, MOMENTS, SPANS, SPANS)
def test_business_time_adds_up(zone: str, start: datetime, one: timedelta, two: timedelta) -> None:
    calendar = calendar_of(zone)
    middle = (start + one).replace(microsecond=0)
    end = (middle + two).replace(microsecond=0)
    whole = calendar.business_seconds(start, end)
    assert whole == calendar.business_seconds(start, middle) + calendar.business_seconds(
        middle, end
    )


@settings(max_examples=examples(25), deadline=None)
@given(ZONES, MOMENTS, MOMENTS, SPANS)
def test_a_hold_never_makes_a_due_date_earlier(
    zone: str, start: datetime, held: datetime, span: timedelta
) -> None:
    calendar = calendar_of(zone)
    hold = Hold(started=held, ended=held + span, reason=FailureCode.AU03)
    free = explain(RULES["contract"], starts_at=start, calendar=calendar)
    waited = explain(RULES["contract"], starts_at=start, calendar=calendar, holds=[hold])
    assert waited.due >= free.due


@settings(max_examples=examples(25), deadline=None)
@given(ZONES, MOMENTS, st.integers(0, 20))
def test_a_holiday_never_makes_a_due_date_earlier(zone: str, start: datetime, after: int) -> None:
    calendar = calendar_of(zone)
    more = {calendar.local_day(start) + timedelta(days=after): "Holiday"}
    fuller = BusinessCalendar(zone=zone, holidays={**calendar.holidays, **more})
    for rule in RULES.values():
        less = explain(rule, starts_at=start, calendar=calendar)
        assert explain(rule, starts_at=start, calendar=fuller).due >= less.due


@settings(max_examples=examples(25), deadline=None)
@given(st.lists(st.tuples(MOMENTS, SPANS), max_size=6))
def test_joined_holds_never_exceed_their_sum(spans: list[tuple[datetime, timedelta]]) -> None:
    holds = [Hold(started=at, ended=at + span, reason=FailureCode.LO05) for at, span in spans]
    until = datetime(2028, 1, 1, tzinfo=UTC)
    total = sum(int(span.total_seconds()) + 1 for _, span in spans)
    assert 0 <= length_of(paused(holds, until=until)) <= total
