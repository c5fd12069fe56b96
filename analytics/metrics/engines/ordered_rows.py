"""Rows in order of their value, then of facility and day, so that each can be found again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from analytics.metrics.engines.answers import coded
from analytics.metrics.engines.reach import Reach, Window
from analytics.metrics.marks import AS_OF
from analytics.metrics.question import Question
from analytics.metrics.statements import Population


@dataclass(frozen=True)
class Rows:
    """Values in order, with the facility and the day of each row."""

    values: Any
    places: Any
    days: Any

    @classmethod
    def none(cls) -> Rows:
        """Return no rows."""
        return cls(np.zeros(0, np.int32), np.zeros(0, np.uint16), np.zeros(0, np.uint16))

    @classmethod
    def of(cls, values: Any, places: Any, days: Any) -> Rows:
        """Return rows put in order."""
        order = _order(values, places, days)
        return cls(_narrow(values[order]), places[order], days[order])

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.values)

    @property
    def bytes(self) -> int:
        """The memory that they take."""
        return int(self.values.nbytes + self.places.nbytes + self.days.nbytes)

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

    def spots(self, others: Rows, side: Literal["left", "right"]) -> Any:
        """Return the places of other rows among these, before (`left`) or after those alike."""
        low, high = (ranked(self.values, others.values, one) for one in ("left", "right"))
        wanted = _cells(others.places, others.days)
        while (open_ := low < high).any():
            middle = (low + high) // 2
            at = np.minimum(middle, len(self) - 1)
            cells = _cells(self.places[at], self.days[at])
            is_before = cells < wanted if side == "left" else cells <= wanted
            low = np.where(open_ & is_before, middle + 1, low)
            high = np.where(open_ & ~is_before, middle, high)
        return low

    def repeats(self) -> Any:
        """Return how many rows before each are the same as it."""
        fresh = np.ones(len(self), bool)
        fresh[1:] = np.diff(self.values) != 0
        fresh[1:] |= np.diff(_cells(self.places, self.days)) != 0
        begun = np.flatnonzero(fresh)
        return np.arange(len(self)) - np.repeat(begun, np.diff(np.append(begun, len(self))))

    def at(self, places: Any) -> Rows:
        """Return the rows at some places, or of which something is true."""
        return Rows(self.values[places], self.places[places], self.days[places])

    def raised(self, by: int) -> Rows:
        """Return the rows with larger values."""
        if not by or not len(self):
            return self
        return Rows(self.values.astype(np.int64) + by, self.places, self.days)

    def without(self, at: Any) -> Rows:
        """Return the rows but for those at some places."""
        return Rows(*(np.delete(one, at) for one in (self.values, self.places, self.days)))

    def merged(self, others: Rows) -> Rows:
        """Return the rows with others among them."""
        if not len(others):
            return self
        at = self.spots(others, "right")
        pairs = zip(_arrays(self), _arrays(others), strict=True)
        return Rows(*(np.insert(_widened(ours, theirs), at, theirs) for ours, theirs in pairs))

    def followed(self, gone: Rows, come: Rows) -> Rows:
        """Return the rows without those that went, with those that came.

        Raises LookupError where one that went is not there.
        """
        gone, come = apart(gone, come)
        if not len(gone) and not len(come):
            return self
        at, is_there = self.found(gone)
        if not is_there.all():
            raise LookupError("a row that went was never counted")
        return self.without(at).merged(come)

    def found(self, others: Rows) -> tuple[Any, Any]:
        """Return a place for each of some rows, no place twice, and whether it is there at all."""
        at = self.spots(others, "left") + others.repeats()
        return at, at < self.spots(others, "right")


def apart(gone: Rows, come: Rows) -> tuple[Rows, Rows]:
    """Return rows that went and that came without those that are in both."""
    if not len(gone) or not len(come):
        return gone, come
    at, is_both = come.found(gone)
    return gone.at(~is_both), come.without(at[is_both])


@dataclass(frozen=True)
class Sides:
    """The rows of a population: ended, running with a value that stands, and with one that grows.

    What grows with the clock is kept less the clock, so that it need not be touched as time
    passes; `ages` says so of the ended ones.
    """

    ended: Rows
    running: Rows
    growing: Rows
    ages: bool


class Uneven(LookupError):
    """Some of the ended rows of a population grow with the clock and others do not."""


def asked_of(of: Population) -> tuple[str, ...]:
    """Return what is asked of a row, so that its side is known: a clock later, where one tells."""
    later = of.value.replace(AS_OF, f"({AS_OF} + 1)")
    return (of.where, of.done, of.value, *((later,) if AS_OF in of.value else ()))


def sides(columns: Mapping[str, Any], of: Population, clock: Any) -> Sides:
    """Return rows by side: arrays of `value`, `later`, `done`, `places` and `days`.

    `clock` is the moment that each was read at. Raises Uneven.
    """
    value, done = columns["value"], columns["done"]
    does, ages = np.zeros(len(value), bool), False
    if AS_OF in of.value:
        grows = columns["later"] - value
        if len(grows) and (grows.min() < 0 or grows.max() > 1):
            raise Uneven(f"{of.value} grows faster than the clock")
        does, ages = grows == 1, _whether_all(grows[done])
        value = np.where(does, value - clock, value)

    def those(held: Any) -> Rows:
        return Rows.of(value[held], columns["places"][held], columns["days"][held])

    return Sides(those(done), those(~done & ~does), those(~done & does), ages)


def _whether_all(grows: Any) -> bool:
    if len(grows) and grows.min() != grows.max():
        raise Uneven("some of what ended grows, and some does not")
    return bool(len(grows) and grows[0])


def read_sides(question: Question, of: Population, reach: Reach) -> Sides:
    """Return the rows of a population. Raises Uneven."""
    where, done, value, *later = asked_of(of)
    more = f", CAST({later[0]} AS BIGINT) AS later" if later else ""
    table = question.table(
        f"SELECT facility, day, CAST({value} AS BIGINT) AS value{more}, "
        f"coalesce({done}, FALSE) AS done FROM {of.table} WHERE $selection AND ({where})"
    )
    places, days = placed(table, reach)
    columns = {
        name: table[name].to_numpy() for name in ("value", "done", *(["later"] * bool(later)))
    }
    return sides(columns | {"places": places, "days": days}, of, question.mirror.log.as_of)


def placed(table: pa.Table, reach: Reach) -> tuple[Any, Any]:
    """Return the facility and the day of each row by number, in few bytes."""
    names, numbers = coded(table["facility"])
    known = {name: i for i, name in enumerate(reach.facilities)}
    places = np.array([known[name] for name in names], np.uint16)[numbers]
    small = np.uint16 if reach.days < 1 << 16 else np.int32
    return places, (table["day"].to_numpy() - reach.first).astype(small)


def ranked(values: Any, wanted: Any, side: Literal["left", "right"] = "right") -> Any:
    """Return how many values in order are at most each wanted one (`left`: less than it).

    The values are not copied wider: none of them is as small or as large as their type allows.
    """
    ends = np.iinfo(values.dtype)
    narrow = np.clip(wanted, ends.min, ends.max).astype(values.dtype)
    return np.searchsorted(values, narrow, side)


def _cells(places: Any, days: Any) -> Any:
    return (places.astype(np.int64) << 32) + days


def _order(values: Any, places: Any, days: Any) -> Any:
    """Return the places of rows in order, by one key where it has room for all three."""
    least = int(values.min()) if len(values) else 0
    if len(values) and (days.itemsize > 2 or int(values.max()) - least >= 1 << 31):
        return np.lexsort((_cells(places, days), values))
    cells = (places.astype(np.int64) << 16) + days
    return np.argsort(((values.astype(np.int64) - least) << 32) + cells)


def _arrays(rows: Rows) -> tuple[Any, Any, Any]:
    return rows.values, rows.places, rows.days


def _widened(ours: Any, theirs: Any) -> Any:
    return ours.astype(np.result_type(ours, theirs), copy=False)


def _narrow(values: Any) -> Any:
    """Return values in half the bytes where they have room: they are read twice as fast."""
    ends = np.iinfo(np.int32)
    small = bool(len(values)) and values[0] > ends.min and values[-1] < ends.max
    return values.astype(np.int32) if small else values.astype(np.int64, copy=False)
