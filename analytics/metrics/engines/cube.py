"""Exact quantiles of any facilities and days: ordered rows under a cube of counts.

Rows are ordered once by value and cut into runs. The cube counts the rows of every facility and
run up to each day, so that the counts of a selection are one subtraction; they name the one run
that holds a wanted rank, and only that run is searched. Nothing is approximated: the cube only
says where to look. What changes later is kept beside it, and looked at with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from analytics.metrics.engines.ordered_rows import (
    Rows,
    Sides,
    Uneven,
    apart,
    ranked,
    read_sides,
)
from analytics.metrics.engines.reach import Reach, Window
from analytics.metrics.engines.rollup import SMALL, WIDE, counts_of
from analytics.metrics.question import Question
from analytics.metrics.statements import Population
from analytics.statistics.curve import Curve
from analytics.statistics.ordered import Ordered

RUNS = 512
FEWEST_RUNS = 16
IN_A_RUN = 64  # rows that are searched as fast as fewer
MOST_FACILITIES = 1 << 16
"""A row keeps the number of its facility in two bytes."""
ROWS_A_CHANGE = 64  # of so many rows one may have changed, before the cube is counted with it
FEW = 4096  # rows that may have changed in any case


@dataclass(frozen=True)
class Cube:
    """The ended rows of a population under their counts; the others, which are few, beside it.

    `gone` are the places of ended rows that went since they were counted, `come` those that came.
    Values that grow are kept less the clock, which is `clock` now.
    """

    ended: Rows
    running: Rows
    growing: Rows
    ages: bool
    clock: int
    starts: Any
    upto: Any
    gone: Any
    come: Rows

    @property
    def bytes(self) -> int:
        """The memory that it takes."""
        rows = sum(one.bytes for one in (self.ended, self.running, self.growing, self.come))
        return int(self.upto.nbytes + self.gone.nbytes + rows)

    def followed(self, gone: Sides, come: Sides, clock: int) -> Cube:
        """Return the cube without rows that went, with those that came, at a later moment.

        Raises LookupError where one that went is not there, or ended rows are no more of a kind.
        """
        kinds = {one.ages for one in (gone, come) if len(one.ended)}
        if len(self.ended) + len(self.come) and kinds - {self.ages}:
            raise Uneven("what ended grows, and did not")
        changed = replace(
            self._with_ended(gone.ended, come.ended),
            running=self.running.followed(gone.running, come.running),
            growing=self.growing.followed(gone.growing, come.growing),
            clock=clock,
            ages=True in kinds if kinds else self.ages,
        )
        beside = len(changed.gone) + len(changed.come)
        most = max(FEW, len(self.ended) // ROWS_A_CHANGE)
        return changed if beside <= most else changed._counted_in()

    def _with_ended(self, gone: Rows, come: Rows) -> Cube:
        """Return the cube with other ended rows beside it: of what went, what came is left out."""
        gone, come = apart(gone, come)
        first, last = self.ended.spots(gone, "left"), self.ended.spots(gone, "right")
        before, after = (np.searchsorted(self.gone, one, "left") for one in (first, last))
        at = first + (after - before) + gone.repeats()
        is_there = at < last
        went = np.union1d(self.gone, at[is_there])
        return replace(self, gone=went, come=self.come.followed(gone.at(~is_there), come))

    def _counted_in(self) -> Cube:
        """Return the cube with what is beside it among its rows; runs keep their bounds."""
        runs = len(self.starts) - 1
        come = _upto(self.come, self._come_runs, self.upto.shape, WIDE)
        gone = _upto(self.ended.at(self.gone), self._gone_runs, self.upto.shape, WIDE)
        upto = self.upto + come - gone
        more = np.bincount(self._come_runs, minlength=runs)
        less = np.bincount(self._gone_runs, minlength=runs)
        return replace(
            self,
            ended=self.ended.without(self.gone).merged(self.come),
            starts=self.starts + np.concatenate([[0], np.cumsum(more - less)]),
            upto=upto.astype(counts_of(int(upto[:, -1].max(initial=0))), copy=False),
            gone=self.gone[:0],
            come=Rows.none(),
        )

    @cached_property
    def _gone_runs(self) -> Any:
        return self._runs(self.gone)

    @cached_property
    def _come_runs(self) -> Any:
        return self._runs(self.ended.spots(self.come, "right"))

    def _runs(self, at: Any) -> Any:
        found = np.searchsorted(self.starts, at, side="right") - 1
        return np.minimum(found, len(self.starts) - 2)

    def over(self, window: Window) -> Cut:
        """Return the ordered values of a window."""
        return Cut(self, window)

    @property
    def ended_now(self) -> Rows:
        """The ended rows, with their values now."""
        rows = self.ended.without(self.gone).merged(self.come)
        return rows.raised(self.clock) if self.ages else rows

    @cached_property
    def still(self) -> tuple[Rows, Any]:
        """The rows that have not ended in order, and how many ended by count are at most each."""
        frame = self.clock if self.ages else 0
        rows = self.growing.raised(self.clock - frame).merged(self.running.raised(-frame))
        return rows, ranked(self.ended.values, rows.values)


@dataclass(frozen=True)
class Cut:
    """The ordered values of a window, found through the counts."""

    cube: Cube
    window: Window

    @cached_property
    def _come(self) -> Rows:
        return self.cube.come.at(self._is_come)

    @cached_property
    def _is_come(self) -> Any:
        return self.cube.come.within(self.window)

    @cached_property
    def _is_gone(self) -> Any:
        return self.cube.ended.at(self.cube.gone).within(self.window)

    @cached_property
    def _below(self) -> Any:
        """How many rows of the window are in each run and those before it."""
        cube, window, runs = self.cube, self.window, len(self.cube.starts) - 1
        counts = cube.upto[window.places, window.last] - cube.upto[window.places, window.first]
        found = counts.sum(axis=0, dtype=np.int64)
        if len(cube.come):
            found += np.bincount(cube._come_runs[self._is_come], minlength=runs)
        if len(cube.gone):
            found -= np.bincount(cube._gone_runs[self._is_gone], minlength=runs)
        return np.cumsum(found)

    @property
    def released(self) -> Ordered:
        """The values of those that ended."""
        return self

    @property
    def n(self) -> int:
        """How many there are in all."""
        return len(self) + int(np.count_nonzero(self._running))

    def __len__(self) -> int:
        """Return how many ended."""
        return int(self._below[-1]) if len(self._below) else 0

    @property
    def _grown(self) -> int:
        return self.cube.clock if self.cube.ages else 0

    def at(self, rank: int) -> int:
        """Return the value of a rank: one run is searched."""
        cube, run = self.cube, int(np.searchsorted(self._below, rank, side="right"))
        first, last = int(cube.starts[run]), int(cube.starts[run + 1])
        values = cube.ended.values[first:last][self._kept(first, last)]
        come = cube.come.values[self._is_come & (cube._come_runs == run)]
        if len(come):
            values = np.sort(np.concatenate([values, come]))
        before = int(self._below[run - 1]) if run else 0
        return int(values[rank - before]) + self._grown

    def _kept(self, first: int, last: int) -> Any:
        """Say which rows from one place to another the window holds, but for those that went."""
        keep, gone = self.cube.ended.within(self.window, first, last), self.cube.gone
        keep[gone[slice(*np.searchsorted(gone, [first, last]))] - first] = False
        return keep

    def upto(self, value: int) -> int:
        """Return how many are at most a value: one run is searched."""
        cube, wanted = self.cube, value - self._grown
        place = int(ranked(cube.ended.values, wanted))
        run = int(np.searchsorted(cube.starts, place, side="left")) - 1
        come = int(ranked(self._come.values, wanted))
        if run < 0:
            return come
        # Of the runs before, all: what came and went there is counted among them.
        first = int(cube.starts[run])
        below = int(self._below[run - 1]) if run else 0
        below -= int(np.count_nonzero(cube._come_runs[self._is_come] < run))
        return below + come + int(np.count_nonzero(self._kept(first, place)))

    @cached_property
    def _running(self) -> Any:
        return self.cube.still[0].within(self.window)

    def curve(self) -> Curve:
        """The share still waiting after each value."""
        return self._curve

    @cached_property
    def _curve(self) -> Curve:
        rows, below = self.cube.still
        held = self._running
        ranks = below[held]
        if self.window.is_everywhere and self.window.is_always:
            ranks = ranks - np.searchsorted(self.cube.gone, ranks)
        else:
            kept = self._kept(0, len(self.cube.ended))
            ranks = np.append(0, np.cumsum(kept, dtype=np.int32))[ranks]
        if len(self._come):
            ranks = ranks + ranked(self._come.values, rows.values[held])
        return Curve(self, ranks)


def build(question: Question, population: Population, reach: Reach, most: int) -> Cube | None:
    """Return the cube of a population within so many bytes; None where that is too little.

    None too where some of its ended rows grow with the clock and others do not.
    """
    cells = len(reach.facilities) * (reach.days + 1)
    if most // (cells * SMALL.itemsize) < FEWEST_RUNS:
        return None
    try:
        rows = read_sides(question, population, reach)
    except Uneven:
        return None
    runs = min(
        RUNS, most // (cells * SMALL.itemsize), max(FEWEST_RUNS, len(rows.ended) // IN_A_RUN)
    )
    counts = counts_of(len(rows.ended) // runs + 1)  # more rows than that are in no run
    runs = min(runs, most // (cells * counts.itemsize))
    if runs < FEWEST_RUNS:
        return None
    starts, upto = _counted(rows.ended, reach, runs, counts)
    return Cube(
        ended=rows.ended,
        running=rows.running,
        growing=rows.growing,
        ages=rows.ages,
        clock=question.mirror.log.as_of,
        starts=starts,
        upto=upto,
        gone=np.zeros(0, np.int64),
        come=Rows.none(),
    )


def _counted(ended: Rows, reach: Reach, runs: int, kind: Any) -> tuple[Any, Any]:
    """Cut the rows into runs, and count each facility's rows of a run up to each day."""
    n = len(ended)
    starts = np.arange(runs + 1, dtype=np.int64) * n // runs
    run = np.searchsorted(starts, np.arange(n), side="right") - 1
    return starts, _upto(ended, run, (len(reach.facilities), reach.days + 1, runs), kind)


def _upto(rows: Rows, run: Any, shape: tuple[int, int, int], kind: Any) -> Any:
    """Count the rows of each facility and run up to each day, after one of nothing."""
    facilities, days, runs = shape
    cells = (rows.places.astype(np.int64) * (days - 1) + rows.days) * runs + run
    counts = np.bincount(cells, minlength=facilities * (days - 1) * runs)
    upto = np.zeros(shape, kind)
    daily = counts.reshape(facilities, days - 1, runs)
    np.cumsum(daily, axis=1, dtype=kind, out=upto[:, 1:])
    return upto
