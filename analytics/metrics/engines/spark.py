"""The same statements on Apache Spark, over the Parquet of a snapshot: past one machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlglot import exp

from analytics.metrics.engines.answers import Pair, Spread, Sums, Tally, added
from analytics.metrics.engines.duck import named, paired
from analytics.metrics.engines.text import by_table, crossed_text, sums_text, values_text
from analytics.metrics.engines.translation import to_spark
from analytics.metrics.grouping import Grouping
from analytics.metrics.selection import Selection
from analytics.metrics.statements import Population, Sum

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class Spark:
    """Spark over the views `cases` and `steps`.

    Ordered values come as counts of each value: as many rows as there are different seconds, not
    as there are requests.
    """

    name = "spark"

    def __init__(self, session: SparkSession, selection: Selection, as_of: int) -> None:
        self.session, self.as_of = session, as_of
        self.condition = filled(*selection.sql())

    def sums(self, wanted: Sequence[Sum], by: Grouping | None = None) -> dict[str, Sums]:
        """Return each wanted sum, by group."""
        rows: list[tuple[str, Sums]] = []
        for table, sums in by_table(wanted):
            for row in self._ask(sums_text(table, sums, by)).to_pylist():
                values = [row[f"s{i}"] for i in range(len(sums))]
                rows.append((named(by, row["word"]), dict(zip(sums, values, strict=True))))
        return added(rows)

    def crossed(self, wanted: Sequence[Sum], by: Grouping, within: Grouping) -> dict[Pair, Sums]:
        """Return each wanted sum, by group of the one within group of the other."""
        rows: list[tuple[Pair, Sums]] = []
        for table, sums in by_table(wanted):
            for row in self._ask(crossed_text(table, sums, by, within)).to_pylist():
                values = [row[f"s{i}"] for i in range(len(sums))]
                pair = paired(by, within, row["word"], row["other"])
                rows.append((pair, dict(zip(sums, values, strict=True))))
        return added(rows)

    def spreads(self, population: Population, by: Grouping | None = None) -> dict[str, Spread]:
        """Return the ordered values of a population, by group."""
        table = self._ask(
            f"SELECT value, done, word, count(*) AS n FROM ({values_text(population, by)}) AS v "
            "GROUP BY value, done, word"
        )
        found: dict[str, list[Mapping[str, Any]]] = {}
        for row in table.to_pylist():
            found.setdefault(named(by, row["word"]), []).append(row)
        if by is None:
            found.setdefault("", [])
        return {name: Tally.of(rows) for name, rows in sorted(found.items())}

    def _ask(self, sql: str) -> pa.Table:
        text = sql.replace("$selection", self.condition).replace("$as_of", str(self.as_of))
        return self.session.sql(to_spark(text)).toArrow()


def filled(condition: str, values: Sequence[object]) -> str:
    """Return a condition with its values written into it, each as a literal."""
    parts = condition.split("?")
    written = [_literal(value) for value in values]
    return "".join(part + word for part, word in zip(parts, [*written, ""], strict=True))


def _literal(value: object) -> str:
    if isinstance(value, int):
        return str(value)
    return exp.Literal.string(str(value)).sql("duckdb")  # quotes are doubled
