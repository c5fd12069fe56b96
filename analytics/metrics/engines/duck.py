"""Any slice, by DuckDB: one statement a table for everything that adds up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from analytics.metrics.engines.answers import Pair, Spread, Sums, Values, added, coded, split
from analytics.metrics.engines.marked import Marked, is_read_by_marks
from analytics.metrics.engines.text import by_table, crossed_text, key_text, sums_text, values_text
from analytics.metrics.grouping import Grouping
from analytics.metrics.marks import place_of
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
        for table, sums in by_table(wanted):
            place = place_of(table, sums)
            marked = [one for one in sums if is_read_by_marks(place, one)]
            others = [one for one in sums if not is_read_by_marks(place, one)]
            if marked:
                found = Marked.read(self.question, place, marked, f"{key_text(by)} AS word")
                rows += [(named(by, word), of) for word, of in found.by_word(marked)]
            if others:
                for word, *values in self.question.rows(sums_text(place, others, by)):
                    rows.append((named(by, word), dict(zip(others, values, strict=True))))
        known = added(rows) if by is not None else added([("", {}), *rows])
        return {name: {one: of.get(one, 0) for one in wanted} for name, of in known.items()}

    def crossed(self, wanted: Sequence[Sum], by: Grouping, within: Grouping) -> dict[Pair, Sums]:
        """Return each wanted sum, by group of the one within group of the other."""
        rows: list[tuple[Pair, Sums]] = []
        keys = f"{by.sql} AS word, {within.sql} AS other"
        for table, sums in by_table(wanted):
            place = place_of(table, sums)
            marked = [one for one in sums if is_read_by_marks(place, one)]
            others = [one for one in sums if not is_read_by_marks(place, one)]
            if marked:
                found = Marked.read(self.question, place, marked, keys)
                rows += [(paired(by, within, *both), of) for both, of in found.by_both(marked)]
            if others:
                for word, other, *values in self.question.rows(
                    crossed_text(place, others, by, within)
                ):
                    pair = paired(by, within, word, other)
                    rows.append((pair, dict(zip(others, values, strict=True))))
        return added(rows)

    def spreads(self, population: Population, by: Grouping | None = None) -> dict[str, Spread]:
        """Return the ordered values of a population, by group."""
        table = self.question.table(values_text(population, by))
        values, done = table["value"].to_numpy(), table["done"].to_numpy()
        if by is None:
            return {"": Values(np.sort(values[done]), np.sort(values[~done]))}
        words, place = coded(table["word"])
        return split([by.name(word) for word in words], place, values, done)


def paired(by: Grouping, within: Grouping, word: Any, other: Any) -> Pair:
    """Return the names of a group and of the group within which it stands."""
    return by.name(word), within.name(other)


def named(by: Grouping | None, word: Any) -> str:
    """Return the name of a group."""
    return by.name(word) if by is not None else ""
