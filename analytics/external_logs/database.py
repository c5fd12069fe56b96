"""A DuckDB of one reading: in memory up to a bound, then in a folder of its own; gone afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self, TypeVar

import duckdb
import pyarrow as pa

MEMORY = "128MB"  # beyond it, sorts and joins go to the folder
AT_MOST = "400MB"  # where they cannot

Found = TypeVar("Found")


class Database:
    """A private database over Arrow tables."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._own = duckdb.connect(
            config={"threads": 2, "memory_limit": MEMORY, "temp_directory": self._folder.name}
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._own.close()
        self._folder.cleanup()

    def register(self, name: str, table: pa.Table) -> None:
        """Give a table a name."""
        self._own.register(name, table)

    def register_whole(
        self, name: str, table: pa.Table, texts: Iterable[str], times: Iterable[str]
    ) -> None:
        """Give a table a name; texts that it lacks are blank there, and moments unknown."""
        self.register(f"{name}_kept", table)
        has = set(table.column_names)
        blanks = [f"'' AS {quoted(one)}" for one in texts if one not in has]
        blanks += [f"CAST(NULL AS BIGINT) AS {quoted(one)}" for one in times if one not in has]
        columns = ", ".join(["*", *blanks])
        self.execute(f"CREATE TEMP VIEW {quoted(name)} AS SELECT {columns} FROM {name}_kept")

    def execute(self, sql: str, values: list[Any] | None = None) -> None:
        """Run a statement."""
        self._with_room(lambda: self._own.execute(sql, values or []))

    def table(self, sql: str, values: list[Any] | None = None) -> pa.Table:
        """Return the rows of a query."""
        return self._with_room(lambda: self._own.sql(sql, params=values or []).to_arrow_table())

    def _with_room(self, run: Callable[[], Found]) -> Found:
        """Run what may want more than is allowed by one thread, which needs half, then with more.

        Rows that just fit into memory are not yet put into the folder when two threads sort them.
        """
        for more in ("SET threads = 1", f"SET memory_limit = '{AT_MOST}'"):
            try:
                return run()
            except duckdb.OutOfMemoryException:
                self._own.execute(more)
        return run()


def quoted(name: str) -> str:
    """Return a column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def as_schema(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return a table's columns in the order and kinds of a schema; what is not there is null."""
    n = table.num_rows
    nothing = {kind: pa.nulls(n, kind) for kind in {one.type for one in schema}}  # one for all
    columns = [
        table[one.name].cast(one.type) if one.name in table.column_names else nothing[one.type]
        for one in schema
    ]
    return pa.table(columns, schema=schema)
