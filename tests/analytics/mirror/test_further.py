"""Columns beside few rows come from one planned statement: to each caller those of its own rows."""

from concurrent.futures import ThreadPoolExecutor

import duckdb
import pyarrow as pa
import pytest

from analytics.metrics.marks import marks
from analytics.mirror.databases import Database
from analytics.mirror.filled import put
from analytics.mirror.fold import Mirror, fold
from analytics.mirror.further import NONE, Further, with_further
from project.bench_world import world

TWICE = Further(shared={"more": "n + 1"}, columns={"twice": "more * 2"})


def test_the_planned_statement_says_what_the_whole_one_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mirror = fold(world(300, facilities=3))
    few = _put(mirror)
    monkeypatch.setattr("analytics.mirror.filled.BRIEF", 0)
    assert few.num_columns == len(mirror.rows.names("cases")) + len(marks()["cases"].columns)
    assert _put(mirror).equals(few)


def _put(mirror: Mirror) -> pa.Table:
    database = Database(mirror)
    with database.cursor() as asking:
        rows = next(mirror.rows.batches("cases"))
        put(asking, "CREATE TABLE found AS", rows, {}, marks()["cases"])
        found = asking.sql("FROM found").to_arrow_table()
    database.close()
    return found


def test_threads_that_ask_together_get_each_their_own() -> None:
    tables = [pa.table({"n": pa.array(range(at, at + 50), pa.int64())}) for at in range(40)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda rows: with_further(rows, TWICE), tables))
    for rows, more in zip(tables, found, strict=True):
        assert more["n"].equals(rows["n"])
        assert more["twice"].to_pylist() == [2 * (n + 1) for n in rows["n"].to_pylist()]


def test_other_columns_or_other_types_have_a_plan_of_their_own() -> None:
    for kind in (pa.int64(), pa.int32(), pa.int16()):
        rows = pa.table({"n": pa.array([None, 3], kind), "word": ["a", None]})
        assert with_further(rows, TWICE)["twice"].to_pylist() == [None, 8]


def test_after_a_statement_that_fails_the_next_rows_are_answered() -> None:
    halved = Further(shared={}, columns={"half": "CAST(word AS INTEGER)"})
    with pytest.raises(duckdb.Error):
        with_further(pa.table({"word": ["x"]}), halved)
    assert with_further(pa.table({"word": ["7"]}), halved)["half"].to_pylist() == [7]


def test_without_rows_the_columns_are_there() -> None:
    none = pa.table({"n": pa.array([], pa.int64())})
    assert with_further(none, TWICE).column_names == ["n", "twice"]
    assert NONE.columns == {}
