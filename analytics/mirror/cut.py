"""Where a mirror is cut into pieces: a facility's year of receipt, or its months, or newest days.

Every piece takes its time to write and to open, however few rows it has; and a change of one
request writes its whole piece. So a year of many requests is cut by months, and of these the
newest, where changes fall, by days. The cut follows from the rows alone: whoever folds the same
requests, at once or bit by bit, comes to the same pieces.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from analytics.mirror.words import codes_of, joined

Key = tuple[str, str]
"""A facility and a period of receipt (UTC), in order: 2026, or 2026-11, or 2026-11-26."""
NEVER = "none"  # sorts after every period, as rows without a receipt do
SMALL = 2048  # requests of a period that lie in one piece
RECENT = 2  # months up to a facility's newest, whose days are pieces where there are many requests
UNITS = ("Y", "M", "D")  # years, months and days, as NumPy names them
SIZES = (4, 7, 10)
"""How many letters name a year, a month, a day."""
_NOWHEN = np.iinfo("i8").min


def is_large(requests: int) -> bool:
    """Say whether so many requests of a year, or of a recent month, are cut further."""
    return requests > SMALL


def within(key: Key, level: int) -> Key:
    """Return the year (0), the month (1) or the day (2) that a piece lies in, or is."""
    facility, period = key
    return facility, period[: SIZES[level]]


def larger(keys: Collection[Key]) -> set[Key]:
    """Return the years and months that are cut further, of some pieces."""
    return {within(key, level) for key in keys for level in (0, 1) if len(key[1]) > SIZES[level]}


def runs(table: pa.Table, large: Collection[Key]) -> dict[Key, pa.Table]:
    """Cut a sorted table by years; those that are `large` by months, and these by days.

    What is cut off is not settled: others may come to it.
    """
    return dict(_runs(table, large, 0))


def _runs(table: pa.Table, large: Collection[Key], level: int) -> Iterator[tuple[Key, pa.Table]]:
    for key, rows in _cut(table, level):
        if key in large and level + 1 < len(UNITS):
            yield from _runs(rows, large, level + 1)
        else:
            yield key, rows


Newest = Mapping[str, int]
"""The month of each facility's newest receipt, as a number."""


def newest_in(cases: pa.Table) -> dict[str, int]:
    """Return the month of the newest receipt of each facility of a sorted table."""
    found: dict[str, int] = {}
    for (facility, month), _ in _cut(cases.select(["facility", "received"]), 1):
        if month != NEVER:
            found[facility] = number_of(month)
    return found


def number_of(period: str) -> int:
    """Return the number of the month that a month's or a day's name tells."""
    return int(np.datetime64(period, "M").astype(int))


def is_recent(month: Key, newest: Newest) -> bool:
    """Say whether a month is one of its facility's newest."""
    facility, name = month
    return number_of(name) > newest.get(facility, _NOWHEN) - RECENT


def large_in(cases: pa.Table, newest: Newest | None = None) -> set[Key]:
    """Return the years and months that are cut further; `newest` where there are newer rows."""
    found = set()
    narrow = cases.select(["facility", "received"])
    upto = newest_in(narrow) if newest is None else newest
    for year, rows in _cut(narrow, 0):
        if year[1] != NEVER and is_large(rows.num_rows):
            months = ((one, of.num_rows) for one, of in _cut(rows, 1))
            found |= {year, *(one for one, n in months if is_large(n) and is_recent(one, upto))}
    return found


def _cut(table: pa.Table, level: int) -> Iterator[tuple[Key, pa.Table]]:
    """Cut a sorted table where the facility or the period changes."""
    if not table.num_rows:
        return
    facility = joined(table["facility"])
    place, period = codes_of(facility), _periods(table["received"], UNITS[level])
    turns = np.flatnonzero((np.diff(place) != 0) | (np.diff(period) != 0)) + 1
    names = facility.dictionary.to_pylist()
    for start, end in zip([0, *turns.tolist()], [*turns.tolist(), table.num_rows], strict=True):
        yield (
            (names[place[start]], _name(int(period[start]), level)),
            table.slice(start, end - start),
        )


def _periods(received: pa.ChunkedArray, unit: str) -> Any:
    """Return years, months or days since 1970; the least number where there is none."""
    whens = pc.fill_null(received, 0).to_numpy().astype("M8[s]")
    periods = whens.astype(f"M8[{unit}]").astype("i8")
    return np.where(received.is_null().to_numpy(), _NOWHEN, periods)


def _name(period: int, level: int) -> str:
    return NEVER if period == _NOWHEN else str(np.array(period, f"M8[{UNITS[level]}]"))
