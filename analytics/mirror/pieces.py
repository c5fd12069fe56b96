"""The rows of a mirror in pieces: amendments first, and then as the whole is sorted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa
from pyarrow import compute as pc

from analytics.mirror.cut import NEVER, is_amendment
from analytics.mirror.partition import Partition, Partitions, nothing
from analytics.mirror.rows import BATCH, Words

AT_ONCE = 2  # pieces that are unpacked: most of that leaves Python alone
UNPACKED = 1 << 20  # steps that stay at hand


@dataclass(frozen=True)
class Pieces:
    """The rows of a mirror in pieces, one after the other: amendments first."""

    pieces: Partitions
    known: Mapping[str, Words] | None = None
    """The words of each table, where they are known without opening the pieces."""

    @property
    def cases(self) -> pa.Table:
        """All cases; whoever needs few columns asks for these."""
        return _together([nothing().cases, *(one.cases for one in self._ordered)])

    @property
    def steps(self) -> pa.Table:
        """All steps; whoever needs few at once asks for batches."""
        return _together([nothing().steps, *(one.steps for one in self._ordered)])

    @property
    def facilities(self) -> tuple[str, ...]:
        """The facilities that received any of the requests, in order."""
        found = set[str]()
        for key, piece in self.pieces.items():
            if is_amendment(key):
                words = piece.of("cases").columns(["facility"])["facility"]
                found.update(pc.unique(words).to_pylist())
            elif piece.requests:
                found.add(key[0])
        return tuple(sorted(found))

    def names(self, table: str) -> list[str]:
        """Return the columns of a table."""
        return nothing().rows.names(table)

    def of_cases(self, names: Sequence[str]) -> pa.Table:
        """Return some columns of all cases."""
        parts = [one.of("cases").columns(names) for one in self._ordered]
        return _together([nothing().cases.select(list(names)), *parts])

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        if table == "cases":
            return sum(one.requests for one in self._ordered)
        return sum(one.of(table).rows for one in self._ordered)

    def words(self, table: str) -> Words:
        """Return the words of each column of a table."""
        if self.known is not None:
            return self.known[table]
        found: dict[str, dict[str, None]] = {}
        for one in self._ordered:
            for name, words in one.of(table).words.items():
                found.setdefault(name, {}).update(dict.fromkeys(words))
        return {name: list(words) for name, words in found.items()}

    def batches(self, table: str) -> Iterator[pa.Table]:
        """Yield the rows of a table, so many at once as memory holds with ease; none as none."""
        none = list(nothing().rows.batches(table))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for some in self._batched(table):
                unpacked = pool.map(lambda one: one.of(table).table, some)
                yield _together([*none, *unpacked]).combine_chunks()

    def _batched(self, table: str) -> Iterator[list[Partition]]:
        """Yield pieces of so many rows together as memory holds with ease; at least once."""
        some, rows = list[Partition](), 0
        for one in self._ordered:
            some.append(one)
            rows += one.of(table).rows
            if rows >= BATCH:
                yield some
                some, rows = [], 0
        if some or not self.pieces:
            yield some

    @property
    def _ordered(self) -> list[Partition]:
        return [self.pieces[key] for key in sorted(self.pieces)]


def _together(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables).unify_dictionaries()


def pack_but_newest(pieces: Partitions) -> None:
    """Pack the steps of pieces, but for those of the newest receipts, where changes fall."""
    left = UNPACKED
    newest_first = sorted(
        pieces, key=lambda one: (is_amendment(one), one[1] != NEVER, one[1]), reverse=True
    )
    for key in newest_first:
        left -= pieces[key].stored.of("steps").rows if pieces[key].stored.is_unpacked else 0
        if left < 0:
            pieces[key].stored.pack()
