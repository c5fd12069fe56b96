"""Whatever counts are parts of others, a reader who takes one from the other learns no small one."""

from collections.abc import Iterator
from functools import cached_property
from math import inf
from random import Random
from unittest import mock

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from analytics.metrics import publish
from analytics.metrics.cohorts import grouping_for
from analytics.metrics.compute import compute
from analytics.metrics.grouping import grouping_of
from analytics.metrics.publish import published
from analytics.metrics.selection import Selection
from tests.analytics.metrics.suppression.printed import suppressed_together
from tests.analytics.metrics.suppression.wide import (
    Counted,
    Name,
    declared,
    drawn,
    everywhere,
    shown,
    worked_out,
)
from tests.depth import examples

SMALL = range(1, 11)
NEARLY = 1e-6


class Read:
    """A quiet log as published, what is known of it, and which counts are parts in every log."""

    def __init__(self, seed: int, by: str | None, *, size: int = 900, odd: float = 0.04) -> None:
        mirror = drawn(seed, size, odd)
        results = compute(mirror, Selection(), by=by)
        self.found = published(mirror, Selection(), results.values(), by=by).results
        asked = declared(results)
        self.counted, self.wide = Counted(mirror, asked, by), everywhere(asked)
        self.names, self.more = self.counted.names, worked_out(asked)
        self.groups = sorted(set(self.counted.groups))

    def known(self, group: str) -> dict[int, int]:
        """What is printed or worked out from it, by place."""
        sizes, found = self.counted.sizes(group), {}
        for place, name in enumerate(self.names):
            if self._is_known(name, group):
                found[place] = int(sizes[place])
        return found

    def _is_known(self, name: Name, group: str) -> bool:
        parts = self.more.get(name, {name: 1})
        values = {one: shown(self.found, one, group) for one in parts}
        return None not in values.values()

    @cached_property
    def nested(self) -> list[tuple[int, int]]:
        """Every whole with each of its parts."""
        every = list(range(len(self.names)))
        return [(whole, part) for whole in every for part in self.parts(whole, every)]

    def parts(self, whole: int, among: list[int]) -> list[int]:
        """Those that are a part of a whole in every log."""
        held = np.all(self.wide[:, among] <= self.wide[:, [whole]], axis=0)
        return [one for one, is_part in zip(among, held, strict=True) if is_part and one != whole]


def told(read: Read) -> Iterator[tuple]:
    """Yield printed wholes and one or two printed parts that leave a small rest."""
    for group in read.groups:
        known = read.known(group)
        some = [place for place, count in known.items() if count]
        for whole in some:
            parts = read.parts(whole, some)
            sizes = np.array([known[one] for one in parts], int)
            for at in np.flatnonzero(np.isin(known[whole] - sizes, SMALL)):
                yield group, read.names[whole], read.names[parts[at]]
            left = known[whole] - sizes[:, None] - sizes[None, :]
            for one, other in zip(*np.nonzero(np.isin(left, SMALL)), strict=True):
                both = [parts[one], parts[other]]
                if one < other and np.all(read.wide[:, both].sum(axis=1) <= read.wide[:, whole]):
                    yield group, read.names[whole], *(read.names[i] for i in both)


@pytest.mark.parametrize("by", [None, "facility", "medium", "requester_type", "month"])
def test_no_printed_counts_leave_a_small_one(by: str | None) -> None:
    for seed in range(100, 100 + examples(2)):
        read = Read(seed, by)
        assert not [*told(read)]


def test_the_search_finds_what_is_given_away() -> None:
    """Without the requests behind the counts some are: else the search finds nothing at all."""
    read = Read(100, None)
    read.found = suppressed_together(compute(drawn(100, 900, 0.04), Selection()).values())
    assert {len(one) for one in told(read)} == {3, 4}


