"""A DuckDB of one reading: in memory, gone afterwards."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa


class Database:
    """A private database over Arrow tables."""

    def __init__(self) -> None:
        self._own = duckdb.connect(config={"threads": 2})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._own.close()

    def register(self, name: str, table: pa.Table) -> None:
        """Give a table a name."""
        self._own.register(name, table)

    def execute(self, sql: str, values: list[Any] | None = None) -> None:
        """Run a statement."""
        self._own.execute(sql, values or [])

    def table(self, sql: str, values: list[Any] | None = None) -> pa.Table:
        """Return the rows of a query."""
        return self._own.sql(sql, params=values or []).to_arrow_table()


def quoted(name: str) -> str:
    """Return a column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'
