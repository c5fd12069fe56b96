"""Rows grouped by their marks: a sum is read from the few groups that bear its bit.

The database groups and counts; which groups a sum counts is looked up here. As a statement with a
column a sum it would take longer to plan than to answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.metrics.engines.answers import Sums, coded
from analytics.metrics.marks import (
    BITS,
    PLACES,
    bits_of,
    by_the_clock,
    is_marked_but_for_the_clock,
)
from analytics.metrics.question import Question
from analytics.metrics.statements import Sum


@dataclass(frozen=True)
class Marked:
    """Groups of rows that bear the same marks, with how many they are and what they weigh."""

    rows: pa.Table
    weights: tuple[str, ...]
    clocks: tuple[str, ...]
    """What the clock decides of each row, as further bits."""

    @classmethod
    def read(cls, question: Question, place: str, sums: Sequence[Sum], keys: str) -> Marked:
        """Group the rows of a table by some keys and by the marks of some sums."""
        weights = tuple(dict.fromkeys(one.weight for one in sums if one.weight))
        clocks = tuple(dict.fromkeys(clock for one in sums if (clock := by_the_clock(one))))
        marks = [f"{column} & {mask} AS {column}" for column, mask in bits_of(sums).items()]
        for number, first in enumerate(range(0, len(clocks), BITS)):
            bits = [
                f"CASE WHEN {clock} THEN {1 << i}::BIGINT ELSE 0::BIGINT END"
                for i, clock in enumerate(clocks[first : first + BITS])
            ]
            marks.append(f"{' | '.join(bits)} AS clock_{number}")
        more = "".join(f", sum({weight}) AS weight_{i}" for i, weight in enumerate(weights))
        rows = question.table(
            f"SELECT {keys}, {', '.join(marks)}, count(*) AS n{more} FROM {place} WHERE $selection GROUP BY ALL"
        )
        return cls(rows, weights, clocks)

    def held(self, one: Sum) -> Any:
        """Return which groups a sum counts."""
        [(column, bit)] = bits_of([one]).items()
        held = (self._marks[column] & bit) != 0
        if clock := by_the_clock(one):
            number = self.clocks.index(clock)
            held &= (self._marks[f"clock_{number // BITS}"] & 1 << number % BITS) != 0
        return np.flatnonzero(held)

    def amounts(self, one: Sum) -> Any:
        """Return what each group adds to a sum: whole numbers of any size, or floating ones."""
        if not one.weight:
            return self._counts
        return self._weights[self.weights.index(one.weight)]

    def by_word(self, sums: Sequence[Sum]) -> list[tuple[Any, Sums]]:
        """Return each sum for each word of the key `word`."""
        words, at = coded(self.rows["word"])
        return list(zip(words, self._summed(sums, at, len(words)), strict=True))

    def by_both(self, sums: Sequence[Sum]) -> list[tuple[tuple[Any, Any], Sums]]:
        """Return each sum for each pair of words of the keys `word` and `other` that stands."""
        (words, at), (others, there) = coded(self.rows["word"]), coded(self.rows["other"])
        pairs, place = np.unique(at * np.int64(len(others)) + there, return_inverse=True)
        named = [(words[pair // len(others)], others[pair % len(others)]) for pair in pairs]
        return list(zip(named, self._summed(sums, place, len(pairs)), strict=True))

    def _summed(self, sums: Sequence[Sum], at: Any, size: int) -> list[Sums]:
        """Return each sum for each number from zero up; `at` is the number of each group."""
        found: list[dict[Sum, float]] = [{} for _ in range(size)]
        for one in sums:
            held = self.held(one)
            totals = np.zeros(size, object)  # of any size
            np.add.at(totals, at[held], self.amounts(one)[held].astype(object))
            for of, value in zip(found, totals.tolist(), strict=True):
                of[one] = value
        return list(found)

    @cached_property
    def _marks(self) -> dict[str, Any]:
        return {
            name: self.rows[name].to_numpy()
            for name in self.rows.column_names
            if name.startswith(("marks_", "clock_"))
        }

    @cached_property
    def _counts(self) -> Any:
        return self.rows["n"].to_numpy()

    @cached_property
    def _weights(self) -> list[Any]:
        return [_numbers(self.rows[f"weight_{i}"]) for i in range(len(self.weights))]


def _numbers(column: pa.ChunkedArray) -> Any:
    """Return sums as they are: those of whole numbers come as decimals, larger than 64 bits may be."""
    known = pc.fill_null(column, 0)
    if pa.types.is_floating(known.type):
        return known.to_numpy()
    if pa.types.is_decimal(known.type) and known.type.scale:
        raise ValueError("a weight is a fraction with a fixed point: write it as a floating number")
    try:
        return known.cast(pa.int64()).to_numpy()
    except pa.ArrowInvalid:
        return np.array([int(one) for one in known.to_pylist()], object)


def is_read_by_marks(place: str, one: Sum) -> bool:
    """Say whether the groups of a table tell a sum."""
    return place in PLACES.values() and is_marked_but_for_the_clock(one)
