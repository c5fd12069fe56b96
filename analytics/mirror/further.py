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
    found = said_of(rows, f"SELECT {', '.join(further.columns)} FROM {handed_with(further)}")
    for name in found.column_names:
        rows = rows.append_column(name, found[name])
    return rows


def handed_with(further: Further) -> str:
    """Return what a statement that is handed rows selects from, where they bear further columns."""
    looked_at = f"(SELECT *{_named(further.shared)} FROM handed)"
    return f"(SELECT *{_named(further.columns)} FROM {looked_at})"


def said_of(rows: pa.Table, statement: str) -> pa.Table:
    """Return what a statement over `handed` says of few rows; it is planned once for all of a kind."""
    return _planned(os.getpid(), bounds(), rows.schema, statement).over(rows)


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
        self._asking.execute(f"PREPARE planned AS {statement}")

    def over(self, rows: pa.Table) -> pa.Table:
        """Return what the statement says of these rows, in their order."""
        with self._lock:
            self._handed.rows = rows
            try:
                return self._asking.sql("EXECUTE planned").to_arrow_table()
            finally:
                self._handed.rows = self._handed.none


@lru_cache(maxsize=16)
def _planned(
    process: int,  # noqa: ARG001  a process that was forked has a DuckDB of its own
    bounds: Bounds,  # noqa: ARG001  and so has who is bounded otherwise
    schema: pa.Schema,
    statement: str,
) -> _Planned:
    return _Planned(schema, statement)


def _named(columns: Mapping[str, str]) -> str:
    return "".join(f", {sql} AS {name}" for name, sql in columns.items())
