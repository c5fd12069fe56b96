"""The statements that engines of SQL ask: one text, for DuckDB and, translated, for Spark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from analytics.metrics.grouping import Grouping
from analytics.metrics.statements import Population, Sum


def by_table(wanted: Sequence[Sum]) -> Iterator[tuple[str, list[Sum]]]:
    """Yield each table with the sums that are asked of it, each once."""
    ordered = sorted(dict.fromkeys(wanted), key=attrgetter("table"))
    for table, sums in groupby(ordered, attrgetter("table")):
        yield table, list(sums)


def sums_text(table: str, sums: Sequence[Sum], by: Grouping | None) -> str:
    """Return the statement of all sums of a table: the group, then a column each."""
    text = f"SELECT {key_text(by)} AS word, {_columns(sums)} FROM {table} WHERE $selection"
    return f"{text} GROUP BY {by.sql}" if by is not None else text


def crossed_text(table: str, sums: Sequence[Sum], by: Grouping, within: Grouping) -> str:
    """Return the statement of all sums of a table: both groups, then a column each."""
    return (
        f"SELECT {by.sql} AS word, {within.sql} AS other, {_columns(sums)} FROM {table} "
        f"WHERE $selection GROUP BY {by.sql}, {within.sql}"
    )


def _columns(sums: Sequence[Sum]) -> str:
    return ", ".join(f"{one.sql()} AS s{i}" for i, one in enumerate(sums))


def values_text(population: Population, by: Grouping | None) -> str:
    """Return the statement of a population: value, whether it ended, the group."""
    return (
        f"SELECT {population.value} AS value, coalesce({population.done}, FALSE) AS done, "
        f"{key_text(by)} AS word FROM {population.table} "
        f"WHERE $selection AND ({population.where})"
    )


def key_text(by: Grouping | None) -> str:
    """Return the expression of the group; nothing is one group without a name."""
    return by.sql if by is not None else "''"
