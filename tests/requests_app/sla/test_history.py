"""A request is at risk when it has less time left than others in its state still needed."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from requests_app.failure_codes import PAUSING, FailureCode
from requests_app.lifecycle.journal import Particulars, record
from requests_app.models import Facility
from requests_app.sla.calendar import BusinessCalendar
from requests_app.sla.clock import Moment, Timeline, fold, paused
from requests_app.sla.explain import explain
from requests_app.sla.history import FEWEST, stage_of, typical_needs
from requests_app.sla.policy import Band, standing
from requests_app.sla.rules import CONTRACT, HIPAA
from requests_app.staff.worklist import words_for
from requests_app.vocabulary import Direction, EventKind, State
from tests.depth import examples
from tests.requests_app.cast import AT, file_request, make_cast
from tests.requests_app.sla.stretches import length_of

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CALENDAR = BusinessCalendar(zone="America/Chicago")


def released(place: Facility, *, after: timedelta) -> None:
    """File a request that was available some time after its search began."""
    request = file_request(place)
    search = Particulars(state_from=State.APPROVED, state_to=State.LOCATING)
    record(request, EventKind.SEARCH_STARTED, by=None, at=AT, particulars=search)
    record(request, EventKind.AVAILABLE, by=None, at=AT + after)


@pytest.mark.django_db
def test_the_need_of_a_state_is_the_eightieth_percentile_of_what_followed() -> None:
    place = make_cast().northfield
    for hours in range(FEWEST + 1):
        released(place, after=(hours + 1) * HOUR)
    needs = typical_needs(AT + 3 * DAY)
    assert needs[Direction.OUTBOUND, State.LOCATING, False] == 25 * HOUR
    assert (Direction.INBOUND, State.LOCATING, False) not in needs


@pytest.mark.django_db
def test_of_many_releases_the_latest_of_each_direction_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("requests_app.sla.history.MOST", FEWEST)
    place = make_cast().northfield
    for _ in range(FEWEST):
        released(place, after=5 * HOUR)
        released(place, after=9 * HOUR)
    needs = typical_needs(AT + 3 * DAY)
    assert needs[Direction.OUTBOUND, State.LOCATING, False] == 9 * HOUR


@pytest.mark.django_db
def test_what_was_complete_needs_what_followed_its_completion() -> None:
    place = make_cast().northfield
    for _ in range(FEWEST):
        request = file_request(place)
        record(request, EventKind.COMPLETE, by=None, at=AT + 5 * DAY)
        record(request, EventKind.AVAILABLE, by=None, at=AT + 7 * DAY)
    needs = typical_needs(AT + 8 * DAY)
    received = Direction.OUTBOUND, State.RECEIVED
    assert needs[stage_of(*received, is_complete=False)] == 7 * DAY
    assert needs[stage_of(*received, is_complete=True)] == 2 * DAY


@pytest.mark.django_db
def test_what_was_waited_on_the_requester_is_no_part_of_the_need() -> None:
    place = make_cast().northfield
    pauses = Particulars(reason=min(PAUSING))
    ours = Particulars(reason=min(set(FailureCode) - PAUSING))
    for _ in range(FEWEST):
        request = file_request(place)
        record(request, EventKind.COMPLETE, by=None, at=AT)
        for start, why in ((1, pauses), (2, pauses), (2, ours)):
            record(request, EventKind.HOLD_STARTED, by=None, at=AT + start * DAY, particulars=why)
        record(request, EventKind.HOLD_ENDED, by=None, at=AT + 4 * DAY)
        record(request, EventKind.AVAILABLE, by=None, at=AT + 6 * DAY)
    needs = typical_needs(AT + 7 * DAY)
    assert needs[Direction.OUTBOUND, State.RECEIVED, True] == 3 * DAY


REASONS = (*sorted(PAUSING)[:2], min(set(FailureCode) - PAUSING))
WAITS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 40)), min_size=len(REASONS), max_size=len(REASONS)
)


@settings(max_examples=examples(12), deadline=None)
@given(st.lists(WAITS, min_size=1, max_size=3), st.booleans())
@pytest.mark.django_db
def test_a_wait_of_several_ends_with_its_own_hold(
    stories: list[list[tuple[int, int]]], is_named: bool
) -> None:
    """However holds overlap, the need is what the clock's own folding leaves."""
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("requests_app.sla.history.FEWEST", 1)
        place = make_cast().northfield
        left = [told_with_waits(place, story, is_named=is_named) for story in stories]
        need = typical_needs(AT + 20 * DAY)[Direction.OUTBOUND, State.RECEIVED, True]
        assert need.total_seconds() == pytest.approx(np.quantile(left, 0.8))
        transaction.set_rollback(True)


def told_with_waits(place: Facility, waits: list[tuple[int, int]], *, is_named: bool) -> float:
    """Journal holds of several reasons and a release; return the seconds that none paused."""
    turns = []
    for nth, (reason, (start, length)) in enumerate(zip(REASONS, waits, strict=True)):
        begun = AT + start * HOUR + nth * MINUTE  # no two turns in one moment
        over = begun + length * HOUR + len(REASONS) * MINUTE
        turns.append(Moment(kind=EventKind.HOLD_STARTED, at=begun, reason=reason))
        turns.append(
            Moment(kind=EventKind.HOLD_ENDED, at=over, reason=reason if is_named else None)
        )
    return told(place, turns)


