"""A mirror loaded into a private DuckDB, once a process."""

from __future__ import annotations

import weakref
from threading import Lock

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from analytics.mirror.fold import Change, Mirror
from analytics.mirror.once import Once
from analytics.mirror.turns import turns_of

FEW = 50_000  # rows that DuckDB reads from Arrow as fast as from its own tables
WORDS = 10_000  # a column of more different words stays text
THREADS = 2
KEYS = ("request_id", "number")  # as many words as rows
_TEXT = (pa.types.is_string, pa.types.is_large_string, pa.types.is_dictionary)


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
        for name in ("cases", "steps"):
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
    for name, table in (("cases", mirror.cases), ("steps", mirror.steps)):
        if table.num_rows <= FEW:
            database.register(f"{name}_read", table)
            database.execute(f"CREATE TABLE {name} AS SELECT * FROM {name}_read")
            database.unregister(f"{name}_read")
        else:
            _load_large(database, name, table)
    database.execute(f"CREATE VIEW turns AS {turns_of(mirror.cases.column_names)}")
    return database


def _load_large(database: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Keep words as ENUM: one byte a row where text has sixteen."""
    casts = []
    for column in table.schema.names:
        words = _words(table[column]) if column not in KEYS else None
        if words is not None:
            # Sorted: an ENUM is ordered by the place of its words.
            listed = ", ".join("'" + word.replace("'", "''") + "'" for word in words)
            database.execute(f"CREATE TYPE {name}_{column} AS ENUM ({listed})")
            casts.append(f"CAST({column} AS {name}_{column}) AS {column}")
    database.register(f"{name}_read", table)
    replaced = f" REPLACE ({', '.join(casts)})" if casts else ""
    database.execute(f"CREATE TABLE {name} AS SELECT *{replaced} FROM {name}_read")
    database.unregister(f"{name}_read")


def _words(column: pa.ChunkedArray) -> list[str] | None:
    if not any(is_text(column.type) for is_text in _TEXT):
        return None
    distinct = pc.unique(column)
    if len(distinct) > WORDS:
        return None
    return sorted(word for word in distinct.to_pylist() if word is not None) or None
