"""Facilities and days, the filters that every page has, answered from what was counted once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analytics.metrics import statements
from analytics.metrics.catalogue import METRICS
from analytics.metrics.definition import COUNTS_GROUPS, Kind, Metric
from analytics.metrics.engines.answers import Pair, Spread, Sums, added
from analytics.metrics.engines.cube import MOST_FACILITIES, Cube
from analytics.metrics.engines.cube import build as build_cube
from analytics.metrics.engines.reach import Reach, Window, reach_of
from analytics.metrics.engines.rollup import Rollup, bytes_of
from analytics.metrics.engines.rollup import build as build_rollup
from analytics.metrics.grouping import Grouping
from analytics.metrics.marks import AS_OF, place_of
from analytics.metrics.question import Question
from analytics.metrics.settling import SETTLES
from analytics.metrics.slices import PERIODS
from analytics.metrics.statements import Population, Sum

_PAIRED = {one.group for one in METRICS if one.kind is Kind.DISTINCT}
MOST = 1 << 30  # bytes for everything that is counted ahead; past it DuckDB answers


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What was counted ahead of a mirror: sums, words, and cubes of ordered values."""

    reach: Reach
    rollups: tuple[Rollup, ...]
    words: dict[str, tuple[Rollup, ...]]
    cubes: dict[Population, Cube]
    settled: dict[str, Rollup]
    """Of sums that the clock decides, by word: the part of requests settled before `settled_at`."""
    settled_at: int

    @property
    def bytes(self) -> int:
        """The memory that it takes."""
        words = (one for group in self.words.values() for one in group)
        rollups = [*self.rollups, *words, *self.settled.values()]
        cubes = self.cubes.values()
        return sum(one.bytes for one in rollups) + sum(one.bytes for one in cubes)


def count_ahead(question: Question, *, most: int = MOST) -> Counted | None:
    """Count what every declared measure needs; None where it would take too much memory."""
    reach = reach_of(question.mirror)
    if reach is None:
        return None
    missing = question.mirror.log.missing
    able = [one for one in METRICS if not any(name in missing for name in one.needs)]
    wanted = [one for metric in able for one in statements.sums_of(metric)]
    parts = {group: list(dict.fromkeys(of)) for group, of in _grouped(able).items()}
    cells = len(reach.facilities) * (reach.days + 1)
    sizes = {
        group: bytes_of(of, cells) * _words(question, place_of(of[0].table, of), group)
        for group, of in parts.items()
    }
    # Pairs of partner and channel may be many: they alone must not keep the rest from being counted.
    parts = {
        group: of
        for group, of in parts.items()
        if group not in _PAIRED or sizes[group] <= most // 8
    }
    passing = {one for one in wanted if is_of_the_clock(one)}  # their settled part is kept beside
    taken = sum(bytes_of(of, cells) for of in (set(wanted), passing))
    taken += sum(sizes[group] for group in parts)
    if taken > most // 2 or len(reach.facilities) > MOST_FACILITIES:
        return None
    ordered = [one for one in able if one.kind in (Kind.QUANTILE, Kind.SURVIVAL)]
    populations = dict.fromkeys(statements.population(one) for one in ordered)
    share = most // 2 // max(1, len(populations))
    cubes = {one: build_cube(question, one, reach, share) for one in populations}
    return Counted(
        reach=reach,
        rollups=_rollups(question, wanted, reach),
        words={group: _rollups(question, of, reach, group) for group, of in parts.items()},
        cubes={one: cube for one, cube in cubes.items() if cube is not None},
        settled=_settled(question, {"''": wanted, **parts}, reach),
        settled_at=question.mirror.log.as_of,
    )


def _settled(
    question: Question, grouped: Mapping[str, Sequence[Sum]], reach: Reach
) -> dict[str, Rollup]:
    """Return, by word, the part of the clock's sums that it changes no more."""
    settled = replace(question, among=f"{SETTLES} <= {question.mirror.log.as_of}")
    passing = {word: [one for one in of if is_of_the_clock(one)] for word, of in grouped.items()}
    return {word: build_rollup(settled, of, reach, word) for word, of in passing.items() if of}


def is_of_the_clock(one: Sum) -> bool:
    """Say whether a passing minute changes a sum."""
    return AS_OF in one.predicate or AS_OF in one.weight


def _words(question: Question, table: str, group: str) -> int:
    """Return how many words a rollup by word would keep apart: reasons may be free text."""
    [(found,)] = question.rows(f"SELECT count(DISTINCT {group}) + 1 FROM {table} WHERE $selection")
    return int(found)


def _grouped(able: Sequence[Metric]) -> dict[str, list[Sum]]:
    """Return the sums of measures that count groups, by what they group by."""
    found: dict[str, list[Sum]] = {}
    for metric in able:
        if metric.kind in COUNTS_GROUPS:
            found.setdefault(metric.group, []).extend(statements.groups_of(metric))
    return found


def _rollups(
    question: Question, wanted: Sequence[Sum], reach: Reach, word: str = "''"
) -> tuple[Rollup, ...]:
    """Counts take four bytes a cell, sums of values sixteen: they are kept apart."""
    parts = ([one for one in wanted if not one.weight], [one for one in wanted if one.weight])
    return tuple(build_rollup(question, part, reach, word) for part in parts if part)


class Prepared:
    """Answers from what was counted ahead."""

    name = "rollup"

    def __init__(self, counted: Counted, window: Window) -> None:
        self.counted, self.window = counted, window

    def sums(self, wanted: Sequence[Sum], by: Grouping | None = None) -> dict[str, Sums]:
        """Return each wanted sum, by group."""
        rows: list[tuple[str, Sums]] = []
        for rollup in self._of(by):
            rows += [
                (by.name(key) if by is not None else "", found)
                for key, found in self._cut(rollup, by)
            ]
        known = added(rows)
        return {name: {one: found.get(one, 0) for one in wanted} for name, found in known.items()}

    def crossed(self, wanted: Sequence[Sum], by: Grouping, within: Grouping) -> dict[Pair, Sums]:
        """Return each wanted sum, by group of the one within group of the other."""
        rows: list[tuple[Pair, Sums]] = []
        for rollup in self.counted.words[by.sql]:
            is_of_days = within.key in PERIODS
            cut = rollup.words_by_day if is_of_days else rollup.words_by_facility
            for word, other, found in cut(self.window, self.counted.reach):
                rows.append(((by.name(word), within.name(other)), found))
        known = added(rows)
        return {pair: {one: found.get(one, 0) for one in wanted} for pair, found in known.items()}

    def spreads(self, population: Population, by: Grouping | None = None) -> dict[str, Spread]:
        """Return the ordered values of a population."""
        if by is not None:
            raise KeyError(by.key)
        return {"": self.counted.cubes[population].over(self.window)}

    def _of(self, by: Grouping | None) -> tuple[Rollup, ...]:
        return self.counted.words[by.sql] if by is not None and not by.key else self.counted.rollups

    def _cut(self, rollup: Rollup, by: Grouping | None) -> Sequence[tuple[Any, Sums]]:
        if by is None or not by.key:
            return rollup.over(self.window)
        if by.key in PERIODS:
            return rollup.by_day(self.window, self.counted.reach)
        return rollup.by_facility(self.window, self.counted.reach)
