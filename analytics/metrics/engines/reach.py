"""The facilities and days that a mirror spans, and the part of them that a selection takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.metrics.engines.answers import coded
from analytics.metrics.grouping import EPOCH
from analytics.metrics.selection import Selection
from analytics.mirror.fold import Mirror

DAYS_AHEAD = 7  # days to come that have room already: a new day counts nothing anew


@dataclass(frozen=True, kw_only=True)
class Window:
    """Chosen facilities by number, and days from the first up to the last, the last excluded."""

    places: Any
    first: int
    last: int
    facilities: int
    days: int

    @property
    def is_everywhere(self) -> bool:
        """Whether every facility is chosen."""
        return len(self.places) == self.facilities

    @property
    def is_always(self) -> bool:
        """Whether every day is chosen."""
        return self.first == 0 and self.last == self.days

    @cached_property
    def chosen(self) -> Any:
        """Whether each facility is chosen, by number."""
        found = np.zeros(self.facilities, bool)
        found[self.places] = True
        return found


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Every facility and day of receipt or end of a mirror; requests without a day are left to others."""

    facilities: tuple[str, ...]
    first: int
    days: int
    zone: str

    def cells(self, rows: pa.Table) -> tuple[Any, Any]:
        """Return the facility of each row by number, and the place of its day in running totals."""
        names, numbers = coded(rows["facility"])
        places = np.array([self.facilities.index(one) for one in names], np.int64)
        return places[numbers], rows["day"].to_numpy() - self.first + 1

    def window(self, chosen: Selection) -> Window | None:
        """Return the part that a selection takes; None where days alone cannot say it."""
        bounded = chosen.since is not None or chosen.until is not None
        if not chosen.is_of_facilities_and_days or (bounded and chosen.zone != self.zone):
            return None
        wanted = chosen.facilities if chosen.facilities is not None else self.facilities
        named = [i for i, name in enumerate(self.facilities) if name in set(wanted)]
        first = self._day(chosen.since, 0) if chosen.since else 0
        last = self._day(chosen.until, 1) if chosen.until else self.days
        return Window(
            places=np.array(named, np.int64),
            first=first,
            last=max(first, last),
            facilities=len(self.facilities),
            days=self.days,
        )

    def _day(self, day: date, more: int) -> int:
        return min(max((day - EPOCH).days - self.first + more, 0), self.days)


def reach_of(mirror: Mirror) -> Reach | None:
    """Return what a mirror spans; None where a request has no day, or nothing is there."""
    span = span_of(mirror)
    if span is None:
        return None
    first, last = span
    days = last - first + 1 + DAYS_AHEAD
    return Reach(facilities=mirror.facilities, first=first, days=days, zone=mirror.log.zone)


def span_of(mirror: Mirror) -> tuple[int, int] | None:
    """Return the first and the last day of receipts and ends; None where a receipt has no day."""
    cases = mirror.rows.of_cases(["day", "ended_day"])
    days = cases["day"]
    if not len(days) or days.null_count:
        return None
    found = [pc.min_max(column) for column in (days, cases["ended_day"])]
    firsts, lasts = (
        [day for one in found if (day := one[end].as_py()) is not None] for end in ("min", "max")
    )
    return min(firsts), max(lasts)
