"""Tables of a mirror put into DuckDB, a batch at a time; the rows of a large one compressed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pyarrow as pa

from analytics.mirror.databases import Database
from analytics.mirror.fold import Mirror
from analytics.mirror.further import NONE, Further, with_further
from analytics.mirror.words import words_of

FEW = 50_000  # rows that DuckDB reads from Arrow as fast as from its own tables
SQUEEZED = 2_000_000  # rows that lie there uncompressed at most
WORDS = 10_000  # a column of more different words stays text
AT_ONCE = 122_880  # rows: as many as DuckDB keeps together, so that each thread has its own
BRIEF = 20_000  # rows that are put in sooner than a better plan of it is thought of
_DRAFT = "draft"


def fill(database: Database, mirror: Mirror, name: str, marks: Further) -> Mapping[str, str]:
    """Make a table of a mirror's rows, with marks; return the kind of each column that has one."""
    with database.cursor() as filling:
        kinds = _enums(filling, mirror, name) if mirror.rows.count(name) > FEW else {}
        loose, made = 0, f"CREATE OR REPLACE TABLE {_DRAFT} AS"
        for batch in _ahead(mirror.rows.batches(name)):
            put(filling, made, batch, kinds, marks)
            made, loose = f"INSERT INTO {_DRAFT}", loose + batch.num_rows
            # Those that came are compressed where nobody is reading.
            if database.is_compressed and loose >= SQUEEZED and database.tidied():
                loose = 0
        if database.is_compressed:
            database.tidied()
        filling.execute(f"ALTER TABLE {_DRAFT} RENAME TO {name}")  # nobody sees half of it
    return kinds


def _ahead(batches: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield batches while the next one is unpacked beside."""
    with ThreadPoolExecutor(1) as unpacker:
        following = unpacker.submit(next, batches, None)
        while (batch := following.result()) is not None:
            following = unpacker.submit(next, batches, None)
            yield batch


def _enums(filling: duckdb.DuckDBPyConnection, mirror: Mirror, name: str) -> dict[str, str]:
    """Make an ENUM of the words of each column: one byte a row where text has sixteen."""
    kinds = {}
    for column, words in mirror.rows.words(name).items():
        if words and len(words) <= WORDS:
            kinds[column] = f"{name}_{column}"
            # Sorted: an ENUM is ordered by the place of its words.
            filling.execute(
                f"CREATE TYPE IF NOT EXISTS {kinds[column]} AS ENUM ({_listed(sorted(words))})"
            )
    return kinds


def put(
    filling: duckdb.DuckDBPyConnection,
    made: str,
    batch: pa.Table,
    kinds: Mapping[str, str],
    marks: Further,
) -> None:
    """Put rows into a table; words are looked up by their numbers, and never compared."""
    if batch.num_rows <= BRIEF and marks.columns:
        batch, marks = with_further(batch, marks), NONE
    said, listed = [], words_of(batch)
    for place, name in enumerate(batch.column_names):
        if name not in kinds:
            said.append(name)
            continue
        words = f"CAST([{_listed(listed[name])}] AS {kinds[name]}[])"
        said.append(f"({words})[{name} + 1] AS {name}")
        numbers = [chunk.indices for chunk in batch[name].chunks]
        batch = batch.set_column(place, name, pa.chunked_array(numbers, pa.int32()))
    rows = pa.Table.from_batches(batch.to_batches(AT_ONCE), batch.schema)
    filling.register("put", rows)
    own = ", ".join(batch.column_names)
    source = f"(SELECT {', '.join(said)} FROM put)" if kinds else "put"
    shared = f"SELECT {own}{_named(marks.shared)} FROM {source}"
    statement = f"{made} SELECT {own}{_named(marks.columns)} FROM ({shared})"
    briefly(filling, statement, rows.num_rows)
    filling.unregister("put")


def briefly(filling: duckdb.DuckDBPyConnection, statement: str, rows: int) -> None:
    """Execute a statement about so many rows: few are not worth a better plan."""
    # Where it fails, the connection is given up: it need not plan thoroughly again.
    if rows <= BRIEF:
        filling.execute("PRAGMA disable_optimizer")
    filling.execute(statement)
    if rows <= BRIEF:
        filling.execute("PRAGMA enable_optimizer")


def _named(columns: Mapping[str, str]) -> str:
    return "".join(f", {sql} AS {name}" for name, sql in columns.items())


def _listed(words: Iterable[str]) -> str:
    return ", ".join("'" + word.replace("'", "''") + "'" for word in words)
