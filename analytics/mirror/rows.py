"""The rows of a mirror: at hand, or in pieces that are unpacked a few at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from analytics.mirror.words import words_of

Words = Mapping[str, Sequence[str]]
"""The words of each column of words, in no order."""
BATCH = 1 << 18  # rows that are unpacked at once


class Rows(Protocol):
    """Both tables of a mirror: a row a request, and a row a step."""

    @property
    def cases(self) -> pa.Table:
        """All cases."""

    @property
    def steps(self) -> pa.Table:
        """All steps; whoever needs few at once asks for batches."""

    def count(self, table: str) -> int:
        """Return how many rows a table has."""

    def words(self, table: str) -> Words:
        """Return the words of each column of a table."""

    def batches(self, table: str) -> Iterator[pa.Table]:
        """Yield the rows of a table, in order, each column of words with one list."""


@dataclass(frozen=True, eq=False)
class Whole:
    """Rows that are at hand, each column of words with one list."""

    cases: pa.Table
    steps: pa.Table

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        found: int = self._of(table).num_rows
        return found

    def words(self, table: str) -> Words:
        """Return the words of each column of a table."""
        return words_of(self._of(table))

    def batches(self, table: str) -> Iterator[pa.Table]:
        """Yield the rows of a table, in order."""
        whole = self._of(table)
        for first in range(0, max(whole.num_rows, 1), BATCH):
            yield whole.slice(first, BATCH)

    def _of(self, table: str) -> pa.Table:
        return self.cases if table == "cases" else self.steps
