"""Columns that stand beside a table's own, as SQL; of few rows they are asked by a planned statement."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import pyarrow as pa

from analytics.mirror.bounds import Bounds, bounds
from analytics.mirror.databases import host


@dataclass(frozen=True, kw_only=True)
class Further:
    """Columns of a table beside its own, as SQL: they are counted once, when rows come."""

    shared: Mapping[str, str]
    """What several columns look at, by the names they use, over the table's own columns."""
    columns: Mapping[str, str]
    """The columns, over what is shared and the table's own."""


NONE = Further(shared={}, columns={})
Marks = Mapping[str, Further]
"""The further columns of each table."""


def with_further(rows: pa.Table, further: Further) -> pa.Table:
    """Return few rows with the further columns beside their own."""
    asked = tuple(further.shared.items()), tuple(further.columns.items())
    found = _planned(os.getpid(), bounds(), rows.schema, *asked).over(rows)
    for name in found.column_names:
        rows = rows.append_column(name, found[name])
    return rows


class _Handed:
    """The rows that DuckDB is to look at now, under one name."""

    def __init__(self, schema: pa.Schema) -> None:
        self.none = self.rows = schema.empty_table()

    def __arrow_c_stream__(self, requested: object = None) -> object:
        """Hand them over."""
        return self.rows.__arrow_c_stream__(requested)

    def __arrow_c_schema__(self) -> object:
        """Say what columns they have."""
        return self.none.schema.__arrow_c_schema__()


class _Planned:
    """A statement over whatever rows it is handed: to plan it takes longer than to look at few."""

    def __init__(self, schema: pa.Schema, statement: str) -> None:
        self._handed, self._lock, self._asking = _Handed(schema), Lock(), host().cursor()
        self._asking.register("handed", self._handed)
        self._asking.execute("PRAGMA disable_optimizer")
        self._asking.execute(f"PREPARE planned AS {statement}")

    def over(self, rows: pa.Table) -> pa.Table:
        """Return what the statement says of these rows, in their order."""
        with self._lock:
            self._handed.rows = rows
            try:
                return self._asking.sql("EXECUTE planned").to_arrow_table()
            finally:
                self._handed.rows = self._handed.none


@lru_cache(maxsize=8)
def _planned(
    process: int,  # noqa: ARG001  a process that was forked has a DuckDB of its own
    bounds: Bounds,  # noqa: ARG001  and so has who is bounded otherwise
    schema: pa.Schema,
    shared: tuple[tuple[str, str], ...],
    columns: tuple[tuple[str, str], ...],
) -> _Planned:
    own = ", ".join(schema.names)
    looked_at = f"SELECT {own}{_named(shared)} FROM handed"
    return _Planned(schema, f"SELECT {_named(columns)[2:]} FROM ({looked_at})")


def _named(columns: tuple[tuple[str, str], ...]) -> str:
    return "".join(f", {sql} AS {name}" for name, sql in columns)
