"""What increments give is what a reading of everything gives: row by row, hash and bytes."""

from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pyarrow as pa
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.eventlog import LIVE
from analytics.mirror import amended, cut, published
from analytics.mirror.arranged import replaced, split
from analytics.mirror.compared import differing
from analytics.mirror.fold import fold
from analytics.mirror.partition import digests_of, nothing
from analytics.mirror.pieces import Pieces
from analytics.mirror.published import Published
from analytics.mirror.refresh import forget, known
from analytics.mirror.rows import TABLES
from analytics.sources.live import live_log
from analytics.sources.mirrored import live_snapshot
from tests.analytics.mirror.world import DAY, HOUR, KINDS, OPERATIONS, REASONS, World
from tests.depth import examples
from tests.requests_app.cast import make_cast


def assert_as_if_read_whole(at: datetime) -> None:
    """The mirror at a moment equals a reading of everything at that moment.

    Its rows are those of that reading; put where they belong, they are the same bytes.
    """
    shot = live_snapshot(at)
    held = known(LIVE)
    assert held is not None
    whole = split(fold(live_log(at)))
    rows, arranged = Pieces(whole), replaced(held.pieces, (), nothing())
    assert Pieces(arranged).cases.to_pylist() == rows.cases.to_pylist()
    assert Pieces(arranged).steps.to_pylist() == rows.steps.to_pylist()
    assert digests_of(arranged) == digests_of(whole)
    assert differing(held, whole) == ()
    root = published.root_of(LIVE)
    read = published.read(root, str(published.current(root)))
    assert read is not None
    for found in (shot.mirror.rows, read.rows):
        assert _in_order(found.cases) == _in_order(rows.cases)
        assert _in_order(found.steps) == _in_order(rows.steps)
        assert found.facilities == rows.facilities
        for table in TABLES:
            assert found.count(table) == rows.count(table)
            told = found.words(table)
            assert all(set(words) <= set(told[name]) for name, words in rows.words(table).items())
    assert shot.content == read.content
    assert held.stale_from == read.stale_from == Published("", held.facts, whole, {}).stale_from


def _in_order(table: pa.Table) -> list[dict[str, Any]]:
    return sorted(table.to_pylist(), key=lambda row: (row["request_id"], row.get("seq", 0)))


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
MANY = st.integers(0, 6)  # requests, from which on the mirror is cut further
STEPS = st.lists(
    st.lists(HAPPEN | OPERATE, max_size=3).flatmap(lambda done: st.tuples(st.just(done), PASS)),
    min_size=1,
    max_size=6,
)


@pytest.mark.django_db
@settings(
    max_examples=examples(7),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=STEPS,
    most=st.fixed_dictionaries({"SMALL": MANY, "LONG_AGO": MANY}),
    beside=st.fixed_dictionaries({"FEW": MANY, "MOST": MANY, "ALIKE": st.integers(0, 3)}),
)
def test_increments_equal_a_reading_of_everything(
    steps: list[tuple[list[tuple], timedelta]],
    most: dict[str, int],
    beside: dict[str, int],
    few_are_enough: None,
) -> None:
    forget(LIVE)
    with (
        transaction.atomic(),
        mock.patch.multiple(cut, **most),
        mock.patch.multiple(amended, **beside),
    ):
        world = World(make_cast())
        live_snapshot(world.at)
        for done, passed in steps:
            for one in done:
                if len(one) == 2:
                    getattr(world, one[0])(one[1])
                else:
                    world.happen(*one)
            world.at += passed
            assert_as_if_read_whole(world.at)
        transaction.set_rollback(True)


@pytest.mark.django_db
class TestOneByOne:
    """What each kind of change must reach, without luck."""

    def test_a_wait_moves_its_due_date_with_the_days(self) -> None:
        world = World(make_cast())
        live_snapshot(world.at)
        dues = set()
        for _ in range(9):
            world.at += DAY
            assert_as_if_read_whole(world.at)
            rows = live_snapshot(world.at).mirror.cases.to_pylist()
            dues.add(next(row["contract_due"] for row in rows if row["held_since"]))
        assert len(dues) == 6  # a day on which nothing counts moves nothing

    @pytest.mark.parametrize("turn", [0, 1])
    def test_the_first_second_of_a_day_is_told_from_the_next(self, turn: int) -> None:
        world = World(make_cast())
        midnight = world.at.replace(hour=6, minute=0)  # in Chicago
        live_snapshot(midnight - DAY)
        assert_as_if_read_whole(midnight + timedelta(seconds=turn))
        assert_as_if_read_whole(midnight + timedelta(seconds=turn + 1))

    def test_a_holiday_and_its_end_move_what_the_place_received(self) -> None:
        world = World(make_cast())
        dues = [_dues(world)]
        world.holiday(1)
        world.holiday(2)
        dues.append(_dues(world))
        world.no_holiday(9)
        dues.append(_dues(world))
        assert dues[0] == dues[2] != dues[1]
        assert dues[0]["lakeside"] == dues[1]["lakeside"]

    @pytest.mark.parametrize("change", ["rule", "shipped_rule", "rezone"])
    @pytest.mark.parametrize("number", [0, 1])
    def test_rules_and_zones_reach_what_stands_under_them(self, change: str, number: int) -> None:
        world = World(make_cast())
        before = _dues(world)
        getattr(world, change)(number + 3)
        assert _dues(world) != before

    @pytest.mark.usefixtures("few_are_enough")
    def test_what_usually_is_needed_reaches_all_that_is_open(self) -> None:
        world = World(make_cast())
        world.happen(0, "approved", "", timedelta(0))
        before = _risks(world)
        world.happen(2, "available", "", HOUR * 40)  # entered late, of the day before
        assert _risks(world) != before

    @pytest.mark.usefixtures("few_are_enough")
    def test_a_new_day_brings_its_needs(self) -> None:
        world = World(make_cast())
        world.happen(0, "approved", "", timedelta(0))
        world.file_somewhere(0)
        world.happen(4, "approved", "", timedelta(0))
        world.happen(4, "available", "", -9 * HOUR - timedelta(seconds=-1))
        before = _risks(world)
        world.at += DAY
        assert _risks(world) != before

    def test_what_is_to_happen_later_waits_for_its_moment(self) -> None:
        world = World(make_cast())
        before = live_snapshot(world.at).mirror.steps.num_rows
        world.happen(3, "complete", "", -HOUR)
        world.happen(0, "manual_touch", "", timedelta(0))  # taken, while the other stays
        for later, more in ((1, 1), (3599, 1), (3600, 2)):
            at = world.at + timedelta(seconds=later)
            assert live_snapshot(at).mirror.steps.num_rows == before + more
            assert_as_if_read_whole(at)


def _dues(world: World) -> dict[str, list[int | None]]:
    """The contract and legal due moments by place, of a mirror that is as if read whole."""
    world.at += timedelta(seconds=1)
    assert_as_if_read_whole(world.at)
    found: dict[str, list[int | None]] = {}
    for row in live_snapshot(world.at).mirror.cases.to_pylist():
        found.setdefault(row["facility"], []).extend([row["contract_due"], row["legal_due"]])
    return found


def _risks(world: World) -> list[int | None]:
    world.at += timedelta(seconds=1)
    assert_as_if_read_whole(world.at)
    cases = live_snapshot(world.at).mirror.cases
    return [row["at_risk_from"] for row in cases.to_pylist() if row["outcome"] is None]
