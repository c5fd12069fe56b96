"""A mirror loaded into a private DuckDB, once a process."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from analytics.mirror.fold import Change, Mirror
from analytics.mirror.once import Once
from analytics.mirror.turns import turns_of
from analytics.mirror.words import words_of

FEW = 50_000  # rows that DuckDB reads from Arrow as fast as from its own tables
WORDS = 10_000  # a column of more different words stays text
THREADS = 2
AT_ONCE = 122_880  # rows: as many as DuckDB keeps together, so that each thread has its own
TABLES = ("cases", "steps")


class Shared:
    """A database in memory, and the mirror whose rows it holds now."""

    def __init__(self, mirror: Mirror) -> None:
        self.database, self.lock, self.holds = _load(mirror), Lock(), weakref.ref(mirror)

    def reading(self, mirror: Mirror) -> duckdb.DuckDBPyConnection | None:
        """Return a cursor that sees one state to its end; None where the rows moved on."""
        with self.lock:
            if self.holds() is not mirror:
                return None
            return self.database.cursor().begin()

    def move_to(self, mirror: Mirror, change: Change) -> Shared | None:
        """Replace the rows that changed; None where new words do not fit."""
        with self.lock:
            if change.before is None or self.holds() is not change.before:
                return None
            try:
                _replace(self.database, change)
            except duckdb.ConversionException:
                return None
            self.holds = weakref.ref(mirror)
            return self


_OPEN: Once[Shared] = Once()


def opened(mirror: Mirror) -> duckdb.DuckDBPyConnection:
    """Return a cursor of its own over `cases` and `steps`; it ends with the mirror.

    It sees them as they are now until it is closed, also while they move on to the next mirror.
    """
    shared = _OPEN.of(
        mirror, lambda: Shared(mirror), lambda made, change: made.move_to(mirror, change)
    )
    found = shared.reading(mirror)
    return found if found is not None else Shared(mirror).database


def _replace(database: duckdb.DuckDBPyConnection, change: Change) -> None:
    """Take out the rows that went and put in those that came, all at once."""
    if not change.gone.cases.num_rows and not change.come.cases.num_rows:
        return
    with database.cursor() as cursor:
        cursor.begin()
        for name in TABLES:
            gone, come = (getattr(side, name) for side in (change.gone, change.come))
            if gone.num_rows:
                _take_out(cursor, name, change.gone.cases)
            cursor.register("come", come)
            cursor.execute(f"INSERT INTO {name} SELECT * FROM come")
            cursor.unregister("come")
        cursor.commit()


def _take_out(cursor: duckdb.DuckDBPyConnection, name: str, gone: pa.Table) -> None:
    """Delete the rows of some requests; by their receipt whole blocks are passed over."""
    span = pc.min_max(gone["received"])
    within = "TRUE"
    if not gone["received"].null_count:
        within = f"received BETWEEN {span['min'].as_py()} AND {span['max'].as_py()}"
    cursor.register("gone", gone.select(["request_id"]))
    cursor.execute(
        f"DELETE FROM {name} WHERE {within} AND request_id IN (SELECT request_id FROM gone)"
    )
    cursor.unregister("gone")


def _load(mirror: Mirror) -> duckdb.DuckDBPyConnection:
    # A transaction is to see what is there when it begins, and not when it first asks.
    database = duckdb.connect(config={"threads": THREADS, "immediate_transaction_mode": True})
    for name in TABLES:
        kinds = _enums(database, mirror, name) if mirror.rows.count(name) > FEW else {}
        made = f"CREATE TABLE {name} AS"
        for batch in _ahead(mirror.rows.batches(name)):
            _put(database, made, batch, kinds)
            made = f"INSERT INTO {name}"
    database.execute(f"CREATE VIEW turns AS {turns_of(mirror.cases.column_names)}")
    return database


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
            database.execute(f"CREATE TYPE {kinds[column]} AS ENUM ({_listed(sorted(words))})")
    return kinds


def _put(
    database: duckdb.DuckDBPyConnection, made: str, batch: pa.Table, kinds: Mapping[str, str]
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
    database.execute(f"{made} SELECT {', '.join(said)} FROM put")
    database.unregister("put")


def _listed(words: Iterable[str]) -> str:
    return ", ".join("'" + word.replace("'", "''") + "'" for word in words)
