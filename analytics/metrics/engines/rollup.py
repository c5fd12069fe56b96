"""What adds up, kept by facility and day of receipt: any range of days is one subtraction."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from analytics.metrics.engines.answers import Sums, coded
from analytics.metrics.engines.later import Later, summed
from analytics.metrics.engines.marked import Marked, is_read_by_marks
from analytics.metrics.engines.reach import Reach, Window
from analytics.metrics.engines.text import by_table
from analytics.metrics.marks import place_of
from analytics.metrics.question import Question
from analytics.metrics.statements import Sum

LARGE = 16  # bytes of a sum of values
SMALL, WIDE = np.dtype(np.int16), np.dtype(np.int32)  # kinds of number that rows are counted in
FEW_ROWS = 1 << 14  # rows of a facility whose counts may double in the small kind
MOST_CELLS = 4096  # days of facilities that may have changed, before all are added up again
CELLS_A_CHANGE = 8  # of so many cells one may have changed, before all are added up again


@dataclass(frozen=True)
class Rollup:
    """Sums up to each day: `upto[sum, word, facility, day]`, with a leading day of nothing.

    What changed since is kept `later`, so that a change need not add up all days again.
    """

    wanted: tuple[Sum, ...]
    words: tuple[Any, ...]
    upto: Any
    later: Later | None = None

    @property
    def bytes(self) -> int:
        """The memory that it takes."""
        return int(self.upto.nbytes) + (int(self.later.amounts.nbytes) if self.later else 0)

    def over(self, window: Window) -> list[tuple[Any, Sums]]:
        """Return the sums of each word over a window."""
        found = self._between(window).sum(axis=-1)
        return [(word, self._named(found[:, i])) for i, word in enumerate(self.words)]

    def by_facility(self, window: Window, reach: Reach) -> list[tuple[str, Sums]]:
        """Return the sums of each chosen facility."""
        found = self._between(window)[:, 0]
        names = [reach.facilities[i] for i in window.places]
        return [(name, self._named(found[:, i])) for i, name in enumerate(names)]

    def by_day(self, window: Window, reach: Reach) -> list[tuple[int, Sums]]:
        """Return the sums of each day, named by its number since 1970."""
        found = self._daily(window)[:, 0]
        return [
            (reach.first + window.first + i, self._named(found[:, i]))
            for i in range(found.shape[-1])
            if found[:, i].any()
        ]

    def words_by_facility(self, window: Window, reach: Reach) -> list[tuple[Any, str, Sums]]:
        """Return the sums of each word at each chosen facility that has any."""
        names = [reach.facilities[i] for i in window.places]
        return self._crossed(self._between(window), names)

    def words_by_day(self, window: Window, reach: Reach) -> list[tuple[Any, int, Sums]]:
        """Return the sums of each word on each day that has any."""
        found = self._daily(window)
        first = reach.first + window.first
        return self._crossed(found, range(first, first + found.shape[-1]))

    def _crossed(self, found: Any, names: Sequence[Any]) -> list[tuple[Any, Any, Sums]]:
        return [
            (self.words[i], names[j], self._named(found[:, i, j]))
            for i, j in np.argwhere(found.any(axis=0)).tolist()
        ]

    def _between(self, window: Window) -> Any:
        """Return the sums of a window by word and chosen facility; days between are not read."""
        places = window.places
        found = self.upto[:, :, places, window.last] - self.upto[:, :, places, window.first]
        if self.later is None:
            return found
        spots, _, amounts = self.later.within(window)
        return self._added(found, spots, amounts)

    def _daily(self, window: Window) -> Any:
        """Return the sums of the days of a window by word."""
        cut = self.upto[:, :, window.places, window.first : window.last + 1]
        chosen = cut.sum(axis=2, dtype=np.result_type(cut, np.int64))
        found = np.diff(chosen, axis=-1)
        if self.later is None:
            return found
        _, days, amounts = self.later.within(window)
        return self._added(found, days, amounts)

    def _added(self, found: Any, at: Any, amounts: Any) -> Any:
        """Return sums with what changed later at some places; words may have come with it."""
        wide = np.result_type(found, amounts)
        whole = np.zeros((len(self.wanted), len(self.words), found.shape[-1]), wide)
        whole[:, : found.shape[1]] = found
        spots, sums = summed(at, amounts)
        whole[:, :, spots] += sums
        return whole

    def followed(self, words: Sequence[Any], later: Later) -> Rollup:
        """Return the sums with what came, less what went; new words stand after the known ones.

        `words` are those of what is later.
        """
        if not len(later.places):
            return self
        every = tuple(dict.fromkeys([*self.words, *words]))
        later = later.of_words([every.index(word) for word in words], len(every))
        if self.later is not None:
            later = self.later.with_(later)
        changed = replace(self, words=every, later=later)
        most = min(MOST_CELLS, math.prod(self.upto.shape[2:]) // CELLS_A_CHANGE)
        return changed if len(later.places) <= most else changed._added_up()

    def _added_up(self) -> Rollup:
        """Return the sums with what is later among them."""
        assert self.later is not None
        sums, words, *shape = self.upto.shape
        upto = np.zeros((sums, len(self.words), *shape), self.upto.dtype)
        upto[:, :words] = self.upto
        for place, daily in self.later.by_place(shape[-1]):
            now = upto[:, :, place] + np.cumsum(daily, axis=-1)
            upto = with_room(upto, now)
            upto[:, :, place] = now
        return replace(self, upto=upto, later=None)

    def _named(self, values: Any) -> Sums:
        return {one: _number(value) for one, value in zip(self.wanted, values, strict=True)}


def _number(value: Any) -> float:
    return int(value) if float(value).is_integer() else float(value)


def counts_of(rows: int) -> Any:
    """Return the kind of number in which to count the rows of a facility that has so many."""
    return SMALL if rows <= FEW_ROWS else WIDE


def with_room(upto: Any, now: Any) -> Any:
    """Return counts in a kind of number that has room for those that come among them."""
    is_short = upto.dtype == SMALL and now.max(initial=0) > np.iinfo(SMALL).max
    return upto.astype(WIDE) if is_short else upto


def bytes_of(sums: Iterable[Sum], cells: int, counts: Any = WIDE) -> int:
    """Return the memory of so many cells for each of some sums, counts being of some kind."""
    return sum(LARGE if one.weight else counts.itemsize for one in sums) * cells


def build(
    question: Question, wanted: Sequence[Sum], reach: Reach, word: str = "''", counts: Any = WIDE
) -> Rollup:
    """Return the sums of a whole mirror by word, facility and day, counts being of some kind."""
    sums = tuple(dict.fromkeys(wanted))
    parts = [one for table, group in by_table(sums) for one in _read(question, table, group, word)]
    words = tuple(dict.fromkeys(one for part in parts for one in part.words)) or ("",)
    # Long floats: a difference of two running totals must not lose the digits of a small day.
    whole = all(not one.weight for one in sums)
    shape = (len(sums), len(words), len(reach.facilities), reach.days + 1)
    upto = np.zeros(shape, counts if whole else np.longdouble)
    spot = {one: i for i, one in enumerate(sums)}
    for part in parts:
        cells = part.cells(words, reach)
        for one in part.sums:
            held, amounts = part.of(one)
            np.add.at(upto[spot[one]], tuple(cell[held] for cell in cells), amounts)
    return Rollup(sums, words, np.cumsum(upto, axis=-1, dtype=upto.dtype, out=upto))


@dataclass(frozen=True)
class _Part:
    """Groups of rows of one table by `facility`, `day` and `word`, and some sums over them."""

    sums: list[Sum]
    rows: pa.Table
    of: Callable[[Sum], tuple[Any, Any]]
    """The places of the groups that add to a sum, or a slice of all, and what each adds."""

    @property
    def words(self) -> list[Any]:
        """The words among the groups."""
        return coded(self.rows["word"])[0]

    def cells(self, words: tuple[Any, ...], reach: Reach) -> tuple[Any, Any, Any]:
        """Return the place of each group among words, facilities and days."""
        known, at = coded(self.rows["word"])
        return np.array([words.index(one) for one in known], np.int64)[at], *reach.cells(self.rows)


def _read(question: Question, table: str, group: list[Sum], word: str) -> Iterator[_Part]:
    place = place_of(table, group)
    keys = f"facility, day, {word} AS word"
    marked = [one for one in group if is_read_by_marks(place, one)]
    others = [one for one in group if not is_read_by_marks(place, one)]
    if marked:
        found = Marked.read(question, place, marked, keys)

        def borne(one: Sum) -> tuple[Any, Any]:
            held = found.held(one)
            return held, found.amounts(one)[held]

        yield _Part(marked, found.rows, borne)
    if others:
        columns = ", ".join(f"CAST({one.sql()} AS DOUBLE) AS s{i}" for i, one in enumerate(others))
        rows = question.table(
            f"SELECT {keys}, {columns} FROM {place} WHERE $selection GROUP BY ALL"
        )
        names = {one: f"s{i}" for i, one in enumerate(others)}
        yield _Part(others, rows, lambda one: (slice(None), rows[names[one]].to_numpy()))
