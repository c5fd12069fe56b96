"""What must be true of any folding of moments and any set of holds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from requests_app.failure_codes import FailureCode
from requests_app.sla.calendar import BusinessCalendar, us_federal_holidays
from requests_app.sla.clock import ENDS_HOLDS, Hold, Moment, fold, paused
from requests_app.sla.explain import explain
from requests_app.sla.rules import RULES
from requests_app.vocabulary import EventKind
from tests.requests_app.sla.stretches import length_of

START = datetime(2026, 3, 2, 15, tzinfo=UTC)
CALENDAR = BusinessCalendar(zone="America/Chicago", holidays=us_federal_holidays(2025, 2028))
MOMENTS = st.builds(
    Moment,
    kind=st.sampled_from(EventKind),
    at=st.integers(0, 400).map(lambda hours: START + timedelta(hours=hours)),
    reason=st.sampled_from([None, FailureCode.LO05, FailureCode.RV01]),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(MOMENTS, max_size=12))
def test_the_same_moment_twice_is_one(moments: list[Moment]) -> None:
    assert fold([*moments, *moments]) == fold(moments)


def held(*turns: tuple[EventKind, FailureCode | None]) -> list[timedelta | None]:
    """Return how long each hold lasted, of turns an hour apart; None while it lasts."""
    moments = [
        Moment(kind=kind, at=START + timedelta(hours=nth), reason=reason)
        for nth, (kind, reason) in enumerate(turns)
    ]
    return [hold.ended and hold.ended - hold.started for hold in fold(moments).holds]


def test_an_end_that_is_said_twice_ends_no_other_hold() -> None:
    begin, end = EventKind.HOLD_STARTED, EventKind.HOLD_ENDED
    scope, fee, hour = FailureCode.LO05, FailureCode.RV01, timedelta(hours=1)
    assert held((begin, fee), (begin, scope), (end, scope), (end, scope)) == [None, hour]
    assert held((begin, fee), (end, fee), (begin, scope), (end, fee)) == [hour, None]


def test_an_end_of_no_reason_or_of_one_that_none_began_for_ends_all() -> None:
    begin, end = EventKind.HOLD_STARTED, EventKind.HOLD_ENDED
    scope, fee, hour = FailureCode.LO05, FailureCode.RV01, timedelta(hours=1)
    assert held((begin, scope), (end, fee)) == [hour]
    assert held((begin, None), (end, None), (begin, fee), (end, None)) == [hour, hour]


@pytest.mark.parametrize("last", sorted(ENDS_HOLDS))
def test_what_is_delivered_or_has_ended_waits_for_nothing(last: EventKind) -> None:
    begin, hour = EventKind.HOLD_STARTED, timedelta(hours=1)
    scope, fee = FailureCode.LO05, FailureCode.RV01
    assert held((begin, scope), (begin, fee), (last, None)) == [2 * hour, hour]
    failed = EventKind.DELIVERY_FAILED  # a second try needs a hold of its own
    assert held((begin, scope), (last, None), (failed, None), (begin, fee)) == [hour, None]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 90)), max_size=6))
def test_apart_holds_add_up(gaps: list[tuple[int, int]]) -> None:
    holds, at, total = [], START, timedelta()
    for gap, length in gaps:
        begin = at + timedelta(hours=gap, minutes=1)
        at = begin + timedelta(hours=length)
        holds.append(Hold(started=begin, ended=at, reason=FailureCode.LO05))
        total += timedelta(hours=length)
    assert length_of(paused(holds, until=at)) == total.total_seconds()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2000), st.integers(1, 500))
def test_the_legal_clock_never_looks_at_holds(begin: int, length: int) -> None:
    started = START + timedelta(hours=begin)
    hold = Hold(started=started, ended=started + timedelta(hours=length), reason=FailureCode.AU01)
    rule = RULES["hipaa_access"]
    plain = explain(rule, starts_at=START, calendar=CALENDAR)
    assert explain(rule, starts_at=START, calendar=CALENDAR, holds=[hold]) == plain


def test_a_hold_that_lasts_leaves_the_date_open() -> None:
    hold = Hold(started=START + timedelta(days=1), ended=None, reason=FailureCode.AU01)
    dates = [
        explain(
            RULES["contract"],
            starts_at=START,
            calendar=CALENDAR,
            holds=[hold],
            as_of=START + timedelta(days=days),
        )
        for days in (2, 9)
    ]
    assert all(due.is_held and "on hold" in due.warnings[0] for due in dates)
    assert dates[0].due < dates[1].due
