"""Exact quantiles of any facilities and days: ordered rows under a cube of counts.

Rows are ordered once by value and cut into runs. The cube counts the rows of every facility and
run up to each day, so that the counts of a selection are one subtraction; they name the one run
that holds a wanted rank, and only that run is searched. Nothing is approximated: the cube only
says where to look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from analytics.metrics.engines.reach import Reach, Window
from analytics.metrics.question import Question
from analytics.metrics.statements import Population
from analytics.statistics.curve import Curve
from analytics.statistics.ordered import Ordered

RUNS = 512
FEWEST_RUNS = 16
IN_A_RUN = 64  # rows that are searched as fast as fewer
MOST_FACILITIES = 1 << 16
"""A row keeps the number of its facility in two bytes."""


@dataclass(frozen=True)
class Rows:
    """Values in order, with the facility and the day of each row."""

    values: Any
    places: Any
    days: Any

    def within(self, window: Window, first: int = 0, last: int | None = None) -> Any:
        """Say of each row from one place to another whether a window holds it."""
        places, days = self.places[first:last], self.days[first:last]
        if len(window.places) == 1:
            held = places == window.places[0]
        elif window.is_everywhere:
            held = np.ones(len(places), bool)
        else:
            held = window.chosen[places]
        if not window.is_always:
            held &= days >= window.first
            held &= days < window.last
        return held

    def found(self, others: Rows) -> Any:
        """Return where rows stand, each once; LookupError where one is not there."""
        taken: set[int] = set()
        begins = np.searchsorted(self.values, others.values, side="left")
        ends = np.searchsorted(self.values, others.values, side="right")
        for a, b, place, day in zip(begins, ends, others.places, others.days, strict=True):
            alike = (self.places[a:b] == place) & (self.days[a:b] == day)
            at = next((int(at) for at in a + np.flatnonzero(alike) if int(at) not in taken), None)
            if at is None:
                raise LookupError("a row that went was never counted")
            taken.add(at)
        return np.array(sorted(taken), np.int64)

    def without(self, at: Any) -> Rows:
        """Return the rows but for those at some places."""
        return Rows(*(np.delete(one, at) for one in (self.values, self.places, self.days)))

    def merged(self, others: Rows, at: Any) -> Rows:
        """Return the rows with others put before some places."""
        wide = np.result_type(self.values, others.values)
        return Rows(
            np.insert(self.values.astype(wide, copy=False), at, others.values),
            np.insert(self.places, at, others.places),
            np.insert(self.days, at, others.days),
        )

    def at(self, places: Any) -> Rows:
        """Return the rows at some places."""
        return Rows(self.values[places], self.places[places], self.days[places])

    def spots(self, others: Rows) -> Any:
        """Return the places before which others belong."""
        return np.searchsorted(self.values, others.values, side="right")

    def followed(self, gone: Rows, come: Rows) -> Rows:
        """Return the rows without those that went, with those that came."""
        kept = self.without(self.found(gone))
        return kept.merged(come, kept.spots(come))


@dataclass(frozen=True)
class Cube:
    """The ended rows of a population under their counts; the others, which are few, beside it."""

    ended: Rows
    running: Rows
    starts: Any
    upto: Any

    @property
    def bytes(self) -> int:
        """The memory that it takes."""
        rows = (self.ended, self.running)
        arrays = [one for row in rows for one in (row.values, row.places, row.days)]
        return int(self.upto.nbytes + sum(one.nbytes for one in arrays))

    def followed(self, gone: Rows, come: Rows) -> Cube:
        """Return the cube without ended rows that went, with those that came.

        Runs keep their bounds: some grow and some shrink.
        """
        upto, runs, starts = self.upto.copy(), len(self.starts) - 1, self.starts
        at = self.ended.found(gone)
        _count(upto, self.ended.at(at), self._runs(starts, at), -1)
        kept, starts = self.ended.without(at), starts - np.searchsorted(at, starts, side="left")
        spots = kept.spots(come)
        run = self._runs(starts, spots)
        _count(upto, come, run, 1)
        more = np.cumsum(np.bincount(run, minlength=runs))
        starts = starts + np.concatenate([[0], more])
        return replace(self, ended=kept.merged(come, spots), starts=starts, upto=upto)

    def _runs(self, starts: Any, at: Any) -> Any:
        found = np.searchsorted(starts, at, side="right") - 1
        return np.minimum(found, len(starts) - 2)

    def over(self, window: Window) -> Cut:
        """Return the ordered values of a window."""
        counts = self.upto[window.places, window.last] - self.upto[window.places, window.first]
        return Cut(self, window, np.cumsum(counts.sum(axis=0, dtype=np.int64)))

    @cached_property
    def ranks(self) -> Any:
        """How many of all ended rows are at most each running one."""
        return np.searchsorted(self.ended.values, self.running.values, side="right")


@dataclass(frozen=True)
class Cut:
    """The ordered values of a window, found through the counts."""

    cube: Cube
    window: Window
    below: Any

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
        return int(self.below[-1]) if len(self.below) else 0

    def at(self, rank: int) -> int:
        """Return the value of a rank: one run is searched."""
        run = int(np.searchsorted(self.below, rank, side="right"))
        first, last = int(self.cube.starts[run]), int(self.cube.starts[run + 1])
        keep = self.cube.ended.within(self.window, first, last)
        before = int(self.below[run - 1]) if run else 0
        return int(self.cube.ended.values[first:last][keep][rank - before])

    def upto(self, value: int) -> int:
        """Return how many are at most a value: one run is searched."""
        place = int(np.searchsorted(self.cube.ended.values, value, side="right"))
        run = int(np.searchsorted(self.cube.starts, place, side="left")) - 1
        if run < 0:
            return 0
        keep = self.cube.ended.within(self.window, int(self.cube.starts[run]), place)
        return (int(self.below[run - 1]) if run else 0) + int(np.count_nonzero(keep))

    @cached_property
    def _running(self) -> Any:
        return self.cube.running.within(self.window)

    def curve(self) -> Curve:
        """The share still waiting after each value."""
        return self._curve

    @cached_property
    def _curve(self) -> Curve:
        ranks = self.cube.ranks[self._running]
        if not (self.window.is_everywhere and self.window.is_always):
            held = self.cube.ended.within(self.window)
            ranks = np.append(0, np.cumsum(held, dtype=np.int32))[ranks]
        return Curve(self, ranks)


def build(question: Question, population: Population, reach: Reach, most: int) -> Cube | None:
    """Return the cube of a population within so many bytes; None where that is too little."""
    runs = min(RUNS, most // (len(reach.facilities) * (reach.days + 1) * 4))
    if runs < FEWEST_RUNS:
        return None
    # One after the other: of many requests both at once would take twice the memory.
    ended, running = (
        read_rows(question, [(population, side)], reach)[population, side] for side in (True, False)
    )
    return built(ended, running, reach, min(runs, max(FEWEST_RUNS, len(ended.values) // IN_A_RUN)))


def built(ended: Rows, running: Rows, reach: Reach, runs: int) -> Cube:
    """Return the cube of ordered values in so many runs."""
    return Cube(ended, running, *_counted(ended, reach, runs))


Side: TypeAlias = tuple[Population, bool]
"""The rows of a population that ended, or those that had not."""


def read_rows(question: Question, sides: Sequence[Side], reach: Reach) -> dict[Side, Rows]:
    """Return the values of each side in order: one statement a table, for planning costs most."""
    found: dict[Side, Rows] = {}
    for name in dict.fromkeys(of.table for of, _ in sides):
        here = [(of, ended) for of, ended in sides if of.table == name]
        columns = "".join(
            f", CAST({of.value} AS BIGINT) AS value_{i}, {_is_of(of, ended)} AS held_{i}"
            for i, (of, ended) in enumerate(here)
        )
        held = " OR ".join(f"held_{i}" for i in range(len(here)))
        table = question.table(
            f"FROM (SELECT day, facility{columns} FROM {name} WHERE $selection) WHERE {held}"
        )
        for i, side in enumerate(here):
            rows = table.select(["day", "facility"]).append_column("value", table[f"value_{i}"])
            found[side] = ordered_rows(rows.filter(table[f"held_{i}"]), reach)
    return found


def _is_of(of: Population, ended: bool) -> str:
    done = f"coalesce({of.done}, FALSE)"
    return f"coalesce({of.where}, FALSE) AND {done if ended else f'NOT {done}'}"


def _count(upto: Any, rows: Rows, runs: Any, sign: int) -> None:
    for place, day, run in zip(rows.places, rows.days, runs, strict=True):
        upto[place, day + 1 :, run] += sign


def ordered_rows(table: pa.Table, reach: Reach) -> Rows:
    """Return the rows of a table of `value`, `day` and `facility`, in order."""
    values = table["value"].to_numpy()
    small = bool(len(values)) and np.abs(values).max() < 2**31  # half the bytes, twice as fast
    values = values.astype(np.int32) if small else values
    code = {name: i for i, name in enumerate(reach.facilities)}
    coded = table["facility"].cast(pa.string()).dictionary_encode().unify_dictionaries()
    words = coded.chunk(0).dictionary.to_pylist() if coded.num_chunks else []
    numbers = np.array([code[word] for word in words], np.uint16)
    spots = np.concatenate([one.indices.to_numpy() for one in coded.chunks] or [[]]).astype(int)
    places = numbers[spots] if len(spots) else np.zeros(0, np.uint16)
    small_days = np.uint16 if reach.days < 1 << 16 else np.int32
    days = (table["day"].to_numpy() - reach.first).astype(small_days)
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
