"""Which counts count only rows of others, so that what these have more is a count as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analytics.metrics.statements import Sum as Counting
from analytics.metrics.suppression.footprint import Footprint

Pairs = NDArray[np.bool_]
"""Whether the count of a row is a part of the count of a column."""
Rows = NDArray[np.float32]
_AT_ONCE = 1 << 22  # comparisons
_EXACT = 1e-6


@dataclass(frozen=True)
class Nested:
    """Counts, and how often each (a column) counts requests (the rows), alone or in a group.

    A part counts no request more often than its whole, as far as was seen. That is so of all that
    are parts by what is declared of them, and of some by chance, which can only hide more.
    """

    footprints: Sequence[Footprint]
    rows: Rows

    @classmethod
    def of(cls, footprints: Sequence[Footprint], rows: Rows) -> Nested:
        """Return what rows tell of counts: how often each of `sums_of` counts a request."""
        sums = sums_of(footprints)
        made = np.zeros((len(sums), len(footprints)), np.float32)
        for place, one in enumerate(footprints):
            for times, counted in one.rows:
                made[sums.index(counted), place] += times
        return cls(footprints, rows @ made)

    @cached_property
    def pairs(self) -> Pairs:
        """Whether each (a row) is a part of each (a column), itself not."""
        size = len(self.footprints)
        parts, wholes = np.nonzero(~np.eye(size, dtype=bool))
        start = 0
        while start < len(self.rows) and len(parts):
            some = self.rows[start : start + max(1, _AT_ONCE // len(parts))]
            start += len(some)
            holds = np.all(some[:, parts] <= some[:, wholes], axis=0)
            parts, wholes = parts[holds], wholes[holds]
        found = np.zeros((size, size), bool)
        found[parts, wholes] = True
        return found

    @cached_property
    def first(self) -> NDArray[np.intp]:
        """The first of those that are one and the same, for each."""
        same = (self.pairs & self.pairs.T) | np.eye(len(self.footprints), dtype=bool)
        return same.argmax(axis=1) if len(same) else np.zeros(0, np.intp)

    @cached_property
    def unlike(self) -> NDArray[np.intp]:
        """One of each that are one and the same."""
        return np.unique(self.first)

    @cached_property
    def made_up(self) -> list[tuple[int, int, int]]:
        """Return every count that two others make up, with these."""
        # As sums of the rows, each by a weight of its own, they add up as the rows themselves do.
        weights = np.random.default_rng(0).random(len(self.rows))
        marks = weights @ self.rows
        order = self.unlike[np.argsort(marks[self.unlike])]
        found = []
        for whole in self.unlike:
            parts = [int(i) for i in self.unlike if self.pairs[i, whole] and i != whole]
            left = np.searchsorted(marks[order], marks[whole] - marks[parts] - _EXACT)
            for part, place in zip(parts, left.tolist(), strict=True):
                other = int(order[place]) if place < len(order) else part
                if part < other and self._is_exact(whole, part, other):
                    found.append((int(whole), part, other))
        return found

    def _is_exact(self, whole: int, part: int, other: int) -> bool:
        rows = self.rows
        return bool(np.array_equal(rows[:, whole], rows[:, part] + rows[:, other]))

    def holds(self, whole: int, *parts: int) -> bool:
        """Say whether several parts of a whole, together, are a part of it."""
        return bool(np.all(self.rows[:, list(parts)].sum(axis=1) <= self.rows[:, whole]))


def sums_of(footprints: Sequence[Footprint]) -> list[Counting]:
    """Return what has to be counted of requests to tell which counts are parts of which."""
    return list(dict.fromkeys(one for each in footprints for _, one in each.rows))