class Reader:
    """Who knows what is printed, and of all counts which are parts of which, whatever the log.

    Unknown is each count in each group; those that are the same in every log are one unknown.
    """

    def __init__(self, read: Read, *, sees: bool) -> None:
        self.read, self.sees = read, sees
        self.first = first_of_each(read.wide)
        self.places = {one: i for i, one in enumerate(sorted(set(self.first)))}
        size = len(self.places) * len(read.groups)
        self.low, self.high = np.zeros(size), np.full(size, inf)
        self.rows: list[tuple[dict[int, int], float, float]] = []
        for group in read.groups:
            self._learn_counts(group)
            self._learn_parts(group)
        if len(read.groups) > 1:
            self._learn_totals()

    def at(self, place: int, group: str) -> int:
        """The unknown of a count in a group."""
        return self.read.groups.index(group) * len(self.places) + self.places[self.first[place]]

    def _learn_counts(self, group: str) -> None:
        read = self.read
        for place, (name, count) in enumerate(zip(read.names, read.counted.sizes(group))):  # noqa: B905
            if name in read.more:
                terms = {self.at(place, group): -1}
                for one, times in read.more[name].items():
                    at = self.at(read.names.index(one), group)
                    terms[at] = terms.get(at, 0) + times
                self.rows.append((terms, 0, 0))
            elif not group or name[1] in ("n", "hit"):
                is_told = count == 0 or (self.sees and shown(read.found, name, group) is not None)
                at = self.at(place, group)
                self.low[at] = count if is_told else max(1, self.low[at])
                self.high[at] = count if is_told else self.high[at]

    def _learn_parts(self, group: str) -> None:
        for whole, part in self.read.nested:
            if self.first[whole] == whole and self.first[part] == part:
                terms = {self.at(whole, group): 1, self.at(part, group): -1}
                self.rows.append((terms, 0, inf))

    def _learn_totals(self) -> None:
        read = self.read
        for place, name in enumerate(read.names):
            if name not in read.more:
                total = int(sum(read.counted.sizes(group)[place] for group in read.groups))
                terms = {self.at(place, group): 1 for group in read.groups}
                is_told = total == 0 or (self.sees and shown(read.found, name) is not None)
                self.rows.append((terms, *((total, total) if is_told else (1, inf))))

    def bounds(self, terms: dict[int, int]) -> tuple[float, float]:
        """The least and the most that a sum of unknowns can be, if fractions could be."""
        return self._end(terms, 1), self._end(terms, -1)

    def _end(self, terms: dict[int, int], sign: int) -> float:
        goal = np.zeros(len(self.low))
        for at, times in terms.items():
            goal[at] += sign * times
        at = [(i, j, n) for i, (row, *_) in enumerate(self.rows) for j, n in row.items()]
        i, j, n = zip(*at, strict=True)
        rows = csr_array((n, (i, j)), shape=(len(self.rows), len(goal)))
        _, low, high = zip(*self.rows, strict=True)
        within = LinearConstraint(rows, np.array(low), np.array(high))
        answer = milp(goal, bounds=Bounds(self.low, self.high), constraints=within)
        assert answer.status != 2, "what is published contradicts itself"
        return -sign * inf if answer.x is None else sign * answer.fun


def first_of_each(wide: np.ndarray) -> list[int]:
    """The first of the counts that are the same in every log, for each."""
    known: dict[bytes, int] = {}
    columns = (np.ascontiguousarray(column).tobytes() for column in wide.T)
    return [known.setdefault(column, place) for place, column in enumerate(columns)]


@pytest.mark.parametrize("by", [None, "facility"])
def test_no_small_count_of_any_measure_can_be_worked_out(by: str | None) -> None:
    read = Read(104, by)
    reader, outsider = Reader(read, sees=True), Reader(read, sees=False)
    small = list[dict[int, int]]()
    for group in read.groups:
        counts = read.counted.sizes(group)
        small += [{reader.at(i, group): 1} for i, n in enumerate(counts) if n in SMALL]
        small += [
            {reader.at(whole, group): 1, reader.at(part, group): -1}
            for whole, part in read.nested
            if counts[whole] - counts[part] in SMALL and counts[part]
        ]
    goals = {tuple(sorted(one.items())): one for one in small}
    chosen = Random(1).sample(sorted(goals), min(len(goals), examples(40)))
    assert chosen
    for one in chosen:
        (low, high), widest = reader.bounds(goals[one]), outsider.bounds(goals[one])
        # A rest that nobody prints may be known to be at least so many, if it may be many.
        may_be_large = len(one) > 1 and high > max(SMALL) + NEARLY
        assert may_be_large or low <= max(1, widest[0]) + NEARLY, (one, low, high, widest)
        assert high >= min(10, widest[1]) - NEARLY, (one, low, high, widest)


def test_large_counts_that_are_parts_of_none_are_shown() -> None:
    """Hiding is for what tells; a quiet log of many requests shows nearly all that is large."""
    read = Read(105, None, size=4000, odd=0.2)
    sizes = read.counted.sizes("")
    large = [
        name
        for name, count in zip(read.names, sizes, strict=True)
        if count >= 50 and name not in read.more
    ]
    hidden = [name for name in large if shown(read.found, name) is None]
    assert len(large) > 150
    assert len(hidden) <= len(large) // 10, hidden


def test_groups_are_looked_at_as_they_are_drawn_for_the_reader() -> None:
    mirror = drawn(5, 120, 0.1)
    apart = Selection(zone="Pacific/Auckland")
    assert mirror.log.zone != apart.zone
    found = compute(mirror, apart, ["requests_received"], by="week")
    with mock.patch.object(publish, "alike", wraps=publish.alike) as asked:
        publish.derived_from(mirror, apart, found.values(), by="week")
    (grouped,) = (call.args[2] for call in asked.call_args_list if len(call.args) > 2)
    assert grouped.sql == grouping_for(mirror, apart, "week").sql != grouping_of("week").sql
