"""A mirror loaded into a private DuckDB, once a process."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from analytics.mirror.fold import Mirror
from analytics.mirror.once import Once
from analytics.mirror.turns import turns_of

FEW = 50_000  # rows that DuckDB reads from Arrow as fast as from its own tables
WORDS = 10_000  # a column of more different words stays text
THREADS = 2
KEYS = ("request_id", "number")  # as many words as rows
_TEXT = (pa.types.is_string, pa.types.is_large_string, pa.types.is_dictionary)

_OPEN: Once[duckdb.DuckDBPyConnection] = Once()


def opened(mirror: Mirror) -> duckdb.DuckDBPyConnection:
    """Return a cursor of its own over `cases` and `steps`; it ends with the mirror."""
    return _OPEN.of(mirror, lambda: _load(mirror)).cursor()


def _load(mirror: Mirror) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect(config={"threads": THREADS})
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
