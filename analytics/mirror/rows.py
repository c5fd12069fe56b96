"""The rows of a mirror: at hand, or in pieces that are unpacked a few at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from analytics.mirror.landmarks import landmarks_of
from analytics.mirror.words import words_of

TABLES = ("cases", "steps", "landmarks")
"""A row a request, a row a step, and those of the steps that measures look at."""

Words = Mapping[str, Sequence[str]]
"""The words of each column of words, in no order."""
BATCH = 1 << 18  # rows that are unpacked at once


class Rows(Protocol):
    """The tables of a mirror: a row a request, and a row a step."""

    @property
    def cases(self) -> pa.Table:
        """All cases; whoever needs few columns asks for these."""

    @property
    def steps(self) -> pa.Table:
        """All steps; whoever needs few at once asks for batches."""

    @property
    def facilities(self) -> tuple[str, ...]:
        """The facilities that received any of the requests, in order."""

    def names(self, table: str) -> list[str]:
        """Return the columns of a table."""

    def of_cases(self, names: Sequence[str]) -> pa.Table:
        """Return some columns of all cases."""

    def count(self, table: str) -> int:
        """Return how many rows a table has."""

    def words(self, table: str) -> Words:
        """Return the words of each column of a table."""

    def batches(self, table: str) -> Iterator[pa.Table]:
        """Yield the rows of a table, each column of words with one list."""


class _AtHand(ABC):
    """Rows whose tables are at hand, each column of words with one list."""

    @abstractmethod
    def of(self, table: str) -> pa.Table:
        """Return a table."""

    @property
    def cases(self) -> pa.Table:
        """All cases."""
        return self.of("cases")

    @property
    def steps(self) -> pa.Table:
        """All steps."""
        return self.of("steps")

    @property
    def facilities(self) -> tuple[str, ...]:
        """The facilities that received any of the requests, in order."""
        return tuple(sorted(pc.unique(self.cases["facility"]).to_pylist()))

    def names(self, table: str) -> list[str]:
        """Return the columns of a table."""
        found: list[str] = self.of(table).column_names
        return found

    def of_cases(self, names: Sequence[str]) -> pa.Table:
        """Return some columns of all cases."""
        return self.cases.select(list(names))

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        found: int = self.of(table).num_rows
        return found

    def words(self, table: str) -> Words:
        """Return the words of each column of a table."""
        return words_of(self.of(table))

    def batches(self, table: str) -> Iterator[pa.Table]:
        """Yield the rows of a table, in order."""
        whole = self.of(table)
        for first in range(0, max(whole.num_rows, 1), BATCH):
            yield whole.slice(first, BATCH)


class Whole(_AtHand):
    """Rows that are at hand."""

    def __init__(self, cases: pa.Table, steps: pa.Table) -> None:
        self._cases, self._steps = cases, steps

    def of(self, table: str) -> pa.Table:
        """Return a table."""
        if table == "landmarks":
            return self._landmarks
        return self._cases if table == "cases" else self._steps

    @cached_property
    def _landmarks(self) -> pa.Table:
        return landmarks_of(self._steps)


class Asked(_AtHand):
    """Rows of which each table is made once somebody asks for it."""

    def __init__(self, make: Callable[[str], pa.Table]) -> None:
        self._make = cache(make)

    def of(self, table: str) -> pa.Table:
        """Return a table."""
        return self._make(table)
