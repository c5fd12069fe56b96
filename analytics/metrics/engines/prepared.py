"""Facilities and days, the filters that every page has, answered from what was counted once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Any

from analytics.metrics import statements
from analytics.metrics.catalogue import METRICS
from analytics.metrics.definition import COUNTS_GROUPS, Kind, Metric
from analytics.metrics.engines.agenda import Agenda
from analytics.metrics.engines.answers import Pair, Spread, Sums, added
from analytics.metrics.engines.cube import MOST_FACILITIES, Cube
from analytics.metrics.engines.cube import build as build_cube
from analytics.metrics.engines.reach import Reach, Window, reach_of
from analytics.metrics.engines.rollup import Rollup, bytes_of, counts_of
from analytics.metrics.engines.rollup import build as build_rollup
from analytics.metrics.engines.text import by_table
from analytics.metrics.grouping import Grouping
from analytics.metrics.marks import AS_OF, place_of
from analytics.metrics.question import Question
from analytics.metrics.slices import PERIODS
from analytics.metrics.statements import Population, Sum
from analytics.mirror.fold import Mirror

_PAIRED = {one.group for one in METRICS if one.kind is Kind.DISTINCT}
MOST = 1 << 30  # bytes for everything that is counted ahead; past it DuckDB answers
PART_LEFT_FREE = 16  # one part in so many of it is left to what changes later
A_REQUEST = 128  # bytes more for each request: its values in order


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What was counted ahead of a mirror, as of a moment: sums, words, and cubes of values."""

    reach: Reach
    rollups: tuple[Rollup, ...]
    words: dict[str, tuple[Rollup, ...]]
    cubes: dict[Population, Cube]
    agenda: Agenda
    """What the clock will change, and of which requests."""
    at: int

    @property
    def bytes(self) -> int:
        """The memory that it takes."""
        words = (one for group in self.words.values() for one in group)
        sums = sum(one.bytes for one in (*self.rollups, *words))
        return sums + sum(one.bytes for one in self.cubes.values()) + self.agenda.bytes


def most_for(mirror: Mirror) -> int:
    """Return how many bytes may be taken by what is counted ahead of a mirror."""
    return MOST + A_REQUEST * mirror.rows.count("cases")


def count_ahead(question: Question, *, most: int | None = None) -> Counted | None:
    """Count what every declared measure needs; None where it would take too much memory."""
    reach, most = reach_of(question.mirror), most or most_for(question.mirror)
    if reach is None or len(reach.facilities) > MOST_FACILITIES:
        return None
    missing = question.mirror.log.missing
    able = [one for one in METRICS if not any(name in missing for name in one.needs)]
    wanted = [one for metric in able for one in statements.sums_of(metric)]
    parts = _parts(question, able, reach, most)
    if parts is None or _taken(question, wanted, reach) > most // 2:
        return None
    rollups = _rollups(question, wanted, reach)
    words = {group: _rollups(question, of, reach, group) for group, of in parts.items()}
    counted = Counted(
        reach=reach,
        rollups=rollups,
        words=words,
        cubes={},
        agenda=Agenda.read(question),
        at=question.mirror.log.as_of,
    )
    room = most - most // PART_LEFT_FREE - counted.bytes
    return replace(counted, cubes=_cubes(question, able, reach, room))


def _taken(question: Question, wanted: Sequence[Sum], reach: Reach) -> int:
    cells = len(reach.facilities) * (reach.days + 1)
    return bytes_of(set(wanted), cells, _counts(question, wanted))


def _counts(question: Question, wanted: Sequence[Sum]) -> Any:
    """Return the kind of number in which to count the rows of each facility."""
    places = {place_of(table, sums) for table, sums in by_table(wanted)}
    most = [
        question.rows(f"SELECT count(*) FROM {one} GROUP BY facility ORDER BY 1 DESC LIMIT 1")
        for one in sorted(places)
    ]
    return counts_of(max((int(rows) for found in most for (rows,) in found), default=0))


def _parts(
    question: Question, able: Sequence[Metric], reach: Reach, most: int
) -> dict[str, list[Sum]] | None:
    """Return the sums by word that there is room for; None where there is not for most of them."""
    parts = {group: list(dict.fromkeys(of)) for group, of in _grouped(able).items()}
    sizes = {
        group: _taken(question, of, reach) * _words(question, place_of(of[0].table, of), group)
        for group, of in parts.items()
    }
    # Pairs of partner and channel may be many: they alone must not keep the rest from being counted.
    parts = {
        group: of
        for group, of in parts.items()
        if group not in _PAIRED or sizes[group] <= most // 8
    }
    return parts if sum(sizes[group] for group in parts) <= most // 4 else None


def _cubes(
    question: Question, able: Sequence[Metric], reach: Reach, room: int
) -> dict[Population, Cube]:
    """Return the cubes of all populations that there is room for; smaller ones are made first."""
    ordered = [one for one in able if one.kind in (Kind.QUANTILE, Kind.SURVIVAL)]
    sizes = _sizes(question, dict.fromkeys(statements.population(one) for one in ordered))
    cubes: dict[Population, Cube] = {}
    for left, of in zip(
        range(len(sizes), 0, -1), sorted(sizes, key=sizes.__getitem__), strict=True
    ):
        rest = room - sum(size for one, size in sizes.items() if one not in cubes)
        cube = build_cube(question, of, reach, rest // left)
        if cube is not None and cube.bytes <= room:
            cubes[of] = cube
            room -= cube.bytes
    return cubes


def _words(question: Question, table: str, group: str) -> int:
    """Return how many words a rollup by word would keep apart: reasons may be free text."""
    [(found,)] = question.rows(f"SELECT count(DISTINCT {group}) + 1 FROM {table} WHERE $selection")
    return int(found)


def _sizes(question: Question, populations: Iterable[Population]) -> dict[Population, int]:
    """Return about how many bytes the values of each population take."""
    found: dict[Population, int] = {}
    for table, some in groupby(populations, attrgetter("table")):
        here = list(some)
        counts = ", ".join(f"count(*) FILTER (WHERE {one.where})" for one in here)
        [row] = question.rows(f"SELECT {counts} FROM {table} WHERE $selection")
        found |= {one: 8 * rows for one, rows in zip(here, row, strict=True)}
    return found


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
    """Counts take two bytes a cell or four, sums of values sixteen: they are kept apart.

    So are sums of what grows with the clock, which are counted again each time.
    """
    counts, weights = (
        [one for one in wanted if bool(one.weight) == side] for side in (False, True)
    )
    growing = [one for one in weights if AS_OF in one.weight]
    parts = (counts, [one for one in weights if one not in growing], growing)
    return tuple(
        build_rollup(question, part, reach, word, _counts(question, part)) for part in parts if part
    )


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
