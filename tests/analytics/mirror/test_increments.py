"""What increments give is what a reading of everything gives: row by row, hash and bytes."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.mirror import published
from analytics.mirror.fold import fold
from analytics.mirror.partition import digests_of, join, split
from analytics.mirror.refresh import forget, known
from analytics.sources.live import live_log
from analytics.sources.mirrored import LIVE, live_snapshot
from tests.analytics.mirror.world import HOUR, KINDS, OPERATIONS, REASONS, World
from tests.requests_app.cast import make_cast


def as_if_read_whole(at: datetime) -> None:
    """The mirror at a moment equals a reading of everything at that moment."""
    shot = live_snapshot(at)
    held = known(LIVE)
    assert held is not None
    whole = split(fold(live_log(at)))
    cases, steps = join(whole)
    assert shot.mirror.cases.to_pylist() == cases.to_pylist()
    assert shot.mirror.steps.to_pylist() == steps.to_pylist()
    assert shot.content == published.content_of(digests_of(whole))
    root = published.root_of(LIVE)
    folder = root / str(published.current(root))
    assert {path: (folder / path).read_bytes() for path in held.files} == {
        published.path_of(table, key): published.parquet_bytes(rows)
        for key, piece in whole.items()
        for table, rows in piece.tables.items()
    }


@pytest.fixture
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one story be enough for typical needs, so that they change within a test."""
    monkeypatch.setattr("requests_app.sla.history.FEWEST", 1)


HAPPEN = st.tuples(
    st.integers(0, 9),
    st.sampled_from(KINDS),
    st.sampled_from(REASONS),
    st.sampled_from([0, 1, 20, 49, -3, -30]).map(lambda hours: hours * HOUR),
)
OPERATE = st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 9))
PASS = st.sampled_from([1, 7, 60, 3600 * 5, 86400, 86400 * 6]).map(
    lambda seconds: timedelta(seconds=seconds)
)
STEPS = st.lists(
    st.lists(HAPPEN | OPERATE, max_size=3).flatmap(lambda done: st.tuples(st.just(done), PASS)),
    min_size=1,
    max_size=6,
)


@pytest.mark.django_db
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_increments_equal_a_reading_of_everything(
    steps: list[tuple[list[tuple], timedelta]], few_are_enough: None
) -> None:
    forget(LIVE)
    with transaction.atomic():
        world = World(make_cast())
        live_snapshot(world.at)
        for done, passed in steps:
            for one in done:
                if len(one) == 2:
                    getattr(world, one[0])(one[1])
                else:
                    world.happen(*one)
            world.at += passed
            as_if_read_whole(world.at)
        transaction.set_rollback(True)
