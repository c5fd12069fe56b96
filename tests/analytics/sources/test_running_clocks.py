"""The business time so far of an open contract clock is read from two moments, at any time."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.sources.live import calendars, live_log
from requests_app.models import Event
from requests_app.sla.clock import paused
from requests_app.sla.policy import federal_calendar, timeline_of
from tests.analytics.mirror.world import HOUR, World
from tests.depth import examples
from tests.requests_app.cast import make_cast

KIND = st.sampled_from(["complete", "hold_started", "hold_ended", "available", "withdrawn"])
HAPPEN = st.tuples(
    st.integers(0, 9),
    KIND,
    st.sampled_from(["AU01", "LO03"]),
    st.integers(0, 400).map(HOUR.__mul__),
)


def so_far(pk: int, at: datetime) -> int | None:
    """Return the open business seconds of a request by its own journal, second by second."""
    line = timeline_of(Event.objects.filter(request=pk, occurred_at__lte=at).order_by("seq"))
    if line.complete is None:
        return None
    calendar = calendars()[Event.objects.filter(request=pk)[0].request.facility.slug]
    holds = [
        (max(start, line.complete), end)
        for start, end in paused(line.holds, until=at)
        if end > line.complete
    ]
    waited = sum(calendar.business_seconds(start, end) for start, end in holds)
    return calendar.business_seconds(line.complete, at) - waited


@pytest.mark.django_db
@settings(
    max_examples=examples(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(done=st.lists(HAPPEN, max_size=12), hours=st.lists(st.integers(0, 200), max_size=4))
def test_business_time_so_far_is_exact_until_the_row_is_read_anew(
    done: list[tuple], hours: list[int]
) -> None:
    with transaction.atomic():
        world = World(make_cast())
        for one in done:
            world.happen(*one)
        rows = live_log(world.at).requests.to_pylist()
        for row in rows:
            if row["contract_from"] is None:
                continue
            assert row["contract_seconds"] is None
            assert row["outcome"] is None
            for later in (0, *hours):
                at = world.at + later * HOUR
                if at.timestamp() < row["stale_from"]:
                    until = min(int(at.timestamp()), row["contract_off"])
                    assert until - row["contract_from"] == so_far(int(row["request_id"]), at)
        transaction.set_rollback(True)


@settings(max_examples=examples(60), deadline=None)
@given(st.integers(0, 40_000_000), st.sampled_from(["America/Chicago", "Pacific/Auckland"]))
def test_a_stretch_of_business_time_is_all_open_and_what_follows_all_closed(
    seconds: int, zone: str
) -> None:
    calendar = federal_calendar(zone)
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    off, on = calendar.stretch(at)
    if off > at:
        assert calendar.business_seconds(at, off) == (off - at).total_seconds()
    else:
        assert calendar.business_seconds(off, at) == 0
    assert calendar.business_seconds(off, on) == 0
    for edge, inwards in ((off, -1), (on, 1)):
        inside = edge + inwards * timedelta(seconds=9)
        assert abs(calendar.business_seconds(inside, edge)) == 9
    assert at < on


@pytest.mark.django_db
def test_an_open_request_is_counted_with_its_business_time_so_far() -> None:
    world = World(make_cast())
    keys = [f"contract_turnaround_{name}median" for name in ("", "censored_")]
    stopped, running = compute(fold(live_log(world.at)), Selection(), keys).values()
    assert (stopped.n, running.n, running.numerator) == (1, 3, 1)
    assert running.excluded == {"open and not complete": 1}
    for number in range(4):
        world.happen(number, "complete", "", 50 * HOUR)
    _, now = compute(fold(live_log(world.at)), Selection(), keys).values()
    assert (now.n, now.numerator, now.excluded) == (4, 1, {})
