"""Exact quantiles of any facilities and days: ordered rows under a cube of counts.

Rows are ordered once by value and cut into runs. The cube counts the rows of every facility and
run up to each day, so that the counts of a selection are one subtraction; they name the one run
that holds a wanted rank, and only that run is searched. Nothing is approximated: the cube only
says where to look.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.metrics.engines.reach import Reach, Window
from analytics.metrics.question import Question
from analytics.metrics.statements import Population
from analytics.statistics.ordered import Curve, Ordered

RUNS = 512
FEWEST_RUNS = 16


@dataclass(frozen=True)
class Rows:
    """Values in order, with the facility and the day of each row."""

    values: Any
    places: Any
    days: Any

    def within(self, window: Window, chosen: Any, first: int = 0, last: int | None = None) -> Any:
        """Say of each row from one place to another whether a window holds it."""
        days = self.days[first:last]
        return chosen[self.places[first:last]] & (days >= window.first) & (days < window.last)


@dataclass(frozen=True)
class Cube:
    """The ended rows of a population under their counts; the others, which are few, beside it."""

    ended: Rows
    running: Rows
    starts: Any
    upto: Any
    facilities: int

    @property
    def bytes(self) -> int:
        """The memory that it takes."""
        rows = (self.ended, self.running)
        arrays = [one for row in rows for one in (row.values, row.places, row.days)]
        return int(self.upto.nbytes + sum(one.nbytes for one in arrays))

    def over(self, window: Window) -> Cut:
        """Return the ordered values of a window."""
        chosen = np.zeros(self.facilities, bool)
        chosen[window.places] = True
        counts = self.upto[window.places, window.last] - self.upto[window.places, window.first]
        return Cut(self, window, chosen, np.cumsum(counts.sum(axis=0, dtype=np.int64)))


@dataclass(frozen=True)
class Cut:
    """The ordered values of a window, found through the counts."""

    cube: Cube
    window: Window
    chosen: Any
    below: Any

    @property
    def released(self) -> Ordered:
        """The values of those that ended."""
        return self

    @property
    def n(self) -> int:
        """How many there are in all."""
        return len(self) + len(self._running)

    def __len__(self) -> int:
        """Return how many ended."""
        return int(self.below[-1]) if len(self.below) else 0

    def at(self, rank: int) -> int:
        """Return the value of a rank: one run is searched."""
        run = int(np.searchsorted(self.below, rank, side="right"))
        first, last = int(self.cube.starts[run]), int(self.cube.starts[run + 1])
        keep = self.cube.ended.within(self.window, self.chosen, first, last)
        before = int(self.below[run - 1]) if run else 0
        return int(self.cube.ended.values[first:last][keep][rank - before])

    @cached_property
    def _running(self) -> Any:
        rows = self.cube.running
        return rows.values[rows.within(self.window, self.chosen)]

    def curve(self) -> Curve:
        """The share still waiting after each value."""
        rows = self.cube.ended
        return Curve(rows.values[rows.within(self.window, self.chosen)], self._running)


def build(question: Question, population: Population, reach: Reach, most: int) -> Cube | None:
    """Return the cube of a population within so many bytes; None where that is too little."""
    table = question.table(
        f"SELECT CAST({population.value} AS BIGINT) AS value, day, facility, "
        f"coalesce({population.done}, FALSE) AS done "
        f"FROM {population.table} WHERE $selection AND ({population.where})"
    )
    cells = len(reach.facilities) * (reach.days + 1) * 4
    runs = min(RUNS, most // cells)
    if runs < FEWEST_RUNS:
        return None
    ended = _rows(table.filter(table["done"]), reach)
    running = _rows(table.filter(pc.invert(table["done"])), reach)
    return Cube(ended, running, *_counted(ended, reach, runs), len(reach.facilities))


def _rows(table: pa.Table, reach: Reach) -> Rows:
    values = table["value"].to_numpy()
    small = bool(len(values)) and np.abs(values).max() < 2**31  # half the bytes, twice as fast
    values = values.astype(np.int32) if small else values
    code = {name: i for i, name in enumerate(reach.facilities)}
    coded = table["facility"].cast(pa.string()).dictionary_encode().unify_dictionaries()
    words = coded.chunk(0).dictionary.to_pylist() if coded.num_chunks else []
    numbers = np.array([code[word] for word in words], np.uint16)
    spots = np.concatenate([one.indices.to_numpy() for one in coded.chunks] or [[]]).astype(int)
    places = numbers[spots] if len(spots) else np.zeros(0, np.uint16)
    days = (table["day"].to_numpy() - reach.first).astype(np.int32)
    order = np.argsort(values, kind="stable")
    return Rows(values[order], places[order], days[order])


def _counted(ended: Rows, reach: Reach, runs: int) -> tuple[Any, Any]:
    """Cut the rows into runs, and count each facility's rows of a run up to each day."""
    n = len(ended.values)
    starts = np.arange(runs + 1, dtype=np.int64) * n // runs
    run = np.searchsorted(starts, np.arange(n), side="right") - 1
    shape = (len(reach.facilities), reach.days, runs)
    place = (ended.places.astype(np.int64) * reach.days + ended.days) * runs + run
    upto = np.zeros((shape[0], shape[1] + 1, runs), np.int32)
    counts = np.bincount(place, minlength=int(np.prod(shape))).reshape(shape)
    np.cumsum(counts, axis=1, out=upto[:, 1:])
    return starts, upto
