"""Words as numbers of a list: the same rows give the same bytes, wherever they were folded."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.mirror import cut, databases, pieces, rows
from analytics.mirror.arranged import split
from analytics.mirror.digest import digest
from analytics.mirror.fold import Mirror, fold
from analytics.mirror.opened import opened
from analytics.mirror.packed import parquet_bytes, rows_in, unpacked, words_in
from analytics.mirror.pieces import Pieces, pack_but_newest
from analytics.mirror.words import in_lists, settled
from project.bench_world import world
from tests.analytics.mirror.windows import plain
from tests.depth import examples

WORDS = st.lists(st.none() | st.sampled_from(["", "CT", "MR", "🤦🏼", "it's"]), max_size=12)


def in_chunks(words: list[str | None], cut: int) -> pa.Table:
    """Return words in two chunks whose lists differ, one with a word that no row has."""
    first = pa.array(["unused", *words[:cut]], pa.string()).dictionary_encode().slice(1)
    second = pa.array(words[cut:], pa.string()).dictionary_encode()
    column = pa.chunked_array([first, second])
    return pa.table({"modality": column, "request_id": pa.array([""] * len(words), pa.string())})


@settings(max_examples=examples(15), deadline=None)
@given(words=WORDS, cut=st.integers(0, 12))
def test_lists_tell_the_same_words(words: list[str | None], cut: int) -> None:
    mixed, alone = in_chunks(words, cut), in_chunks(words, 0)
    assert in_lists(mixed)["modality"].to_pylist() == words
    found = settled(in_lists(mixed))
    assert found["modality"].to_pylist() == words
    assert found["modality"].chunk(0).dictionary.to_pylist() == sorted({*words} - {None})
    assert parquet_bytes(found) == parquet_bytes(settled(in_lists(alone)))
    assert digest(found) == digest(settled(in_lists(alone)))


@settings(max_examples=examples(15), deadline=None)
@given(one=WORDS, other=WORDS)
def test_other_words_have_another_hash(one: list[str | None], other: list[str | None]) -> None:
    hashes = {digest(settled(in_lists(in_chunks(words, 0)))) for words in (one, other)}
    assert len(hashes) == (1 if one == other else 2)


def test_a_packed_piece_tells_its_rows_and_words_without_being_unpacked() -> None:
    for piece in split(fold(world(200))).values():
        steps, content = piece.steps, piece.of("steps").packed
        words = piece.of("steps").words
        assert (rows_in(content), words_in(content)) == (steps.num_rows, words)
        piece.stored.pack()
        assert piece.steps.equals(steps)
        assert unpacked(content).equals(steps)
        assert piece.of("steps").words == words


def test_only_the_newest_months_stay_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut, "SMALL", 5)
    found = split(fold(world(200)))
    newest = max(month for _, month in found)
    kept = [key for key in found if key[1] == newest]
    monkeypatch.setattr(pieces, "UNPACKED", sum(found[key].of("steps").rows for key in kept))
    pack_but_newest(found)
    assert [key for key, piece in found.items() if piece.stored.is_unpacked] == kept


@pytest.mark.parametrize("many", [1, 3_000_000])
@pytest.mark.parametrize("few", [0, 50_000])
@pytest.mark.parametrize("batch", [7, 1 << 18])
def test_a_database_holds_the_rows_of_a_mirror_in_order(
    many: int, few: int, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.mirror.databases.MANY", many)
    monkeypatch.setattr("analytics.mirror.filled.SQUEEZED", 30)
    monkeypatch.setattr("analytics.mirror.filled.FEW", few)
    monkeypatch.setattr("analytics.mirror.filled.AT_ONCE", 50)
    for room in (rows, pieces):
        monkeypatch.setattr(room, "BATCH", batch)
    whole = fold(world(20, facilities=2))
    cut_up = Mirror(log=whole.log, rows=Pieces(split(whole)))
    for mirror in (whole, cut_up):
        with opened(mirror) as database:
            for table in ("cases", "steps"):
                found = database.sql(f"FROM {table}").to_arrow_table()
                assert told(found) == told(getattr(whole, table))


def told(table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = plain(table).to_pylist()
    return rows


def test_threads_that_begin_together_share_one_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "_HOSTS", {})
    with ThreadPoolExecutor(4) as threads:
        hosts = {id(one.result()) for one in [threads.submit(databases.host) for _ in range(8)]}
    assert len(hosts) == len(databases._HOSTS) == 1


def test_a_fork_ends_no_database_of_the_process_that_made_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database = databases.Database(fold(world(2)))
    with monkeypatch.context() as forked:
        forked.setattr("os.getpid", lambda: -1)
        database.close()
    with database.cursor() as there:
        assert there.execute("SELECT current_database()").fetchone() == (database.name,)
    database.close()
    with pytest.raises(duckdb.Error):
        database.cursor()
