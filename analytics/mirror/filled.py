"""Tables of a mirror put into DuckDB, a batch at a time; the rows of a large one compressed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from analytics.mirror.fold import Mirror
from analytics.mirror.words import words_of

FEW = 50_000  # rows that DuckDB reads from Arrow as fast as from its own tables
MANY = 3_000_000  # requests from which on rows are compressed: a fifth of the bytes
SQUEEZED = 2_000_000  # rows that lie there uncompressed at most
WORDS = 10_000  # a column of more different words stays text
THREADS = 2
AT_ONCE = 122_880  # rows: as many as DuckDB keeps together, so that each thread has its own
BRIEF = 20_000  # rows that are put in sooner than a better plan of it is thought of
_DRAFT = "draft"
ROOM = "mirror"  # the database within DuckDB in which the tables of a large mirror are

Marks = Mapping[str, Mapping[str, str]]
"""Further columns of each table, as SQL over its own: they are counted once, when rows come."""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How much memory DuckDB may take for a mirror, and where it puts what is more than that."""

    memory: str = "4GiB"
    folder: str | None = None


_BOUNDS = [Bounds()]


def bound(bounds: Bounds) -> None:
    """Bound every database that is opened from now on."""
    _BOUNDS[0] = bounds


def bounds() -> Bounds:
    """Return what bounds databases now."""
    return _BOUNDS[0]


def database(mirror: Mirror) -> duckdb.DuckDBPyConnection:
    """Return an empty database for a mirror."""
    # A transaction is to see what is there when it begins, and not when it first asks.
    found = duckdb.connect(config={"threads": THREADS, "immediate_transaction_mode": True})
    found.execute("SET memory_limit = ?", [bounds().memory])
    if bounds().folder:
        found.execute("SET temp_directory = ?", [bounds().folder])
    if mirror.rows.count("cases") >= MANY:
        found.execute(f"ATTACH ':memory:' AS {ROOM} (COMPRESS)")
        found.execute(f"USE {ROOM}")
    return found


def cursor(database: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return a cursor that finds the same tables."""
    found = database.cursor()
    if _is_compressed(database):
        found.execute(f"USE {ROOM}")
    return found


def _is_compressed(database: duckdb.DuckDBPyConnection) -> bool:
    return database.execute("SELECT current_database()").fetchall() == [(ROOM,)]


def fill(
    database: duckdb.DuckDBPyConnection, mirror: Mirror, name: str, marks: Mapping[str, str]
) -> None:
    """Make a table of a mirror's rows, with marks."""
    kinds = _enums(database, mirror, name) if mirror.rows.count(name) > FEW else {}
    is_compressed, loose = _is_compressed(database), 0
    made = f"CREATE OR REPLACE TABLE {_DRAFT} AS"
    for batch in _ahead(mirror.rows.batches(name)):
        put(database, made, batch, kinds, marks)
        made, loose = f"INSERT INTO {_DRAFT}", loose + batch.num_rows
        if is_compressed and loose >= SQUEEZED and _squeezed(database):
            loose = 0
    if is_compressed:
        _squeezed(database)
    database.execute(f"ALTER TABLE {_DRAFT} RENAME TO {name}")  # nobody sees half of it


def _squeezed(database: duckdb.DuckDBPyConnection) -> bool:
    """Compress the rows that came, and say whether nobody was reading, so that it could be done."""
    try:
        database.execute(f"CHECKPOINT {ROOM}")
    except duckdb.TransactionException:
        return False
    return True


def _ahead(batches: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield batches while the next one is unpacked beside."""
    with ThreadPoolExecutor(1) as unpacker:
        following = unpacker.submit(next, batches, None)
        while (batch := following.result()) is not None:
            following = unpacker.submit(next, batches, None)
            yield batch


def _enums(database: duckdb.DuckDBPyConnection, mirror: Mirror, name: str) -> dict[str, str]:
    """Make an ENUM of the words of each column: one byte a row where text has sixteen."""
    kinds = {}
    for column, words in mirror.rows.words(name).items():
        if words and len(words) <= WORDS:
            kinds[column] = f"{name}_{column}"
            # Sorted: an ENUM is ordered by the place of its words.
            database.execute(
                f"CREATE TYPE IF NOT EXISTS {kinds[column]} AS ENUM ({_listed(sorted(words))})"
            )
    return kinds


def put(
    database: duckdb.DuckDBPyConnection,
    made: str,
    batch: pa.Table,
    kinds: Mapping[str, str],
    marks: Mapping[str, str],
) -> None:
    """Put rows into a table; words are looked up by their numbers, and never compared."""
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
    database.register("put", rows)
    more = "".join(f", {sql} AS {name}" for name, sql in marks.items())
    statement = f"{made} SELECT *{more} FROM (SELECT {', '.join(said)} FROM put)"
    # Where it fails, the connection is given up: it need not plan thoroughly again.
    if rows.num_rows <= BRIEF:
        database.execute("PRAGMA disable_optimizer")
    database.execute(statement)
    if rows.num_rows <= BRIEF:
        database.execute("PRAGMA enable_optimizer")
    database.unregister("put")


def _listed(words: Iterable[str]) -> str:
    return ", ".join("'" + word.replace("'", "''") + "'" for word in words)
