"""What was counted ahead follows a change: what went is taken off, what came is put on.

What a passing minute changes is followed alike: a request of which it passes a moment goes as it
was counted, and comes as it counts now. What grows with the clock needs no look at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from analytics.metrics.clock import PAST_EVERY_CLOCK, moments
from analytics.metrics.engines.agenda import Agenda
from analytics.metrics.engines.answers import coded
from analytics.metrics.engines.changed import (
    Changed,
    changed,
    side,
    table_of,
    texts_of,
    together,
)
from analytics.metrics.engines.cube import Cube
from analytics.metrics.engines.growing import counted_again, grows
from analytics.metrics.engines.later import Later, cells_of, keys_of
from analytics.metrics.engines.ordered_rows import Sides, asked_of, placed, sides
from analytics.metrics.engines.prepared import Counted
from analytics.metrics.engines.reach import Reach, span_of
from analytics.metrics.engines.rollup import Rollup
from analytics.metrics.engines.text import by_table
from analytics.metrics.marks import place_of
from analytics.metrics.question import Question
from analytics.metrics.statements import Population, Sum
from analytics.mirror.fold import Change, Mirror

AT_ONCE = 2  # tables of which changed rows are asked: DuckDB leaves Python alone meanwhile


def patched(counted: Counted, change: Change, now: Question) -> Counted | None:
    """Return what was counted, as it would be counted of the mirror now.

    None where it spans other facilities or days, or a row that went was never counted.
    """
    is_within = all(_is_within(one, counted.reach) for one in (change.come, change.gone))
    if not is_within or now.mirror.log.as_of < counted.at:
        return None
    step = _Step(counted, change, now)
    try:
        return replace(
            counted,
            cubes=step.cubes,
            rollups=step.rollups(counted.rollups, "''"),
            words={word: step.rollups(many, word) for word, many in counted.words.items()},
            agenda=step.agenda,
            at=step.at,
        )
    except LookupError:
        return None


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
    change: Change
    now: Question

    @property
    def at(self) -> int:
        """The moment of the mirror now."""
        return self.now.mirror.log.as_of

    def rollups(self, before: Sequence[Rollup], word: str) -> tuple[Rollup, ...]:
        """Return the sums of the mirror now; what grows is added up again."""
        return tuple(
            counted_again(self.now, one, self._reach, self.cubes)
            if grows(one)
            else one.followed(*self._later(one.wanted, word))
            for one in before
        )

    @cached_property
    def cubes(self) -> dict[Population, Cube]:
        """The ordered values of the mirror now. Raises LookupError for a row never counted."""
        found = {}
        for of, before in self.counted.cubes.items():
            found[of] = before.followed(*self._sides(of), self.at)
        return found

    @cached_property
    def agenda(self) -> Agenda:
        """What the clock will change from now on."""
        rows = self._of("cases")
        at = np.stack([rows.numbers(text) for text in moments()])
        held = (at >= self.at) & (at < PAST_EVERY_CLOCK) & rows.came
        held[:, len(self._ids) :] = False  # those of which a moment passed stand there already
        _, spots = np.nonzero(held)
        come = rows.of("request_id").take(pa.array(spots))
        return self._agenda.followed((at[held], come), self._came, self._ids, self.at)

    @cached_property
    def _agenda(self) -> Agenda:
        return self.counted.agenda.nearer(self.now, self.at)

    def _sides(self, of: Population) -> tuple[Sides, Sides]:
        """Return the rows of a population that went, and those that came."""
        rows = self._of(of.table)
        where, done, value, *later = asked_of(of)
        places, days = self._places[of.table]
        columns = {
            "value": rows.numbers(value),
            "done": rows.truths(done),
            "places": places,
            "days": days,
            **({"later": rows.numbers(later[0])} if later else {}),
        }
        is_in = rows.truths(where)

        def those(held: Any) -> Sides:
            own = {name: column[held] for name, column in columns.items()}
            return sides(own, of, rows.clock[held])

        return those(is_in & ~rows.came), those(is_in & rows.came)

    def _later(self, wanted: Sequence[Sum], word: str) -> tuple[list[Any], Later]:
        """Return what came less what went, and its words."""
        parts = [(self._of(place), sums) for place, sums in _places(wanted)]
        named = [coded(rows.of(word)) for rows, _ in parts]
        words = list(dict.fromkeys(one for known, _ in named for one in known))
        cells = [keys_of(*self._reach.cells(rows.rows)) for rows, _ in parts]
        keys = np.unique(np.concatenate(cells))
        weighs = any(one.weight for one in wanted)
        amounts = np.zeros((len(wanted), len(words), len(keys)), np.longdouble if weighs else int)
        spot = {one: i for i, one in enumerate(wanted)}
        for (rows, sums), (known, at), cell in zip(parts, named, cells, strict=True):
            said = np.array([words.index(one) for one in known], np.int64)[at]
            where = np.searchsorted(keys, cell)
            for one in sums:
                held = np.flatnonzero(rows.holds(one))
                np.add.at(amounts[spot[one]], (said[held], where[held]), rows.sizes(one)[held])
        return words, Later(*cells_of(keys), amounts)

    @property
    def _reach(self) -> Reach:
        return self.counted.reach

    @cached_property
    def _places(self) -> dict[str, tuple[Any, Any]]:
        tables = {of.table for of in self.counted.cubes}
        return {name: placed(self._of(name).rows, self._reach) for name in tables}

    def _of(self, place: str) -> Changed:
        return self._changed[place]

    @cached_property
    def _changed(self) -> dict[str, Changed]:
        """What went and what came of each table, read once for all sums and cubes."""
        texts: dict[str, list[str]] = {"cases": ["request_id", *moments()]}
        grouped = {"''": self.counted.rollups, **self.counted.words}
        for word, rollups in grouped.items():
            wanted = [one for rollup in rollups if not grows(rollup) for one in rollup.wanted]
            for place, sums in _places(wanted):
                asked = [text for one in sums for text in texts_of(place, one)]
                texts.setdefault(place, []).extend([word, *asked])
        for of in self.counted.cubes:
            texts.setdefault(of.table, []).extend(asked_of(of))
        rows = [self._rows(place) for place in texts]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return dict(zip(texts, pool.map(changed, texts, rows, texts.values()), strict=True))

    def _rows(self, place: str) -> pa.Table:
        """Return the rows that went and came of a table; those of turns are among the requests."""
        if place == "turns":
            went, came = (one.rows.count("cases") for one in (self.change.gone, self.change.come))
            return self._cases.slice(0, went + came)
        return self._cases if place == "cases" else together(self._both(place))

    @cached_property
    def _cases(self) -> pa.Table:
        """The requests that went and came, and then those of which a moment passed."""
        passed = self._agenda.passed(self.at, self._ids)
        still = [side(passed, self.counted.at, came=False), side(passed, self.at, came=True)]
        return together([*self._both("cases"), *still])

    def _both(self, place: str) -> list[pa.Table]:
        gone, come = (table_of(one, place) for one in (self.change.gone, self.change.come))
        return [side(gone, self.counted.at, came=False), side(come, self.at, came=True)]

    @cached_property
    def _came(self) -> pa.Table:
        return table_of(self.change.come, "cases")

    @cached_property
    def _ids(self) -> pa.ChunkedArray:
        """The requests that changed."""
        both = (self.change.gone, self.change.come)
        return pa.concat_tables([one.rows.of_cases(["request_id"]) for one in both])["request_id"]


def _places(wanted: Sequence[Sum]) -> list[tuple[str, list[Sum]]]:
    """Return where the rows of some sums are, and the sums of each place."""
    return [(place_of(table, sums), sums) for table, sums in by_table(wanted)]
