"""Where a mirror is cut into pieces: a facility's year of receipt, by month where it is large.

Every piece takes its time to write and to open, however few rows it has; and a change of one
request writes its whole piece. So the cut follows from the rows alone: whoever folds the same
requests, at once or bit by bit, comes to the same pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from analytics.mirror.words import codes_of, joined, settled

Key = tuple[str, str]
"""A facility and a period of receipt (UTC): a year as in 2026, a month as in 2026-11, in order."""
Year: TypeAlias = tuple[str, str]
"""A facility and a year of receipt."""
NEVER = "none"  # sorts after every period, as rows without a receipt do
SMALL = 2048  # requests of a facility's year that lie in one piece
_NOWHEN = np.iinfo("i8").min


def year_of(key: Key) -> Year:
    """Return the year that a piece is of, or is a month of."""
    facility, period = key
    return facility, period[:4]


def is_month(key: Key) -> bool:
    """Say whether a piece is a month of a large year."""
    return "-" in key[1]


def runs(table: pa.Table, large: Collection[Year]) -> dict[Key, pa.Table]:
    """Cut a sorted table: years that are `large` by month, others whole."""
    found: dict[Key, pa.Table] = {}
    for year, rows in _cut(table, _januaries).items():
        if year in large:
            found |= {key: settled(month) for key, month in _cut(rows, _months).items()}
        else:
            found[year] = settled(rows)
    return found


def large_in(cases: pa.Table) -> set[Year]:
    """Return the years of more requests than lie in one piece."""
    years = _cut(cases.select(["facility", "received"]), _januaries)
    return {year for year, rows in years.items() if is_large(rows.num_rows)}


def is_large(requests: int) -> bool:
    """Say whether a facility's year of so many requests is cut by month."""
    return requests > SMALL


def _cut(table: pa.Table, period: Callable[[pa.ChunkedArray], Any]) -> dict[Key, pa.Table]:
    """Cut a sorted table where the facility or the period changes."""
    if not table.num_rows:
        return {}
    facility = joined(table["facility"])
    place, month = codes_of(facility), period(table["received"])
    turns = np.flatnonzero((np.diff(place) != 0) | (np.diff(month) != 0)) + 1
    starts, ends = [0, *turns.tolist()], [*turns.tolist(), table.num_rows]
    names, size = facility.dictionary.to_pylist(), 4 if period is _januaries else 7
    return {
        (names[place[start]], _name(int(month[start]))[:size]): table.slice(start, end - start)
        for start, end in zip(starts, ends, strict=True)
    }


def _months(received: pa.ChunkedArray) -> Any:
    """Return months since 1970; the least number where there is none."""
    whens = pc.fill_null(received, 0).to_numpy().astype("M8[s]")
    months = whens.astype("M8[M]").astype("i8")
    return np.where(received.is_null().to_numpy(), _NOWHEN, months)


def _januaries(received: pa.ChunkedArray) -> Any:
    """Return the first month of the year of each receipt."""
    months = _months(received)
    return np.where(months == _NOWHEN, _NOWHEN, months // 12 * 12)


def _name(month: int) -> str:
    return NEVER if month == _NOWHEN else f"{1970 + month // 12:04d}-{month % 12 + 1:02d}"
