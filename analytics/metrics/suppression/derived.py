"""What follows from counts that are parts of others: sums that readers can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analytics.metrics.suppression.cells import THRESHOLD, Cell, CountTable, Sum
from analytics.metrics.suppression.nested import Nested

Counts = NDArray[np.int64]
Shown = Callable[[Cell], int | None]
FEW = 600  # links of groups: to prove that nothing follows takes longer with each


@dataclass(frozen=True)
class Derived:
    """Which counts are parts of which: in all, and in every group of what they are cut by."""

    in_all: Nested
    in_groups: Nested
    threshold: int = THRESHOLD

    def implied(self) -> tuple[list[CountTable], list[Sum]]:
        """Return the counts that nobody prints, and what they are made of."""
        found = [one for one in self.in_all.footprints if one.made_of and not one.is_rest]
        return [one.table() for one in found], [one.sum() for one in found]

    def links(self) -> list[Sum]:
        """Return which counts are the same, near parts of others, or made up of two others.

        Those of groups only where they are few: the rest is looked for in what is to be printed.
        """
        whole, *groups = (self._links(place) for place in self._places())
        few = sum(map(len, groups)) <= FEW
        return [*whole, *(one for found in groups if few for one in found)]

    def _links(self, place: _Place) -> list[Sum]:
        return [
            place.sum(one)
            for found in (place.near(self.threshold), place.made_up(self.threshold))
            for one in found
        ]

    def told_by(self, shown: Shown) -> list[Sum]:
        """Return sums over what is shown that tell a small count, or one that is hidden."""
        return [
            place.sum(found)
            for place in self._places()
            for found in place.told(shown, self.threshold)
        ]

    def _places(self) -> Iterator[_Place]:
        yield _Place(self.in_all, None)
        words = {word for one in self.in_groups.footprints for word in one.counts}
        for word in sorted(one for one in words if one is not None):
            yield _Place(self.in_groups, word)


@dataclass(frozen=True)
class _Place:
    """All, or one group."""

    nested: Nested
    group: str | None

    @cached_property
    def counts(self) -> Counts:
        """How large each count is; -1 where it is of no group."""
        return np.array([one.counts.get(self.group, -1) for one in self.nested.footprints])

    def sum(self, places: Sequence[int]) -> Sum:
        """Return the sum of a whole, which comes first, and its parts."""
        whole, *parts = (self.nested.footprints[i].at(self.group) for i in places)
        return Sum(whole, tuple(parts))

    def near(self, threshold: int) -> Iterator[tuple[int, int]]:
        """Yield wholes with a part that is hardly less; of those that are the same, one of each."""
        counts, first = self.counts, self.nested.first
        more = counts[None, :] - counts[:, None]
        is_near = (more >= 0) & (more < threshold) & (counts > 0)[:, None]
        found = self.nested.pairs & is_near & (counts >= threshold)
        for part, whole in zip(*(at.tolist() for at in np.nonzero(found)), strict=True):
            if whole == first[part] or (part == first[part] and whole == first[whole]):
                yield whole, part

    def made_up(self, threshold: int) -> Iterator[tuple[int, int, int]]:
        """Yield wholes that two parts make up, none of which is nothing."""
        for places in self.nested.made_up:
            whole, *parts = self.counts[list(places)]
            if whole >= threshold and min(parts) > 0 and whole >= sum(parts):
                yield places

    def told(self, shown: Shown, threshold: int) -> Iterator[tuple[int, ...]]:
        """Yield wholes and their parts where those that are shown tell of others."""
        known, same = self._known(shown)
        yield from same
        for whole, *parts in self.made_up(threshold):
            if sum(known[[whole, *parts]] < 0) == 1:
                yield whole, *parts
        for size in np.flatnonzero(known >= threshold).tolist():
            yield from self._told_below(size, known, threshold)

    def _known(self, shown: Shown) -> tuple[Counts, list[tuple[int, int]]]:
        """Return what a reader has of each count (-1 is nothing), and the hidden that equal it."""
        first = self.nested.first
        known, hidden = np.full(len(self.counts), -1), list[int]()
        for place, one in enumerate(self.nested.footprints):
            if self.counts[place] > 0 and None not in map(shown, one.parts_at(self.group)):
                known[first[place]] = self.counts[place]
            elif self.counts[place] > 0:
                hidden.append(place)
        same = [(int(first[place]), place) for place in hidden if known[first[place]] >= 0]
        equal = self.counts[first] == self.counts
        return known, [(one, other) for one, other in same if one != other and equal[other]]

    def _told_below(self, whole: int, known: Counts, threshold: int) -> Iterator[tuple[int, ...]]:
        parts = np.flatnonzero(self.nested.pairs[:, whole] & (known > 0))
        left = known[whole] - known[parts]
        for part in parts[(left > 0) & (left < threshold)].tolist():
            yield whole, part
        both = left[:, None] - known[parts][None, :]
        for one, other in zip(*np.nonzero((both > 0) & (both < threshold)), strict=True):
            places = (whole, int(parts[one]), int(parts[other]))
            if one < other and self.nested.holds(*places):
                yield places
