"""Where a mirror is cut follows from its rows alone, however they came together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.mirror import cut
from analytics.mirror.arranged import arranged, replaced, split, with_more
from analytics.mirror.fold import Mirror, fold
from analytics.mirror.partition import digests_of
from analytics.mirror.pieces import Pieces
from analytics.mirror.rows import Whole
from project.bench_world import world
from tests.depth import examples

WORLD = fold(world(60, facilities=2, days=800))


def only(ids: set[int]) -> Mirror:
    """Return the mirror of some requests of the world."""
    names = {str(one) for one in ids}
    cases, steps = (
        table.filter([one in names for one in table["request_id"].to_pylist()])
        for table in (WORLD.cases, WORLD.steps)
    )
    return Mirror(log=WORLD.log, rows=Whole(cases, steps))


def received_in(facility: str, begins: str) -> int:
    """Return how many requests of the world a facility received in a period, before its newest months."""
    days = _of(facility)
    newest = np.datetime64(max(days), "M") - cut.RECENT + 1
    return sum(day.startswith(begins) and np.datetime64(day, "M") < newest for day in days)


def _of(facility: str) -> list[str]:
    """Return the day of receipt of each request of a facility."""
    rows = zip(WORLD.cases["facility"].to_pylist(), WORLD.cases["day"].to_pylist(), strict=True)
    return [str(np.datetime64(day, "D")) for where, day in rows if where == facility]


@pytest.mark.parametrize("long_ago", [0, 10, 1000])
@pytest.mark.parametrize("small", [0, 1, 14, 1000])
def test_what_came_long_ago_is_one_piece_and_the_newest_months_are_pieces(
    small: int, long_ago: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cut, "SMALL", small)
    monkeypatch.setattr(cut, "LONG_AGO", long_ago)
    pieces = split(WORLD)
    for (facility, period), piece in pieces.items():
        if period == cut.BEFORE:
            assert piece.cases.num_rows == received_in(facility, "") <= long_ago
            continue
        if period == cut.NEWEST:
            before = received_in(facility, "")
            assert piece.cases.num_rows == len(_of(facility)) - before <= small
            continue
        is_old = received_in(facility, period) > 0
        assert is_old or len(_of(facility)) - received_in(facility, "") > small
        assert not is_old or received_in(facility, "") > long_ago
        if cut.is_day(period):
            around = [of for of in pieces if of[0] == facility and of[1].startswith(period[:7])]
            assert not is_old
            assert sum(pieces[of].cases.num_rows for of in around) > small
        elif len(period) == len("2026-11"):
            assert (
                received_in(facility, period[:4]) > small
                if is_old
                else piece.cases.num_rows <= small
            )
        else:
            assert piece.cases.num_rows == received_in(facility, period) <= small
    assert Pieces(pieces).cases.to_pylist() == WORLD.cases.to_pylist()
    assert Pieces(pieces).steps.to_pylist() == WORLD.steps.to_pylist()


def test_rows_without_a_receipt_lie_in_a_piece_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = WORLD.cases.column_names.index("received")
    nowhen = WORLD.cases.set_column(place, "received", [[None] * WORLD.cases.num_rows]).cast(
        WORLD.cases.schema
    )
    for small in (0, 1000):
        monkeypatch.setattr(cut, "SMALL", small)
        keys = list(cut.runs(nowhen, cut.plans_of(nowhen)))
        assert [period for _, period in keys] == [cut.NEVER, cut.NEVER]


CHANGES = st.lists(st.sets(st.integers(0, 59), max_size=25), min_size=1, max_size=4)


@settings(max_examples=examples(15), deadline=None)
@given(small=st.integers(0, 15), long_ago=st.integers(0, 30), kept=CHANGES)
def test_periods_that_grow_and_shrink_are_cut_as_if_all_came_at_once(
    small: int, long_ago: int, kept: list[set[int]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cut, "SMALL", small)
        patch.setattr(cut, "LONG_AGO", long_ago)
        pieces, everyone = split(only(kept[0])), range(60)
        for ids in kept[1:]:
            pieces = replaced(pieces, everyone, only(ids))
        assert digests_of(pieces) == digests_of(split(only(kept[-1])))
        one, other = ({i for i in everyone if i % 2 == odd} for odd in (0, 1))
        both = arranged(with_more(split(only(one)), split(only(other))))
        assert list(both) == list(split(WORLD))
        assert digests_of(both) == digests_of(split(WORLD))
