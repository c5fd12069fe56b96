"""The band by moments is the band that `standing` gives, at any moment."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from requests_app.failure_codes import FailureCode
from requests_app.sla.calendar import BusinessCalendar, us_federal_holidays
from requests_app.sla.clock import Hold, Timeline
from requests_app.sla.moments import moments_of, next_turn
from requests_app.sla.policy import Band, due_dates, standing
from requests_app.sla.rules import CONTRACT, HIPAA, RULES, Rule

DAY = timedelta(days=1)
START = datetime(2026, 3, 2, 15, tzinfo=UTC)
CALENDARS = st.sampled_from(["America/New_York", "America/Chicago", "UTC", "Asia/Kolkata"]).map(
    lambda zone: BusinessCalendar(zone=zone, holidays=us_federal_holidays(2025, 2028))
)
SPANS = st.timedeltas(timedelta(0), 120 * DAY) | st.integers(0, 120 * 24 * 4).map(
    lambda quarters: timedelta(minutes=15 * quarters)
)
REASONS = st.sampled_from([FailureCode.AU03, FailureCode.LO05, FailureCode.RV01])
SETS = st.sampled_from(
    [
        (),
        (HIPAA,),
        (CONTRACT,),
        (HIPAA, CONTRACT),
        (CONTRACT, RULES["information_blocking"]),
        (RULES["tx_access"], HIPAA, CONTRACT),
        (Rule(**{**CONTRACT.__dict__, "days": 3}), Rule(**{**HIPAA.__dict__, "days": 7})),
        (Rule(**{**CONTRACT.__dict__, "days": 22}), RULES["ny_access"]),
    ]
)
NEEDS = st.none() | st.timedeltas(timedelta(0), 40 * DAY)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """A request, perhaps complete, extended, available, with holds that ended or not."""
    holds = []
    for began, lasted, reason in draw(
        st.lists(st.tuples(SPANS, st.none() | SPANS, REASONS), max_size=3)
    ):
        ended = START + began + lasted if lasted is not None else None
        holds.append(Hold(started=START + began, ended=ended, reason=reason))
    moments = {
        name: START + span
        for name in ("complete", "extended", "available")
        if (span := draw(st.none() | SPANS)) is not None
    }
    return Timeline(received=START, holds=tuple(holds), **moments)


def known_at(timeline: Timeline, at: datetime) -> Timeline:
    """Return a timeline without the holds and ends of holds that lie ahead: nobody knows them."""
    begun = [hold for hold in timeline.holds if hold.started <= at]
    ends = [hold.ended if hold.ended is not None and hold.ended <= at else None for hold in begun]
    holds = (replace(hold, ended=ended) for hold, ended in zip(begun, ends, strict=True))
    return replace(timeline, holds=tuple(holds))


def near_turns(calendar: BusinessCalendar, at: datetime) -> st.SearchStrategy[datetime]:
    """The moment, the first moment of its day, and what lies beside it."""
    midnight = calendar.start_of_day(calendar.local_day(at))
    beside = [at, midnight, midnight - timedelta(seconds=1), midnight + timedelta(seconds=1)]
    return st.sampled_from(beside)


@settings(max_examples=150, deadline=None)
@given(CALENDARS, SETS, timelines(), SPANS, SPANS, NEEDS, st.data())
def test_the_band_by_moments_is_the_standing_at_any_moment(
    calendar: BusinessCalendar,
    rules: tuple[Rule, ...],
    timeline: Timeline,
    folded: timedelta,
    after: timedelta,
    needs: timedelta | None,
    data: st.DataObject,
) -> None:
    at = data.draw(near_turns(calendar, START + folded))
    timeline = known_at(timeline, at)
    later = max(at, data.draw(near_turns(calendar, at + after)))
    dues = due_dates(rules, timeline, calendar, as_of=at)
    found = moments_of(dues, timeline, calendar, at=at, needs=needs)
    if found.until is not None:
        later = min(later, found.until - timedelta(microseconds=1))
    then = due_dates(rules, timeline, calendar, as_of=later)
    said = standing(then, timeline, calendar, at=later, needs=needs)
    assert found.band(later) is said.band
    if found.until is not None:
        assert [due.due_at for due in then] == [due.due_at for due in dues]


@settings(max_examples=60, deadline=None)
@given(CALENDARS, SETS, SPANS, NEEDS)
def test_the_instant_before_each_moment_is_another_band(
    calendar: BusinessCalendar, rules: tuple[Rule, ...], span: timedelta, needs: timedelta | None
) -> None:
    timeline = Timeline(received=START, complete=START + span)
    dues = due_dates(rules, timeline, calendar, as_of=START)
    found = moments_of(dues, timeline, calendar, at=START, needs=needs)
    assert found.until is None
    for moment in filter(None, (found.at_risk_from, found.late_from, found.very_late_from)):
        for at in (moment, moment - timedelta(microseconds=1)):
            said = standing(dues, timeline, calendar, at=at, needs=needs)
            assert found.band(at) is said.band
    if found.at_risk_from is not None and found.late_from is not None:
        assert found.band(min(found.at_risk_from, found.late_from)) is not Band.ON_TRACK


def test_the_first_moment_of_a_day_stands_alone_while_we_wait() -> None:
    calendar = BusinessCalendar(zone="America/Chicago")
    midnight = datetime(2026, 3, 3, 6, tzinfo=UTC)
    assert next_turn(calendar, midnight) == midnight + timedelta(microseconds=1)
    assert next_turn(calendar, midnight + timedelta(hours=9)) == midnight + DAY
