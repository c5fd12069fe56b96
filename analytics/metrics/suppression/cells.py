"""Counts that are to be published: cells, tables of them, sums, and figures that hang on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

THRESHOLD = 11
"""No count from 1 to one less is published: a convention taken from CMS cell-size policy."""

Coordinates = tuple[str | None, ...]


class Inconsistent(ValueError):
    """Counts contradict each other, so that nothing can be said about what they reveal."""


@dataclass(frozen=True, order=True)
class Cell:
    """One count: what is counted, and the word of each dimension that it is narrowed to.

    Two cells that are equal are the same count, in whichever tables they stand.
    """

    counted: str
    where: tuple[tuple[str, str], ...] = ()


def cell(counted: str, **where: str) -> Cell:
    """Return the cell of what is counted at some words: cell("requests", facility="north")."""
    return Cell(counted, tuple(sorted(where.items())))


@dataclass(frozen=True, kw_only=True)
class CountTable:
    """Counts of one thing over up to three dimensions, with or without margins.

    `cells` maps coordinates, one a dimension and None for the sum over it, to counts. Inner cells
    that are left out are zero; margins that are left out are not published, yet follow from the
    rest. Each thing that is counted has one word of each dimension. A table that is not
    `published` says only that readers know of these counts. Raises Inconsistent where a margin is
    not the sum.
    """

    counted: str
    dimensions: tuple[str, ...] = ()
    cells: Mapping[Coordinates, int] = field(default_factory=dict)
    published: bool = True

    def __post_init__(self) -> None:
        """Refuse cells that cannot be."""
        if len(set(self.dimensions)) != len(self.dimensions) or len(self.dimensions) > 3:
            raise Inconsistent("a table has up to three dimensions, each named once")
        for place, count in self.cells.items():
            if len(place) != len(self.dimensions):
                raise Inconsistent(f"{place} does not name a word of each of {self.dimensions}")
            if count < 0:
                raise Inconsistent(f"{count} is no count")
        whole = self.whole()
        for place, count in self.cells.items():
            if whole[place] != count:
                raise Inconsistent(f"{place} is {count}, but its parts add up to {whole[place]}")

    def at(self, place: Coordinates) -> Cell:
        """Return the cell that stands at these coordinates."""
        named = zip(self.dimensions, place, strict=True)
        return Cell(self.counted, tuple(sorted((d, word) for d, word in named if word is not None)))

    def whole(self) -> dict[Coordinates, int]:
        """Return every inner cell and every margin, published or not."""
        counts = dict.fromkeys(product(*map(self._words, range(len(self.dimensions)))), 0)
        for place, count in self.cells.items():
            if None in place:
                continue
            for margin in product(*((word, None) for word in place)):
                counts[margin] += count
        return counts

    def parts(self, place: Coordinates) -> list[Coordinates]:
        """Return what a margin is the sum of, over the first dimension that it sums over."""
        axis = place.index(None)
        words = [word for word in self._words(axis) if word is not None]
        return [(*place[:axis], word, *place[axis + 1 :]) for word in words]

    def _words(self, axis: int) -> list[str | None]:
        return [*sorted({place[axis] for place in self.cells} - {None}, key=str), None]


@dataclass(frozen=True)
class Sum:
    """A count and disjoint parts of it; what they leave over, if anything, is a count as well."""

    whole: Cell
    parts: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A share, mean or quantile, with the counts that it hangs on.

    `n` is how many it is made of; the numerator, and whatever else is known by it, are `parts` of
    them. Counts `beside` are told by it too, and are no parts of them: a mean of touches times how
    many requests it is of is how many touches there were.
    """

    name: str
    value: float
    n: Cell
    parts: tuple[Cell, ...] = ()
    beside: tuple[Cell, ...] = ()
