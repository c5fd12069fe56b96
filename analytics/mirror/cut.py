"""Where a mirror is cut into pieces: what a facility received long ago, and its newest months.

Every piece takes its time to write and to open, however few rows it has; and what changed is put
into its piece by writing all of that anew. So a facility's two newest months, where most changes
fall, are one piece, or a piece each where there are many requests, or their days. What it received
before them is one piece; where that is much, its years are, and the months of a year of many. The
cut follows from the rows alone: whoever folds the same requests, at once or bit by bit, comes to
the same pieces once nothing lies beside them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from analytics.mirror.words import codes_of, joined

Key = tuple[str, str]
"""A facility and a period of receipt (UTC), in order: 2026, or 2026-11, or 2026-11-26."""
BEFORE = "0000"  # the period of all that came before the newest months; it sorts before any year
AMENDED = "amended-"  # begins the period of what lies beside, with the facility ""
NEWEST = "newest"  # the period of the newest months together; it sorts after any month
NEVER = "none"  # sorts after every period, as rows without a receipt do
SMALL = 2048  # requests of a year, of the newest months, or of one of them, that lie in one piece
LONG_AGO = 8192  # requests of all that came before the newest months that do
RECENT = 2  # months up to a facility's newest
_MONTH, _DAY = len("2026-11"), len("2026-11-26")
_NOWHEN = np.iinfo("i8").min

Months = Mapping[int, int]
"""How many requests a facility received in each month, counted from January 1970."""
Plan = Mapping[int, str | None]
"""The period in whose piece each month of a facility lies; None where each day is a piece."""


def plan_of(months: Months) -> dict[int, str | None]:
    """Return where a facility is cut that received so many requests in each month."""
    newest = max(months, default=0)
    old = {month: n for month, n in months.items() if month <= newest - RECENT}
    found: dict[int, str | None] = {
        month: None if n > SMALL else name_of(month) for month, n in months.items()
    }
    new = months.keys() - old.keys()
    if sum(months[month] for month in new) <= SMALL:
        found |= dict.fromkeys(new, NEWEST)
    if sum(old.values()) <= LONG_AGO:
        return found | dict.fromkeys(old, BEFORE)
    years: Counter[str] = Counter()
    for month, n in old.items():
        years[_year_of(month)] += n
    for month in old:
        year = _year_of(month)
        found[month] = name_of(month) if years[year] > SMALL else year
    return found


def name_of(month: int) -> str:
    """Return the name of a month, as 2026-11."""
    return str(np.datetime64(month, "M"))


def _year_of(month: int) -> str:
    return name_of(month)[:4]


@cache
def month_of(period: str) -> int | None:
    """Return the month that a period is, or lies in; None where it is longer, or no period."""
    if len(period) not in (_MONTH, _DAY):
        return None
    return int(np.datetime64(period, "M").astype(int))


def is_day(period: str) -> bool:
    """Say whether a period is a day."""
    return len(period) == _DAY


def is_amendment(key: Key) -> bool:
    """Say whether a piece lies beside those of facilities and periods, with rows of any of them."""
    return key[1].startswith(AMENDED)


def months_in(table: pa.Table) -> dict[str, Counter[int]]:
    """Return how many rows of a sorted table each facility has in each month of receipt."""
    found: dict[str, Counter[int]] = {}
    for facility, month, start, end in _months(table):
        counts = found.setdefault(facility, Counter())
        if month != _NOWHEN:
            counts[month] += end - start
    return found


def plans_of(cases: pa.Table) -> dict[str, Plan]:
    """Return where each facility of a sorted table is cut."""
    return {facility: plan_of(months) for facility, months in months_in(cases).items()}


def runs(table: pa.Table, plans: Mapping[str, Plan]) -> dict[Key, pa.Table]:
    """Cut a sorted table as planned; a month that no plan knows is a piece.

    What is cut off is not settled: others may come to it. Raises ValueError where a table is not
    sorted.
    """
    found: dict[Key, tuple[int, int]] = {}
    for facility, month, start, end in _months(table):
        plan = plans.get(facility, {})
        period = NEVER if month == _NOWHEN else plan.get(month, name_of(month))
        for name, first, last in (
            _days(table, start, end) if period is None else [(period, start, end)]
        ):
            key = facility, name
            begun, until = found.get(key, (first, first))
            if until != first:
                raise ValueError("the rows are not sorted by facility and receipt")
            found[key] = begun, last
    return {key: table.slice(first, last - first) for key, (first, last) in found.items()}


def _months(table: pa.Table) -> Iterator[tuple[str, int, int, int]]:
    """Yield each facility's months of receipt in a sorted table, with their first and last row."""
    if not table.num_rows:
        return
    facility = joined(table["facility"])
    place, month = codes_of(facility), _periods(table["received"], "M")
    names = facility.dictionary.to_pylist()
    for start, end in _turns((np.diff(place) != 0) | (np.diff(month) != 0)):
        yield names[place[start]], int(month[start]), start, end


def _days(table: pa.Table, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Yield the days of some rows, with their first and last row."""
    days = _periods(table["received"].slice(start, end - start), "D")
    for first, last in _turns(np.diff(days) != 0):
        yield str(np.datetime64(int(days[first]), "D")), start + first, start + last


def _turns(differs: Any) -> Iterator[tuple[int, int]]:
    """Yield the first row of each run and the one behind it; rows differ from those before them."""
    places = (np.flatnonzero(differs) + 1).tolist()
    return pairwise([0, *places, len(differs) + 1])


def _periods(received: pa.ChunkedArray, unit: str) -> Any:
    """Return months or days since 1970; the least number where there is none."""
    whens = pc.fill_null(received, 0).to_numpy().astype("M8[s]")
    periods = whens.astype(f"M8[{unit}]").astype("i8")
    return np.where(received.is_null().to_numpy(), _NOWHEN, periods)
