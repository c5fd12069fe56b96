"""How an open request stands: late before held, by the clock that decides, exactly."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from requests_app.failure_codes import PAUSING, FailureCode
from requests_app.sla.calendar import BusinessCalendar, us_federal_holidays
from requests_app.sla.clock import Hold, Timeline
from requests_app.sla.explain import explain, say_left, share_left
from requests_app.sla.policy import Band, Standing, due_dates, standing
from requests_app.sla.rules import CONTRACT, HIPAA, Unit

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CALENDAR = BusinessCalendar(zone="America/Chicago", holidays=us_federal_holidays(2025, 2028))
START = datetime(2026, 3, 2, 15, tzinfo=UTC)
RULES = (HIPAA, CONTRACT)
RANK = {Band.ON_TRACK: 0, Band.HELD: 0, Band.AT_RISK: 1, Band.LATE: 2, Band.VERY_LATE: 3}
LATER = st.integers(0, 200 * 24).map(lambda hours: START + hours * HOUR)
REASONS = st.sampled_from([FailureCode.AU03, FailureCode.LO05, FailureCode.RV01])


def stands(timeline: Timeline, at: datetime, *rules: object) -> Standing:
    dues = due_dates(rules or RULES, timeline, CALENDAR, as_of=at)  # type: ignore[arg-type]
    return standing(dues, timeline, CALENDAR, at=at)


def held(*reasons: FailureCode, since: datetime = START + DAY) -> tuple[Hold, ...]:
    return tuple(Hold(started=since, ended=None, reason=reason) for reason in reasons)


def test_a_hold_does_not_hide_a_broken_legal_deadline() -> None:
    timeline = Timeline(received=START, complete=START, holds=held(FailureCode.AU03))
    day_after = stands(timeline, START + 31 * DAY)
    assert (day_after.band, day_after.days_left) == (Band.LATE, -1)
    assert day_after.due is not None and day_after.due.rule.key == "hipaa_access"
    assert stands(timeline, START + 61 * DAY).band is Band.VERY_LATE


def test_while_held_the_clock_that_does_not_pause_decides() -> None:
    timeline = Timeline(received=START, complete=START, holds=held(FailureCode.AU03))
    now = stands(timeline, START + 10 * DAY)
    assert now.band is Band.HELD
    assert now.due is not None and now.due.due == date(2026, 4, 1)
    alone = stands(timeline, START + 10 * DAY, CONTRACT)
    assert (alone.band, alone.days_left) == (Band.HELD, None)


def test_a_contract_broken_before_the_hold_stays_broken() -> None:
    since = START + 9 * DAY
    timeline = Timeline(received=START, complete=START, holds=held(FailureCode.LO05, since=since))
    assert stands(timeline, since + HOUR).band is Band.LATE


def test_any_open_hold_of_the_requester_counts_whichever_began_first() -> None:
    both = held(FailureCode.RV01, FailureCode.AU03)
    timeline = Timeline(received=START, complete=START, holds=both)
    assert timeline.open_hold is both[1]
    assert stands(timeline, START + 3 * DAY).band is Band.HELD
    ours = Timeline(received=START, complete=START, holds=held(FailureCode.RV01))
    assert stands(ours, START + 3 * DAY).band is not Band.HELD


def test_an_extension_widens_the_allowance_that_very_late_is_measured_by() -> None:
    timeline = Timeline(received=START, extended=START + 5 * DAY)
    (due,) = due_dates((HIPAA,), timeline, CALENDAR, as_of=START)
    assert (due.due, due.allowance) == (date(2026, 5, 1), 60)
    assert stands(timeline, due.due_at + 40 * DAY, HIPAA).band is Band.LATE
    assert stands(timeline, due.due_at + 61 * DAY, HIPAA).band is Band.VERY_LATE


def test_a_quarter_of_the_extended_allowance_is_the_bound() -> None:
    timeline = Timeline(received=START, extended=START + 5 * DAY)
    (due,) = due_dates((HIPAA,), timeline, CALENDAR, as_of=START)
    assert stands(timeline, due.due_at - 15 * DAY - HOUR, HIPAA).band is Band.ON_TRACK
    assert stands(timeline, due.due_at - 15 * DAY, HIPAA).band is Band.AT_RISK


def test_a_quarter_is_meant_to_the_hour_not_to_the_day() -> None:
    timeline = Timeline(received=START)
    (due,) = due_dates((HIPAA,), timeline, CALENDAR, as_of=START)
    exactly = due.due_at - 7.5 * DAY
    assert share_left(due, at=exactly, calendar=CALENDAR) == 0.25
    assert stands(timeline, exactly - HOUR, HIPAA).band is Band.ON_TRACK
    assert stands(timeline, exactly, HIPAA).band is Band.AT_RISK


def test_a_request_without_a_clock_is_on_track_and_says_no_date() -> None:
    assert stands(Timeline(), START) == Standing(band=Band.ON_TRACK, due=None, days_left=None)


@settings(max_examples=60, deadline=None)
@given(LATER, LATER)
def test_time_alone_never_mends_a_standing(one: datetime, other: datetime) -> None:
    timeline = Timeline(received=START, complete=START)
    first, second = sorted((one, other))
    assert RANK[stands(timeline, first).band] <= RANK[stands(timeline, second).band]


@settings(max_examples=60, deadline=None)
@given(LATER, st.lists(REASONS, min_size=1, max_size=3), LATER)
def test_no_hold_hides_a_passed_legal_date(
    at: datetime, reasons: list[FailureCode], since: datetime
) -> None:
    holds = held(*reasons, since=min(since, at))
    now = stands(Timeline(received=START, complete=START, holds=holds), at)
    legal = explain(HIPAA, starts_at=START, calendar=CALENDAR)
    is_late = now.band in (Band.LATE, Band.VERY_LATE)
    assert is_late or at < legal.due_at
    if not is_late and PAUSING.intersection(reasons):
        assert now.band is Band.HELD


@settings(max_examples=60, deadline=None)
@given(LATER, st.integers(1, 29))
def test_an_extension_in_time_never_makes_it_worse(at: datetime, day: int) -> None:
    plain = Timeline(received=START)
    extended = replace(plain, extended=START + day * DAY)
    assert RANK[stands(extended, at, HIPAA).band] <= RANK[stands(plain, at, HIPAA).band]


@settings(max_examples=60, deadline=None)
@given(LATER)
def test_late_begins_where_the_share_left_ends(at: datetime) -> None:
    for rule in RULES:
        due = explain(rule, starts_at=START, calendar=CALENDAR)
        assert (share_left(due, at=at, calendar=CALENDAR) <= 0) is (at >= due.due_at)


def test_days_over_are_those_that_the_clock_counted_after_the_due_date() -> None:
    thanksgiving = date(2026, 11, 26)

    def over(due: date, today: date) -> str:
        left = CALENDAR.business_days_between(today, due)
        return say_left(left, Unit.BUSINESS, is_late=due < today)

    assert over(date(2026, 11, 24), thanksgiving) == "1 business day late"
    assert over(date(2026, 11, 25), thanksgiving) == "Under 1 business day late"
    assert over(date(2026, 11, 25), date(2026, 11, 30)) == "2 business days late"
    assert over(thanksgiving, thanksgiving) == "Due today"
    assert over(date(2026, 11, 27), thanksgiving) == "1 business day left"
    assert say_left(-1, Unit.CALENDAR, is_late=True) == "1 day late"
    assert say_left(0, Unit.CALENDAR, is_late=True) == "Under 1 day late"
