"""What went and what came, row by row: one statement a table reads all that anybody asks of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.metrics.marks import PLACES, bits_of, is_marked
from analytics.metrics.question import Question
from analytics.metrics.statements import Sum


@dataclass(frozen=True)
class Changed:
    """Changed rows of one table: which of them came, where they count, and what they answer."""

    place: str
    rows: pa.Table
    names: Mapping[str, str]
    """The column of each expression that was asked."""

    @cached_property
    def came(self) -> Any:
        """Whether each row came; the others went."""
        return self.rows["came"].to_numpy()

    def of(self, text: str) -> pa.ChunkedArray:
        """Return what each row answers to an expression."""
        return self.rows[self.names[text]]

    def truths(self, text: str) -> Any:
        """Return of which rows an expression is true; the unknown is not."""
        return pc.fill_null(self.of(text), False).to_numpy()

    def holds(self, one: Sum) -> Any:
        """Return which rows a sum counts."""
        if not _bears_mark(self.place, one):
            return self.truths(one.predicate)
        [(column, bit)] = bits_of([one]).items()
        return (self.of(column).to_numpy() & bit) != 0

    def sizes(self, one: Sum) -> Any:
        """Return by how much each row raises a sum: what went takes off."""
        signs = np.where(self.came, 1, -1)
        if not one.weight:
            return signs
        return signs * pc.fill_null(self.of(one.weight).cast(pa.float64()), 0.0).to_numpy()


def texts_of(place: str, one: Sum) -> tuple[str, ...]:
    """Return the expressions that a sum asks of the rows of a table."""
    asked = next(iter(bits_of([one]))) if _bears_mark(place, one) else one.predicate
    return (asked, one.weight) if one.weight else (asked,)


def changed(both: Question, place: str, texts: Iterable[str]) -> Changed:
    """Read the changed rows of a table with what they answer to some expressions."""
    names = {text: f"asked_{i}" for i, text in enumerate(dict.fromkeys(texts))}
    columns = "".join(f", {text} AS {name}" for text, name in names.items())
    rows = both.table(f"SELECT came, facility, day{columns} FROM {place} WHERE $selection")
    return Changed(place, rows, names)


def _bears_mark(place: str, one: Sum) -> bool:
    return place in PLACES.values() and is_marked(one)
