"""The statements that engines of SQL ask: one text, for DuckDB and, translated, for Spark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from analytics.metrics.grouping import Grouping
from analytics.metrics.marks import bits_of, marked
from analytics.metrics.statements import Population, Sum


def by_table(wanted: Sequence[Sum]) -> Iterator[tuple[str, list[Sum]]]:
    """Yield each table with the sums that are asked of it, each once."""
    ordered = sorted(dict.fromkeys(wanted), key=attrgetter("table"))
    for table, sums in groupby(ordered, attrgetter("table")):
        yield table, list(sums)


def sums_text(table: str, sums: Sequence[Sum], by: Grouping | None) -> str:
    """Return the statement of all sums of a table: the group, then a column each."""
    columns = ", ".join(f"{one.sql()} AS s{i}" for i, one in enumerate(sums))
    text = f"SELECT {key_text(by)} AS word, {columns} FROM {table} WHERE $selection"
    return f"{text} GROUP BY {by.sql}" if by is not None else text


def marked_text(place: str, sums: Sequence[Sum], by: Grouping | None) -> str:
    """Return the statement of sums whose rows bear marks.

    Rows are grouped by their marks once; what is counted are the few groups.
    """
    bits = bits_of(sums)
    weights = list(dict.fromkeys(one.weight for one in sums if one.weight))
    keys = ", ".join(f"{column} & {mask} AS {column}" for column, mask in bits.items())
    more = "".join(f", sum({weight}) AS w{i}" for i, weight in enumerate(weights))
    columns = [
        f"coalesce(sum({f'w{weights.index(one.weight)}' if one.weight else 'n'}) "
        f"FILTER (WHERE {marked(one).predicate}), 0) AS s{i}"
        for i, one in enumerate(sums)
    ]
    inner = (
        f"SELECT {key_text(by)} AS word, {keys}, count(*) AS n{more} "
        f"FROM {place} WHERE $selection GROUP BY ALL"
    )
    outer = f"SELECT {'word' if by is not None else key_text(by)}, {', '.join(columns)}"
    return f"{outer} FROM ({inner})" + (" GROUP BY word" if by is not None else "")


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
