"""The contract clock of the forecast knows at each moment what was known then, and no more."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.forecast.contract import MISSED, NOT_KNOWN, ContractClock
from analytics.forecast.forecasting import clock_of
from analytics.forecast.model import Model
from analytics.metrics.compute import compute
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from tests.analytics.forecast.oracle import Oracle
from tests.analytics.forecast.worlds import (
    CALENDAR,
    DAY,
    HOUR,
    START,
    Life,
    due_at,
    log,
    memoryless,
    timeline_of,
)
from tests.depth import examples

EVERYTHING = Selection()
STEPS = st.sampled_from(
    [
        *(("complete", None), ("approved", None), ("search_started", None), ("located", None)),
        *(("images_unusable", None), ("prepared", None), ("sent", None), ("available", None)),
        *(("delivery_failed", None), ("redelivery_ready", None), ("manual_touch", None)),
        *(("hold_started", "AU01"), ("hold_started", "RV01"), ("hold_ended", "AU01")),
        *(("hold_ended", "RV01"), ("hold_ended", None), ("hold_started", "LO05")),
        *(("available", None), ("closed", None)),
    ]
)
ENDINGS = st.sampled_from([None, None, "denied", "withdrawn", "not_found", "duplicate"])


@st.composite
def lives(draw: st.DrawFn) -> list[Life]:
    """A few requests with holds, failures and endings at any time."""
    found = []
    for i in range(draw(st.integers(1, 6))):
        received = at = START + draw(st.integers(0, 20)) * 7 * HOUR
        events = []
        told = [("complete", None)] if draw(st.booleans()) else []
        for activity, reason in [*told, *draw(st.lists(STEPS, max_size=8))]:
            at += draw(st.integers(1, 60)) * HOUR + draw(st.integers(0, 3599))
            events.append((at, activity, reason))
        if (ending := draw(ENDINGS)) and not any(what == "available" for _, what, _ in events):
            events.append((at + draw(st.integers(1, 90)) * HOUR, ending, None))
        allowed = draw(st.integers(2, 12)) * DAY
        found.append(
            Life(
                key=f"{i}",
                received=received,
                events=tuple(events),
                due=received + allowed,
                direction=draw(st.sampled_from(["inbound", "outbound"])),
            )
        )
    return found


def clock(some: list[Life], at: int, *, business: bool) -> ContractClock:
    with asking(fold(log(some, at, business=business)), EVERYTHING) as ask:
        return clock_of(ask, {"northfield": CALENDAR})


MOMENTS = st.integers(0, 40 * 24).map(lambda hours: START + hours * HOUR)


@settings(deadline=None, max_examples=examples(6))
@given(lives(), MOMENTS, MOMENTS)
def test_what_was_left_is_what_the_due_date_said_on_that_day(some, one: int, other: int) -> None:
    """Later holds move the due date; an earlier look must not see it."""
    early, late = sorted((one, other))
    known = clock(some, late, business=True)
    if not known.axis.pauses:
        return
    then = known.standing(early)
    left = dict(zip((known.stories.ids[i] for i in then.requests), then.left, strict=True))
    for life in some:
        line = timeline_of(event for event in life.events if event[0] <= early)
        due = due_at(line, early)
        runs = due is not None and due > early and line.available is None and not line.ended_by
        if not runs or life.received > early:
            assert life.key not in left
            continue
        span = CALENDAR.business_seconds(*(datetime.fromtimestamp(at, UTC) for at in (early, due)))
        assert left.get(life.key, 0) == span  # none is left on a weekend after the last day


@settings(deadline=None, max_examples=examples(6))
@given(lives(), MOMENTS, MOMENTS, st.booleans())
def test_an_earlier_look_is_blind_to_what_came_later(some, one: int, other: int, business) -> None:
    early, late = sorted((one, other))
    cut, whole = (clock(some, at, business=business) for at in (early, late))
    if cut.axis.unit != whole.axis.unit:
        return
    assert told(cut, early) == told(whole, early)


def told(known: ContractClock, at: int) -> list[tuple[object, ...]]:
    standing, model = known.standing(at), Model(known, at)
    columns = (standing.requests, standing.visits, standing.left, standing.used)
    rows = [
        (known.stories.ids[request], known.stories.states[visit], int(left), int(used), estimate)
        for request, visit, left, used, estimate in zip(
            *columns, model.estimates(standing), strict=True
        )
    ]
    return [*sorted(rows, key=lambda row: row[0]), (model.finished, model.missed, model.requests)]


@settings(deadline=None, max_examples=examples(6))
@given(lives(), MOMENTS, st.booleans())
def test_chances_are_those_of_the_slow_oracle(some, at: int, business: bool) -> None:
    known = clock(some, at, business=business)
    model, now = Model(known, at), known.standing(at)
    slow = Oracle(some, at, business=business and known.axis.pauses)
    by_key = {life.key: life for life in some}
    for i, one in enumerate(model.estimates(now)):
        life = by_key[known.stories.ids[now.requests[i]]]
        state = next(
            state
            for state, entered, left in slow.stretches(life)
            if entered <= at and (left is None or left > at)
        )
        allowed = slow.left(life, slow.start(life))
        age = allowed - slow.left(life, at)
        expected = slow.chance(life.direction, state, age, allowed, model.share)
        assert one.chance == pytest.approx(expected, abs=1e-9)
        assert 0 <= one.low <= one.chance + 1e-12
        assert one.chance - 1e-12 <= one.high <= 1


@settings(deadline=None, max_examples=examples(6))
@given(lives(), MOMENTS, st.booleans())
def test_missed_dates_are_those_of_the_measure(some, at: int, business: bool) -> None:
    mirror = fold(log(some, at, business=business))
    measured = compute(mirror, EVERYTHING, ["sla_compliance"])["sla_compliance"]
    with asking(mirror, EVERYTHING) as ask:
        outcomes = clock_of(ask, {"northfield": CALENDAR}).outcomes(at)
    counted = int(np.count_nonzero(outcomes <= MISSED))
    assert (counted, int(np.count_nonzero(outcomes == 0))) == (
        measured.n,
        measured.numerator or 0,
    )
    waiting = measured.excluded.get("not due yet", 0)
    assert int(np.count_nonzero(outcomes == NOT_KNOWN)) == waiting


def test_more_time_left_never_makes_a_miss_likelier() -> None:
    at = START + 100 * DAY
    known = clock(memoryless(900, seed=5, days=100), at, business=False)
    model, now = Model(known, at), known.standing(at)
    last = np.ones(len(now.requests))
    for days in range(12):
        later = now.only(np.ones(len(now.requests), bool))
        later.allowed[:] = now.used + days * DAY
        found = np.array([one.chance for one in model.estimates(later)])
        assert (found <= last + 1e-12).all()
        last = found


def test_a_failed_delivery_takes_back_what_was_thought_to_be_released() -> None:
    events = ((START + DAY, "available", None), (START + 2 * DAY, "delivery_failed", None))
    life = Life(key="a", received=START, events=events, due=START + 9 * DAY)
    known = clock([life], START + 3 * DAY, business=False)
    assert not len(known.standing(START + DAY + HOUR).requests)
    now = known.standing(START + 3 * DAY)
    assert [known.stories.states[visit] for visit in now.visits] == ["delivery_failed"]
    assert known.training(START + DAY + HOUR).released.all()
    assert not known.training(START + 3 * DAY).released.any()
