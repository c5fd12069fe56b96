"""Where a mirror is cut follows from its rows alone, however they came together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.mirror import cut
from analytics.mirror.fold import Mirror, fold
from analytics.mirror.partition import arranged, digests_of, replaced, split, with_more
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


@pytest.mark.parametrize("small", [0, 1, 14, 1000])
def test_a_small_period_is_one_piece_and_a_large_one_is_cut_further(
    small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cut, "SMALL", small)
    pieces = split(WORLD)
    received = zip(WORLD.cases["facility"].to_pylist(), WORLD.cases["day"].to_pylist(), strict=True)
    newest: dict[str, int] = {}
    for facility, day in received:
        month = cut.number_of(str(np.datetime64(day, "D")))
        newest[facility] = max(month, newest.get(facility, month))
    for key, piece in pieces.items():
        level = cut.SIZES.index(len(key[1]))
        is_recent = level and cut.number_of(key[1]) > newest[key[0]] - 2
        assert piece.cases.num_rows <= small or level == 2 or (level == 1 and not is_recent)
        assert level < 2 or is_recent
        for wider in range(level):
            around = [of for of in pieces if cut.within(of, wider) == cut.within(key, wider)]
            assert sum(pieces[of].cases.num_rows for of in around) > small
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
        keys = list(cut.runs(nowhen, cut.large_in(nowhen)))
        assert [period for _, period in keys] == [cut.NEVER, cut.NEVER]


CHANGES = st.lists(st.sets(st.integers(0, 59), max_size=25), min_size=1, max_size=4)


@settings(max_examples=examples(15), deadline=None)
@given(small=st.integers(0, 15), kept=CHANGES)
def test_years_that_grow_and_shrink_are_cut_as_if_all_came_at_once(
    small: int, kept: list[set[int]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cut, "SMALL", small)
        pieces, everyone = split(only(kept[0])), range(60)
        for ids in kept[1:]:
            pieces = replaced(pieces, everyone, only(ids))
        assert digests_of(pieces) == digests_of(split(only(kept[-1])))
        one, other = ({i for i in everyone if i % 2 == odd} for odd in (0, 1))
        both = arranged(with_more(split(only(one)), split(only(other))))
        assert list(both) == list(split(WORLD))
        assert digests_of(both) == digests_of(split(WORLD))
