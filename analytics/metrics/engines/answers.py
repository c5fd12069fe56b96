"""What every engine answers with, and how groups of days become cohorts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.metrics.grouping import Grouping
from analytics.metrics.statements import Population, Sum
from analytics.mirror.words import joined
from analytics.statistics.curve import Curve, curve_of
from analytics.statistics.ordered import Ordered, Sorted

Sums = Mapping[Sum, float]
Pair = tuple[str, str]
"""The names of a group and of the group within which it stands."""
Name = TypeVar("Name", str, Pair)


class Spread(Protocol):
    """The ordered values of a population: those that ended, and those that had not."""

    @property
    def released(self) -> Ordered:
        """The values of those that ended."""

    @property
    def n(self) -> int:
        """How many there are in all."""

    def curve(self) -> Curve:
        """The share still waiting after each value."""


class Engine(Protocol):
    """Answers over one mirror and one selection; without a grouping the only key is ''."""

    name: str

    def sums(self, wanted: Sequence[Sum], by: Grouping | None = None) -> dict[str, Sums]:
        """Return each wanted sum, by group."""

    def crossed(self, wanted: Sequence[Sum], by: Grouping, within: Grouping) -> dict[Pair, Sums]:
        """Return each wanted sum, by group of the one within group of the other."""

    def spreads(self, population: Population, by: Grouping | None = None) -> dict[str, Spread]:
        """Return the ordered values of a population, by group."""


@dataclass(frozen=True)
class Values:
    """Ordered values held as arrays."""

    ended: Any
    running: Any

    @property
    def released(self) -> Ordered:
        """The values of those that ended."""
        return Sorted(self.ended)

    @property
    def n(self) -> int:
        """How many there are in all."""
        return len(self.ended) + len(self.running)

    def curve(self) -> Curve:
        """The share still waiting after each value."""
        return curve_of(self.ended, self.running)


@dataclass(frozen=True)
class Tally:
    """Ordered values held as how often each occurs."""

    ended: tuple[Any, Any]
    running: tuple[Any, Any]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Tally:
        """Return the tally of rows with a value, how often it occurs, and whether it ended."""
        parts: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
        for row in rows:
            parts[row["done"]].append((row["value"], row["n"]))
        return cls(*(_columns(sorted(parts[done])) for done in (True, False)))

    @property
    def released(self) -> Ordered:
        """The values of those that ended."""
        values, counts = self.ended
        return _Ranked(values, np.cumsum(counts))

    @property
    def n(self) -> int:
        """How many there are in all."""
        return int(self.ended[1].sum() + self.running[1].sum())

    def curve(self) -> Curve:
        """The share still waiting after each value."""
        released = self.released
        ranks = np.array([released.upto(value) for value in self.running[0]], np.int64)
        return Curve(released, np.repeat(ranks, self.running[1]))


def together(spreads: Sequence[Spread]) -> Spread:
    """Return the ordered values of all groups as those of one; TypeError for values of a cube."""
    tallies = [one for one in spreads if isinstance(one, Tally)]
    if tallies and len(tallies) == len(spreads):
        return Tally(
            _counted_together([one.ended for one in tallies]),
            _counted_together([one.running for one in tallies]),
        )
    held = [one for one in spreads if isinstance(one, Values)]
    if len(held) != len(spreads):
        raise TypeError("only ordered values of one kind can be put together")
    none = np.zeros(0, np.int64)
    return Values(
        np.sort(np.concatenate([none, *(one.ended for one in held)])),
        np.sort(np.concatenate([none, *(one.running for one in held)])),
    )


def _counted_together(parts: Sequence[tuple[Any, Any]]) -> tuple[Any, Any]:
    values, counts = (np.concatenate(side) for side in zip(*parts, strict=True))
    order = np.argsort(values, kind="stable")
    return values[order], counts[order]


def _columns(pairs: list[tuple[int, int]]) -> tuple[Any, Any]:
    both = np.array(pairs, np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


@dataclass(frozen=True)
class _Ranked:
    values: Any
    counts: Any

    def __len__(self) -> int:
        return int(self.counts[-1]) if len(self.counts) else 0

    def at(self, rank: int) -> int:
        """Return the value of a rank."""
        return int(self.values[np.searchsorted(self.counts, rank, side="right")])

    def upto(self, value: int) -> int:
        """Return how many are at most a value."""
        known = int(np.searchsorted(self.values, value, side="right"))
        return int(self.counts[known - 1]) if known else 0


def added(rows: Iterable[tuple[Name, Sums]]) -> dict[Name, Sums]:
    """Return the sums of each name; rows of one name are added, as those of a month's days."""
    found: dict[Name, dict[Sum, float]] = {}
    for name, sums in rows:
        known = found.setdefault(name, {})
        for key, value in sums.items():
            known[key] = known.get(key, 0) + value
    return dict(sorted(found.items()))


def split(names: Sequence[str], place: Any, values: Any, done: Any) -> dict[str, Spread]:
    """Return ordered values by name; `place` says which name each value belongs to."""
    labels = sorted(set(names))
    code = np.array([labels.index(name) for name in names], np.int64)[place]
    order = np.lexsort((values, code))
    values, done, code = values[order], done[order], code[order]
    ends = np.searchsorted(code, np.arange(len(labels) + 1))
    return {
        label: Values(values[a:b][done[a:b]], values[a:b][~done[a:b]])
        for label, a, b in zip(labels, ends, ends[1:], strict=False)
    }


def coded(column: pa.ChunkedArray) -> tuple[list[Any], Any]:
    """Return the distinct words, null among them, and the place of each row's word."""
    if not len(column):
        return [], np.zeros(0, np.int64)
    if _is_coded(column) and not column.null_count:
        array = joined(column.unify_dictionaries())
    else:
        plain = column.cast(column.type.value_type) if _is_coded(column) else column
        array = pc.dictionary_encode(joined(plain), null_encoding="encode")
    return array.dictionary.to_pylist(), array.indices.to_numpy(zero_copy_only=False)


def _is_coded(column: pa.ChunkedArray) -> bool:
    found: bool = pa.types.is_dictionary(column.type)
    return found