def told(place: Facility, turns: list[Moment]) -> float:
    """Journal some turns and a release; return the seconds that none paused."""
    turns = sorted(turns, key=lambda turn: turn.at)
    turns.insert(0, Moment(kind=EventKind.COMPLETE, at=AT))
    turns.append(Moment(kind=EventKind.AVAILABLE, at=AT + 5 * DAY))
    request = file_request(place)
    for turn in turns:
        particulars = Particulars(reason=turn.reason)
        record(request, turn.kind, by=None, at=turn.at, particulars=particulars)
    held = length_of(paused(fold(turns).holds, until=turns[-1].at))
    return (turns[-1].at - AT).total_seconds() - held


ENDS_ALL = [EventKind.AVAILABLE, EventKind.CLOSED, EventKind.DENIED]
TURNS = st.lists(
    st.tuples(
        st.sampled_from([EventKind.HOLD_STARTED, EventKind.HOLD_ENDED] * 3 + ENDS_ALL),
        st.sampled_from([None, *REASONS]),
    ),
    max_size=9,
)


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(TURNS, min_size=1, max_size=3))
@example([[(EventKind.HOLD_STARTED, REASONS[0]), (EventKind.AVAILABLE, None)]])
@example([[(EventKind.HOLD_STARTED, REASONS[0]), *[(EventKind.HOLD_ENDED, REASONS[0])] * 2]])
@example(
    [
        [
            *((EventKind.HOLD_STARTED, REASONS[0]), (EventKind.HOLD_STARTED, REASONS[1])),
            *[(EventKind.HOLD_ENDED, REASONS[1])] * 2,
        ]
    ]
)
@pytest.mark.django_db
def test_whatever_is_said_of_holds_the_need_is_what_the_clock_leaves(
    stories: list[list[tuple[EventKind, FailureCode | None]]],
) -> None:
    """An end said twice, of another reason, without one, before any hold: one rule at both."""
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("requests_app.sla.history.FEWEST", 1)
        place = make_cast().northfield
        left = [
            told(
                place,
                [
                    Moment(kind=kind, at=AT + (5 + 9 * nth) * HOUR, reason=reason)
                    for nth, (kind, reason) in enumerate(story)
                ],
            )
            for story in stories
        ]
        need = typical_needs(AT + 20 * DAY)[Direction.OUTBOUND, State.RECEIVED, True]
        assert need.total_seconds() == pytest.approx(np.quantile(left, 0.8))
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_hold_that_ends_in_its_own_moment_takes_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("requests_app.sla.history.FEWEST", 1)
    at, reason = AT + HOUR, REASONS[0]
    kinds = (EventKind.HOLD_STARTED, EventKind.HOLD_ENDED)
    left = told(make_cast().northfield, [Moment(kind=one, at=at, reason=reason) for one in kinds])
    need = typical_needs(AT + 20 * DAY)[Direction.OUTBOUND, State.RECEIVED, True]
    assert need.total_seconds() == left == (5 * DAY).total_seconds()


@pytest.mark.django_db
def test_what_was_not_over_yet_says_nothing() -> None:
    place = make_cast().northfield
    for hours in range(FEWEST + 1):
        released(place, after=(hours + 1) * HOUR)
    assert (Direction.OUTBOUND, State.LOCATING, False) not in typical_needs(AT + 20 * HOUR)
    assert typical_needs(AT + 400 * DAY) == {}


def test_less_time_than_usually_needed_is_a_risk_that_says_why() -> None:
    start = datetime(2026, 3, 2, 15, tzinfo=UTC)
    due = explain(HIPAA, starts_at=start, calendar=CALENDAR)
    at = start + 15 * DAY
    calm = standing((due,), Timeline(received=start), CALENDAR, at=at, needs=10 * DAY)
    risky = standing((due,), Timeline(received=start), CALENDAR, at=at, needs=20 * DAY)
    assert (calm.band, calm.usually_needs) == (Band.ON_TRACK, None)
    assert (risky.band, risky.usually_needs) == (Band.AT_RISK, 20)
    _, words = words_for(risky, Timeline(received=start), at)
    assert words.endswith(" days left, usually needs 20.0")


def test_days_are_called_what_the_deciding_rule_counts() -> None:
    start = datetime(2026, 3, 2, 15, tzinfo=UTC)
    due = explain(CONTRACT, starts_at=start, calendar=CALENDAR)
    line = Timeline(received=start, complete=start)
    risky = standing((due,), line, CALENDAR, at=start, needs=60 * DAY)
    _, words = words_for(risky, line, start)
    assert words.endswith(" business days left, usually needs 44.0")
    after = due.due_at + DAY
    _, words = words_for(standing((due,), line, CALENDAR, at=after), line, after)
    assert words.endswith(" business days late") or words == "1 business day late"


def test_a_late_request_is_late_whatever_others_needed() -> None:
    start = datetime(2026, 3, 2, 15, tzinfo=UTC)
    due = explain(HIPAA, starts_at=start, calendar=CALENDAR)
    late = standing((due,), Timeline(received=start), CALENDAR, at=due.due_at, needs=HOUR)
    assert late.band is Band.LATE
