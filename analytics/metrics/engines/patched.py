"""What was counted ahead follows a change: what went is taken off, what came is put on.

What a passing minute changes (`$as_of`) is counted anew: of sums, and of what has not ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa

from analytics.metrics.engines.answers import coded
from analytics.metrics.engines.changed import Changed, changed, texts_of
from analytics.metrics.engines.cube import Cube, Rows, Side, built, ordered_rows, read_rows
from analytics.metrics.engines.prepared import Counted, is_of_the_clock
from analytics.metrics.engines.reach import Reach, span_of
from analytics.metrics.engines.rollup import Rollup, build
from analytics.metrics.engines.text import by_table
from analytics.metrics.marks import AS_OF, place_of
from analytics.metrics.question import Question, asking
from analytics.metrics.selection import Selection
from analytics.metrics.settling import SETTLES
from analytics.metrics.statements import Population, Sum
from analytics.mirror.fold import Change, Mirror


def patched(counted: Counted, change: Change, now: Question) -> Counted | None:
    """Return what was counted, as it would be counted of the mirror now.

    None where it spans other facilities or days, or a row that went was never counted.
    """
    if not (_is_within(change.come, counted.reach) and _is_within(change.gone, counted.reach)):
        return None
    with asking(change.both, Selection()) as both:
        step = _Step(counted, both, now)
        try:
            cubes = {of: step.cube(of, cube) for of, cube in counted.cubes.items()}
        except LookupError:
            return None
        settled = {word: step.settled(word) for word in counted.settled}
        words = {
            word: step.rollups(many, word, settled.get(word))
            for word, many in counted.words.items()
        }
        rollups = step.rollups(counted.rollups, "''", settled.get("''"))
    return replace(counted, rollups=rollups, words=words, cubes=cubes, settled=settled)


def _is_within(mirror: Mirror, reach: Reach) -> bool:
    if not mirror.cases.num_rows:
        return True
    span = span_of(mirror)
    return (
        span is not None
        and reach.first <= span[0]
        and span[1] < reach.first + reach.days
        and set(mirror.facilities) <= set(reach.facilities)
    )


@dataclass(frozen=True)
class _Step:
    counted: Counted
    both: Question
    now: Question

    def rollups(
        self, before: Sequence[Rollup], word: str, settled: Rollup | None
    ) -> tuple[Rollup, ...]:
        """Return the sums of the mirror now; what the clock decides of the unsettled is read anew."""
        delta = self._delta(_lasting(_wanted(before)), word) if self._is_other else None
        anew = None
        if settled is not None:
            running = build(self._unsettled, settled.wanted, self._reach, word)
            anew = settled.followed(running, None)
        return tuple(one.followed(delta, anew) for one in before)

    def settled(self, word: str) -> Rollup:
        """Return the part of sums that no clock changes any more."""
        before = self.counted.settled[word]
        if not self._is_other:
            return before
        return before.followed(self._delta(before.wanted, word, only_settled=True), None)

    @cached_property
    def _unsettled(self) -> Question:
        return replace(self.now, among=f"{SETTLES} > {self.counted.settled_at}")

    @cached_property
    def _changed(self) -> Mapping[str, Changed]:
        """What went and what came of each table, read once for all sums and cubes."""
        texts: dict[str, list[str]] = {}
        grouped = {"''": self.counted.rollups, **self.counted.words}
        for word, rollups in grouped.items():
            for place, sums in _places(_wanted(rollups)):
                asked = [text for one in sums for text in texts_of(place, one)]
                texts.setdefault(place, []).extend([word, *asked])
        texts.setdefault("cases", []).append(SETTLES)
        for of in self.counted.cubes:
            if not _ends_by_the_clock(of):
                texts.setdefault(of.table, []).extend([of.where, of.done, of.value])
        return {place: changed(self.both, place, asked) for place, asked in texts.items()}

    def _delta(self, wanted: Sequence[Sum], word: str, *, only_settled: bool = False) -> Rollup:
        """Return what came less what went."""
        parts = [(self._changed[place], sums) for place, sums in _places(wanted)]
        named = [coded(rows.of(word)) for rows, _ in parts]
        words = tuple(dict.fromkeys(one for known, _ in named for one in known))
        shape = (len(wanted), len(words), len(self._reach.facilities), self._reach.days + 1)
        upto = np.zeros(shape, np.longdouble if any(one.weight for one in wanted) else np.int32)
        spot = {one: i for i, one in enumerate(wanted)}
        for (rows, sums), (known, at) in zip(parts, named, strict=True):
            said = np.array([words.index(one) for one in known], np.int64)[at]
            places, days = self._reach.cells(rows.rows)
            for one in sums:
                held = rows.holds(one)
                if only_settled:
                    held = held & (rows.of(SETTLES).to_numpy() <= self.counted.settled_at)
                cells = (spot[one], said[held], places[held], days[held])
                np.add.at(upto, cells, rows.sizes(one)[held])
        return Rollup(tuple(wanted), words, np.cumsum(upto, axis=-1, dtype=upto.dtype, out=upto))

    @property
    def _reach(self) -> Reach:
        return self.counted.reach

    @property
    def _is_other(self) -> bool:
        return bool(self.both.mirror.cases.num_rows)

    def cube(self, of: Population, before: Cube) -> Cube:
        """Return the ordered values of the mirror now."""
        if self._is_counted_anew(of):
            ended, running = (self._now[of, side] for side in (True, False))
            return built(ended, running, self._reach, len(before.starts) - 1)
        running = before.running
        if AS_OF in of.value:
            running = self._now[of, False]
        elif self._is_other:
            running = running.followed(*self._read(of, ended=False))
        if not self._is_other:
            return replace(before, running=running)
        return replace(before.followed(*self._read(of, ended=True)), running=running)

    def _read(self, of: Population, *, ended: bool) -> tuple[Rows, Rows]:
        rows = self._changed[of.table]
        held = rows.truths(of.where) & (rows.truths(of.done) == ended)
        values = pa.table(
            {"value": rows.of(of.value), "day": rows.rows["day"], "facility": rows.rows["facility"]}
        )
        gone, come = (
            ordered_rows(values.filter(pa.array(held & side)), self._reach)
            for side in (~rows.came, rows.came)
        )
        return gone, come

    def _is_counted_anew(self, of: Population) -> bool:
        return _ends_by_the_clock(of) or of in self._aging

    @cached_property
    def _now(self) -> Mapping[Side, Rows]:
        """What the moment changes, read once for all cubes: of the unsettled, or where ends move."""
        anew = [of for of in self.counted.cubes if self._is_counted_anew(of)]
        running = [of for of in self.counted.cubes if AS_OF in of.value and of not in anew]
        whole = [(of, side) for of in anew for side in (True, False)]
        return {
            **read_rows(self.now, whole, self._reach),
            **read_rows(self._unsettled, [(of, False) for of in running], self._reach),
        }

    @cached_property
    def _aging(self) -> frozenset[Population]:
        """Of which populations the value of something that has ended changes with the moment."""
        found: list[Population] = []
        asked = [one for one in self.counted.cubes if AS_OF in one.value]
        for table in dict.fromkeys(one.table for one in asked):
            here = [one for one in asked if one.table == table]
            columns = ", ".join(f"count(*) FILTER (WHERE {_ages(one)})" for one in here)
            [row] = self._unsettled.rows(f"SELECT {columns} FROM {table} WHERE $selection")
            found += [one for one, rows in zip(here, row, strict=True) if rows]
        return frozenset(found)


def _ages(of: Population) -> str:
    later = of.value.replace(AS_OF, f"({AS_OF} + 1)")
    return f"({of.where}) AND ({of.done}) AND ({of.value}) IS DISTINCT FROM ({later})"


def _ends_by_the_clock(of: Population) -> bool:
    return AS_OF in of.where or AS_OF in of.done


def _wanted(rollups: Sequence[Rollup]) -> list[Sum]:
    return [one for rollup in rollups for one in rollup.wanted]


def _lasting(wanted: Sequence[Sum]) -> list[Sum]:
    return [one for one in wanted if not is_of_the_clock(one)]


def _places(wanted: Sequence[Sum]) -> list[tuple[str, list[Sum]]]:
    """Return where the rows of some sums are, and the sums of each place."""
    return [(place_of(table, sums), sums) for table, sums in by_table(wanted)]
