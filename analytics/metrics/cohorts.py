"""Cohorts by receipt: their days are drawn in the zone of the selection, as its own days are."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pyarrow.compute as pc

from analytics.metrics.grouping import DAY, Grouping, grouping_of
from analytics.metrics.selection import Selection
from analytics.metrics.slices import PERIODS
from analytics.mirror.days import DAY as SECONDS
from analytics.mirror.days import offset
from analytics.mirror.fold import Mirror

_SHIFT = 100_000
"""Days that keep moments before 1970 above zero: engines cut differently below it."""


def grouping_for(mirror: Mirror, selection: Selection, by: str) -> Grouping:
    """Return what a reader groups a selection by; KeyError for an unknown grouping."""
    if by not in PERIODS or selection.zone == mirror.log.zone:
        return grouping_of(by)
    return grouping_of(by, day=_day_in(mirror, selection.zone))


def _day_in(mirror: Mirror, zone: str) -> str:
    """Return SQL for the day of receipt, or of a turn, in another zone than that of the mirror."""
    moments = mirror.rows.of_cases(["received", "ended"])
    found = [pc.min_max(moments[name]).as_py() for name in moments.column_names]
    ends = [one[end] for one in found for end in ("min", "max") if one[end] is not None]
    if not ends:
        return DAY
    first, *turns = _offsets(zone, min(ends) // SECONDS, max(ends) // SECONDS + 1)
    later = "".join(f" WHEN received < {at} THEN {before}" for at, before in turns)
    ahead = f"CASE{later} ELSE {first[1]} END" if turns else str(first[1])
    return f"(received + {ahead} + {_SHIFT * SECONDS}) // {SECONDS} - {_SHIFT}"


@lru_cache(maxsize=64)
def _offsets(zone: str, first: int, last: int) -> tuple[tuple[int, int], ...]:
    """Return the last offset of a span of days, then each moment that ends an earlier one.

    No zone changes its clocks twice within a day.
    """
    there = ZoneInfo(zone)
    told = [(at, offset(at, there)) for at in range(first * SECONDS, last * SECONDS + 1, SECONDS)]
    turns = tuple(
        (_turn(there, a, b), before)
        for (a, before), (b, after) in pairwise(told)
        if before != after
    )
    return ((last, told[-1][1]), *turns)


def _turn(zone: ZoneInfo, first: int, last: int) -> int:
    """Return the first moment of another offset than the first of a span has."""
    before, span = offset(first, zone), range(first, last)
    return first + bisect_left(span, True, key=lambda at: offset(at, zone) != before)
