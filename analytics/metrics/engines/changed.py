"""What went and what came, row by row: one statement a table reads all that anybody asks of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.metrics.marks import (
    AS_OF,
    PLACES,
    bits_of,
    by_the_clock,
    is_marked_but_for_the_clock,
    marks,
)
from analytics.metrics.statements import Sum
from analytics.mirror.fold import Mirror
from analytics.mirror.further import NONE, handed_with, said_of
from analytics.mirror.turns import turns_of

_CLOCK = "clock_then"


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

    @cached_property
    def clock(self) -> Any:
        """The moment as of which each row was asked."""
        return self.rows[_CLOCK].to_numpy()

    def of(self, text: str) -> pa.ChunkedArray:
        """Return what each row answers to an expression."""
        return self.rows[self.names[text]]

    def truths(self, text: str) -> Any:
        """Return of which rows an expression is true; the unknown is not."""
        return _known(self.of(text), False)

    def numbers(self, text: str) -> Any:
        """Return whole numbers; zero for the unknown."""
        return _known(self.of(text).cast(pa.int64()), 0)

    def holds(self, one: Sum) -> Any:
        """Return which rows a sum counts."""
        if not _bears_mark(self.place, one):
            return self.truths(one.predicate)
        [(column, bit)] = bits_of([one]).items()
        held = (self._marks[column] & bit) != 0
        clock = by_the_clock(one)
        return held & self.truths(clock) if clock else held

    @cached_property
    def _marks(self) -> Mapping[str, Any]:
        return {text: self.of(text).to_numpy() for text in self.names if text.startswith("marks_")}

    def sizes(self, one: Sum) -> Any:
        """Return by how much each row raises a sum: what went takes off."""
        signs = np.where(self.came, 1, -1)
        if not one.weight:
            return signs
        return signs * _known(self.of(one.weight).cast(pa.float64()), 0.0)


def texts_of(place: str, one: Sum) -> list[str]:
    """Return the expressions that a sum asks of the rows of a table."""
    asked = [one.predicate]
    if _bears_mark(place, one):
        asked = [*bits_of([one]), by_the_clock(one)]
    return [text for text in (*asked, one.weight) if text]


def changed(place: str, rows: pa.Table, texts: Iterable[str]) -> Changed:
    """Ask expressions of the changed rows of a table; of `turns`, those are the rows of `cases`."""
    names = {text: f"asked_{i}" for i, text in enumerate(dict.fromkeys(texts))}
    columns = "".join(f", {text.replace(AS_OF, _CLOCK)} AS {name}" for text, name in names.items())
    where = handed_with(marks().get(place, NONE))
    if place == "turns":
        where = f"({turns_of(rows.column_names, 'handed')})"
    statement = f"SELECT came, {_CLOCK}, facility, day{columns} FROM {where}"
    return Changed(place, said_of(rows, statement), names)


def side(rows: pa.Table, clock: int, *, came: bool) -> pa.Table:
    """Return rows that came or went, as they are to be asked at a moment."""
    flagged = rows.append_column("came", pa.repeat(came, rows.num_rows))
    return flagged.append_column(_CLOCK, pa.repeat(pa.scalar(clock, pa.int64()), rows.num_rows))


def together(tables: Iterable[pa.Table]) -> pa.Table:
    """Return the rows of tables of one kind, each column of words with one list."""
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def table_of(mirror: Mirror, name: str) -> pa.Table:
    """Return all rows of a table of a small mirror."""
    return together(mirror.rows.batches(name))


def _bears_mark(place: str, one: Sum) -> bool:
    return place in PLACES.values() and is_marked_but_for_the_clock(one)


def _known(column: pa.ChunkedArray, otherwise: float) -> Any:
    """Return values, and another one for the unknown."""
    return (pc.fill_null(column, otherwise) if column.null_count else column).to_numpy()
