"""What changed lies beside the pieces, and counts as if it had been put where it belongs."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.mirror import amended, cut, lineage, published
from analytics.mirror.amended import amended as changed
from analytics.mirror.arranged import replaced, sorted_rows, split
from analytics.mirror.compared import content_of_rows, differing
from analytics.mirror.cut import is_amendment
from analytics.mirror.fold import Mirror, fold
from analytics.mirror.lineage import change_since, steps_after
from analytics.mirror.opened import is_open, opened
from analytics.mirror.partition import (
    Partitions,
    content_of,
    digests_of,
    nothing,
    numbers_of,
)
from analytics.mirror.pieces import Pieces
from analytics.mirror.published import Facts, Published
from analytics.mirror.rows import TABLES
from project.bench_world import world
from tests.depth import examples

N = 60
LOGS = [world(N, facilities=2 + turn, days=800, first=turn * N) for turn in range(3)]


def told(number: int, ids: set[int]) -> Mirror:
    """Return what one of the worlds tells of some requests, under the same numbers in each."""
    log, wanted = LOGS[number], pa.array([str(one) for one in ids], pa.string())

    def of(table: pa.Table) -> pa.Table:
        named = pc.subtract(table["request_id"].cast(pa.int64()), N * number).cast(pa.string())
        at = table.schema.get_field_index("request_id")
        renamed = table.set_column(at, "request_id", named)
        return renamed.filter(pc.is_in(named, value_set=wanted))

    tables = {"requests": of(log.requests), "events": of(log.events)}
    return fold(replace(log, **tables))


def facts() -> Facts:
    return Facts(source="live", as_of=LOGS[0].as_of, watermark="1", zone="UTC")


def beside(pieces: Partitions) -> list[int]:
    """Return how many requests lie in each amendment."""
    return [piece.requests for key, piece in sorted(pieces.items()) if is_amendment(key)]


@pytest.fixture
def begun() -> dict[cut.Key, Any]:
    return split(told(0, set(range(N))))


SOME = 40  # requests to begin with; the others come later
IDS = st.sets(st.integers(0, N - 1), min_size=1, max_size=12)
COME = st.tuples(st.integers(0, 2), IDS, st.just(set[int]()))
GONE = st.tuples(st.integers(0, 2), st.just(set[int]()) | IDS, IDS)
CHANGES = st.lists(COME | COME | COME | GONE, min_size=1, max_size=8)
"""A world, the requests that are now as it tells them, and those that are gone."""
FEW = st.integers(0, 20)


@settings(max_examples=examples(20), deadline=None)
@given(
    changes=CHANGES,
    bounds=st.fixed_dictionaries(
        {"FEW": st.sampled_from([5, N]), "MOST": FEW | st.just(N), "ALIKE": st.integers(0, 3)}
    ),
    cuts=st.fixed_dictionaries({"SMALL": FEW, "LONG_AGO": FEW}),
)
def test_what_lies_beside_counts_as_what_was_put_where_it_belongs(
    changes: list[tuple[int, set[int], set[int]]],
    bounds: dict[str, int],
    cuts: dict[str, int],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root = tmp_path_factory.mktemp("amended")
    with pytest.MonkeyPatch.context() as patch:
        for of, values in ((amended, bounds), (cut, cuts)):
            for name, value in values.items():
                patch.setattr(of, name, value)
        belongs: Partitions = split(told(0, set(range(SOME))))
        last = published.publish(root, facts(), belongs, last=None)
        for number, come, gone in changes:
            fresh = told(number, come - gone)
            belongs = replaced(belongs, come | gone, fresh)
            pieces = changed(last.pieces, come | gone, fresh)
            assert sum(beside(pieces)) <= bounds["MOST"]
            last = published.publish(root, facts(), pieces, last=last)
            assert differing(last, belongs) == ()
            assert content_of_rows(last.pieces) == content_of(digests_of(belongs), belongs)
            read = published.read(root, last.name)
            assert read is not None
            followed = published.read(root, last.name, known=last)
            assert followed is not None
            assert all(followed.pieces[key] is piece for key, piece in last.pieces.items())
            for found in (last, read):
                assert_same_rows(found, belongs)
            for piece in last.pieces.values():
                assert not len(piece.stored.held(numbers_of(gone)))


def assert_same_rows(found: Published, belongs: Partitions) -> None:
    whole = Pieces(belongs)
    for table in TABLES:
        (rows,) = [pa.concat_tables(found.rows.batches(table))]
        (others,) = [pa.concat_tables(whole.batches(table))]
        assert _sorted(rows) == _sorted(others)
        assert found.rows.count(table) == whole.count(table)
        told = found.rows.words(table)
        for name, words in whole.words(table).items():
            assert set(words) <= set(told[name])
    assert found.rows.facilities == whole.facilities
    assert found.stale_from == Published("", facts(), belongs, {}).stale_from
    late = 1 << 40
    for at in (0, found.stale_from or 0, late):
        asked, expected = (
            sorted(number for one in of.values() for number in one.stale(at))
            for of in (found.pieces, belongs)
        )
        assert asked == expected


def _sorted(table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pylist()
    return sorted(rows, key=lambda row: sorted((name, str(of)) for name, of in row.items()))


def files_of(root: Path, made: Published, table: str) -> Iterator[pa.Table]:
    for path in sorted((root / made.name / table).iterdir()):
        yield pa.parquet.read_table(path, partitioning=None)


@pytest.mark.parametrize(("gone", "left_beside"), [(8, 4), (4, 0)])
def test_who_is_gone_is_in_no_file_and_others_stay_where_they_lie(
    gone: int, left_beside: int, begun: Partitions, tmp_path: Path
) -> None:
    first = published.publish(tmp_path, facts(), begun, last=None)
    beside_now = changed(first.pieces, {3, 4, 5}, told(1, {3, 4, 5}))
    second = published.publish(tmp_path, facts(), beside_now, last=first)
    left = changed(second.pieces, {gone, 7}, told(1, {7}))
    third = published.publish(tmp_path, facts(), left, last=second)
    assert sum(beside(third.pieces)) == left_beside
    for table in TABLES:
        held = [
            number
            for rows in files_of(tmp_path, third, table)
            for number in rows["request_id"].to_pylist()
        ]
        assert str(gone) not in held
        assert table == "landmarks" or "3" in held


def test_words_that_came_and_went_beside_are_told_until_they_are_put_in_place(
    begun: Partitions, tmp_path: Path
) -> None:
    def facilities(made: Published) -> set[str]:
        return set(made.rows.words("cases")["facility"])

    first = published.publish(tmp_path, facts(), begun, last=None)
    strange = told(2, set(range(N)))
    at = strange.cases["facility"].to_pylist().index("site-003")
    number = int(strange.cases["request_id"][at].as_py())
    usual = facilities(first)
    assert "site-003" not in usual
    last = first
    for world_of, known in ((2, usual | {"site-003"}), (0, usual | {"site-003"})):
        pieces = changed(last.pieces, {number}, told(world_of, {number}))
        last = published.publish(tmp_path, facts(), pieces, last=last)
        assert facilities(last) == known
    assert "site-003" not in last.rows.facilities
    without = changed(last.pieces, {number}, nothing())
    told_then = facilities(published.publish(tmp_path, facts(), without, last=last))
    assert told_then <= usual  # of who is gone nothing is told
    pieces = replaced(last.pieces, (), nothing())
    for whole in (pieces, begun):
        assert facilities(published.publish(tmp_path, facts(), whole, last=last)) == usual


def test_amendments_stay_few_and_no_piece_is_written_anew_for_few_changes(
    begun: Partitions, tmp_path: Path
) -> None:
    made = published.publish(tmp_path, facts(), begun, last=None)
    inodes = {path: (tmp_path / made.name / path).stat().st_ino for path in made.files}
    for turn in range(32):
        pieces = changed(made.pieces, {turn}, told(turn % 3, {turn}))
        made = published.publish(tmp_path, facts(), pieces, last=made)
        assert len(beside(made.pieces)) <= 6  # as a number has digits of two
    assert sum(beside(made.pieces)) == 32
    kept = [path for path in made.files if path in inodes]
    assert kept
    assert all((tmp_path / made.name / one).stat().st_ino == inodes[one] for one in kept)


def test_the_pieces_of_which_most_lies_beside_are_written_anew_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cut, "SMALL", 0)
    monkeypatch.setattr(cut, "LONG_AGO", 0)
    begun = split(told(0, set(range(N))))
    fullest = max(begun, key=lambda key: begun[key].requests)
    most = {int(one) for one in begun[fullest].cases["request_id"].to_pylist()[1:]}
    others = {
        int(piece.cases["request_id"][0].as_py())
        for key, piece in begun.items()
        if key != fullest and piece.requests > 1
    }
    once = changed(begun, others, told(0, others))
    assert sum(beside(once)) == len(others)
    monkeypatch.setattr(amended, "MOST", len(others) + len(most) - 1)
    twice = changed(once, most, told(0, most))
    assert twice[fullest].requests == begun[fullest].requests
    assert not len(twice[fullest].left_out)
    assert 0 < sum(beside(twice)) <= amended.MOST // 2


@pytest.mark.parametrize("handy", [0, N])
def test_what_went_is_the_same_looked_up_or_unpacked(
    handy: int, begun: Partitions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineage, "HANDY", handy)
    first = published.publish(tmp_path, facts(), begun, last=None)
    shot = first.snapshot(first.facts.as_of)
    ids = {1, 2, 30, 31}
    with opened(shot.mirror):
        assert is_open(shot.mirror)
    looked, look = list[dict[str, pa.Table]](), lineage.rows_at_hand

    def looking(*asked: Any) -> dict[str, pa.Table]:
        looked.append(look(*asked))
        return looked[-1]

    monkeypatch.setattr(lineage, "rows_at_hand", looking)
    pieces = changed(first.pieces, ids, told(1, ids))
    now = replace(facts(), steps=steps_after(first, tuple(ids)))
    second = published.publish(tmp_path, now, pieces, last=first)
    change = change_since(first, shot, second)
    assert change is not None
    for side, number in ((change.gone, 0), (change.come, 1)):
        alone = told(number, ids)
        for table in TABLES:
            rows, others = (pa.concat_tables(one.rows.batches(table)) for one in (side, alone))
            assert rows.schema == others.schema
            assert _sorted(rows) == _sorted(others)
    assert [set(found) for found in looked] == ([] if handy else [{"cases", "landmarks"}])


def test_requests_whose_receipt_moved_are_found_all_the_same(
    begun: Partitions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineage, "HANDY", 0)
    first = published.publish(tmp_path, facts(), begun, last=None)
    shot = first.snapshot(first.facts.as_of)
    with opened(shot.mirror):
        pass
    fresh = told(2, {8, 9})
    moved = {one: set(fresh.cases[one].to_pylist()) for one in ("received", "facility")}
    second = published.publish(
        tmp_path,
        replace(facts(), steps=steps_after(first, (8, 9))),
        changed(first.pieces, {8, 9}, fresh),
        last=first,
    )
    assert sum(beside(second.pieces)) == 2
    change = change_since(first, shot, second)
    assert change is not None
    went = change.gone.cases
    assert moved["received"].isdisjoint(went["received"].to_pylist())
    assert _sorted(went) == _sorted(told(0, {8, 9}).cases)
    assert _sorted(change.come.cases) == _sorted(fresh.cases)


def test_a_snapshot_that_lost_what_is_left_out_is_not_whole(
    begun: Partitions, tmp_path: Path
) -> None:
    first = published.publish(tmp_path, facts(), begun, last=None)
    made = published.publish(tmp_path, facts(), changed(begun, {1, 2}, told(1, {1, 2})), last=first)
    assert published.read(tmp_path, made.name) is not None
    (tmp_path / made.name / "left_out" / "requests.parquet").unlink()
    assert published.read(tmp_path, made.name) is None
    (tmp_path / first.name / "left_out" / "requests.parquet").unlink()
    assert published.read(tmp_path, first.name) is not None  # as those of before had none


def test_other_readers_leave_out_what_the_guide_says(begun: Partitions, tmp_path: Path) -> None:
    first = published.publish(tmp_path, facts(), begun, last=None)
    pieces = changed(begun, {1, 2, 40}, told(1, {1, 2, 40}))
    made = published.publish(tmp_path, facts(), pieces, last=first)
    guide = Path("docs/how-to/measure-on-spark.md").read_text().split("```sql\n")[1]
    said = guide.split("```")[0].replace("current/", f"{tmp_path}/current/")
    for table in TABLES:
        with duckdb.connect() as database:
            rows = database.sql(said.replace("/cases/", f"/{table}/")).to_arrow_table()
        assert rows.num_rows == made.rows.count(table)
        ids = pa.concat_tables(made.rows.batches(table))["request_id"].to_pylist()
        assert sorted(rows["request_id"].to_pylist()) == sorted(ids)


def test_rows_are_cut_only_where_they_are_in_order(begun: Partitions, tmp_path: Path) -> None:
    first = published.publish(tmp_path, facts(), begun, last=None)
    ids = {0, 20, 59}
    pieces = changed(begun, ids, told(0, ids))
    made = published.publish(tmp_path, facts(), pieces, last=first)
    mirror = made.snapshot(made.facts.as_of).mirror
    with pytest.raises(ValueError, match="not sorted"):
        split(mirror)
    assert digests_of(split(sorted_rows(mirror))) == digests_of(begun)
