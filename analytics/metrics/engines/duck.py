"""Any slice, by DuckDB: one statement a table for everything that adds up."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.metrics.engines.answers import Spread, Sums, Values, added, split
from analytics.metrics.grouping import Grouping
from analytics.metrics.question import Question
from analytics.metrics.statements import Population, Sum


class Duck:
    """DuckDB over the mirror's own tables."""

    name = "duckdb"

    def __init__(self, question: Question) -> None:
        self.question = question

    def sums(self, wanted: Sequence[Sum], by: Grouping | None = None) -> dict[str, Sums]:
        """Return each wanted sum, by group."""
        rows: list[tuple[str, Sums]] = []
        for table, group in groupby(
            sorted(set(wanted), key=attrgetter("table")), attrgetter("table")
        ):
            sums = list(group)
            columns = ", ".join(one.sql() for one in sums)
            text = f"SELECT {_key(by)}, {columns} FROM {table} WHERE $selection"
            for key, *values in self.question.rows(text + (" GROUP BY 1" if by else "")):
                rows.append((_name(by, key), dict(zip(sums, values, strict=True))))
        return _whole(rows, wanted) if by is None else added(rows)

    def spreads(self, population: Population, by: Grouping | None = None) -> dict[str, Spread]:
        """Return the ordered values of a population, by group."""
        table = self.question.table(
            f"SELECT CAST({population.value} AS BIGINT) AS value, "
            f"coalesce({population.done}, FALSE) AS done, {_key(by)} AS word "
            f"FROM {population.table} WHERE $selection AND ({population.where})"
        )
        values, done = _array(table["value"]), _array(table["done"])
        if by is None:
            return {"": Values(np.sort(values[done]), np.sort(values[~done]))}
        words, place = _coded(table["word"])
        return split([by.name(word) for word in words], place, values, done)


def _whole(rows: list[tuple[str, Sums]], wanted: Sequence[Sum]) -> dict[str, Sums]:
    found: dict[Sum, float] = {}
    for _, sums in rows:
        found |= sums
    return {"": {one: found[one] for one in wanted}}


def _key(by: Grouping | None) -> str:
    return by.sql if by is not None else "''"


def _name(by: Grouping | None, key: Any) -> str:
    return by.name(key) if by is not None else ""


def _array(column: pa.ChunkedArray) -> Any:
    return column.to_numpy()


def _coded(column: pa.ChunkedArray) -> tuple[list[Any], Any]:
    """Return the distinct words, null among them, and the place of each row's word."""
    coded = pc.dictionary_encode(column, null_encoding="encode").unify_dictionaries()
    if not len(column):
        return [], np.zeros(0, np.int64)
    array = coded.combine_chunks()
    return array.dictionary.to_pylist(), array.indices.to_numpy(zero_copy_only=False)
