"""Business days and business time of one facility: zone, holidays, opening hours.

Business seconds are read from a grid of 15-minute cells that holds, for each cell, the open
seconds since the grid began: two lookups and a subtraction instead of a walk over days.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import numpy as np
from numpy.typing import NDArray

CELL = 900  # seconds
DAY = timedelta(days=1)


@lru_cache(maxsize=16)
def us_federal_holidays(first: int, last: int) -> Mapping[date, str]:
    """Return the US federal holidays as observed, from the first year to the last."""
    found = holidays.country_holidays("US", years=range(first, last + 1), observed=True)
    # New Year's Day of the year after may be observed on December 31; keep asked years only.
    return {day: name for day, name in sorted(found.items()) if first <= day.year <= last}


@dataclass(frozen=True, kw_only=True)
class BusinessCalendar:
    """When a facility counts time. `opens` and `closes` bound business hours; None is all day."""

    zone: str
    holidays: Mapping[date, str] = field(default_factory=dict)
    opens: time | None = None
    closes: time | None = None
    loaded_through: date | None = None

    def __post_init__(self) -> None:
        """Refuse hours that the grid cannot hold exactly."""
        for hour in (self.opens, self.closes):
            if hour is not None and (hour.minute % 15 or hour.second or hour.microsecond):
                raise ValueError("opening hours begin and end on a quarter of an hour")
        if self.opens and self.closes and self.opens >= self.closes:
            raise ValueError("a facility closes after it opens")

    @cached_property
    def zone_info(self) -> ZoneInfo:
        """The facility's time zone."""
        return ZoneInfo(self.zone)

    @cached_property
    def counted(self) -> dict[Hashable, Any]:
        """What was counted over this calendar already: it never changes."""
        return {}

    def why_not(self, day: date) -> str | None:
        """Return why a day is no business day; None for a business day."""
        if day in self.holidays:
            return self.holidays[day]
        return "weekend" if day.weekday() >= 5 else None

    def is_business_day(self, day: date) -> bool:
        """Say whether the day counts."""
        return self.why_not(day) is None

    def local_day(self, at: datetime) -> date:
        """Return the facility's date at a moment."""
        return at.astimezone(self.zone_info).date()

    def start_of_day(self, day: date) -> datetime:
        """Return the first moment of a facility day, in UTC."""
        found: datetime | None = self.counted.get(day)
        if found is None:
            found = datetime.combine(day, time(), self.zone_info).astimezone(UTC)
            self.counted[day] = found
        return found

    def end_of_day(self, day: date) -> datetime:
        """Return the first moment after a facility day, in UTC."""
        return self.start_of_day(day + DAY)

    def next_business_day(self, day: date) -> date:
        """Return the first business day after a day."""
        return self.add_business_days(day, 1)

    def add_business_days(self, day: date, count: int) -> date:
        """Return the `count`-th business day after a day."""
        while count > 0:
            day += DAY
            count -= self.is_business_day(day)
        return day

    def business_days_between(self, after: date, through: date) -> int:
        """Count the business days after one day, through another; negative when reversed."""
        if through < after:
            return -self.business_days_between(through, after)
        days = (through - after).days
        return sum(self.is_business_day(after + DAY * step) for step in range(1, days + 1))

    def _open_seconds_of(self, day: date) -> tuple[datetime, datetime]:
        opens = datetime.combine(day, self.opens or time(), self.zone_info)
        closing_day = day if self.closes else day + DAY
        closes = datetime.combine(closing_day, self.closes or time(), self.zone_info)
        return opens.astimezone(UTC), closes.astimezone(UTC)

    def stretch(self, at: datetime) -> tuple[datetime, datetime]:
        """Return when the business time that runs at a moment ends, and when the next begins.

        Where none runs, the first is when it last ended.
        """
        off: datetime | None = None
        day = self.local_day(at)
        while True:
            if self.is_business_day(day):
                opens, closes = self._open_seconds_of(day)
                if opens > at and opens != off:  # days without a night between them are one
                    return off or self._last_closed(at), opens
                off = closes if closes > at else off
            day += DAY

    def _last_closed(self, at: datetime) -> datetime:
        day = self.local_day(at)
        while not self.is_business_day(day) or self._open_seconds_of(day)[1] > at:
            day -= DAY
        return self._open_seconds_of(day)[1]

    def business_seconds(self, start: datetime, end: datetime) -> int:
        """Return the true open seconds from `start` to `end`; DST hours count as they pass."""
        if end < start:
            return -self.business_seconds(end, start)
        first, last = self.local_day(start).year - 1, self.local_day(end).year + 1
        grid = _grid(_Shape.of(self), first, last)
        return grid.before(end) - grid.before(start)

    def business_days_of(self, start: datetime, end: datetime) -> float:
        """Return the open time from `start` to `end` in days as long as this facility is open."""
        opens, closes = (at or time() for at in (self.opens, self.closes))
        hours = datetime.combine(date.min, closes) - datetime.combine(date.min, opens)
        return self.business_seconds(start, end) / (hours % DAY or DAY).total_seconds()

    def business_seconds_of(
        self, starts: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Return the true open seconds between many pairs of moments, in seconds since 1970.

        Equal to `business_seconds` of each pair: exact, and negative where a pair is reversed.
        """
        if not len(starts):
            return np.zeros(0, dtype=np.int64)
        bounds = (min(starts.min(), ends.min()), max(starts.max(), ends.max()))
        first, last = (datetime.fromtimestamp(int(at), UTC).year for at in bounds)
        grid = _grid(_Shape.of(self), first - 1, last + 1)
        return grid.before_all(ends) - grid.before_all(starts)


@dataclass(frozen=True)
class _Shape:
    """What a grid depends on, hashable."""

    zone: str
    opens: time | None
    closes: time | None
    holidays: frozenset[date]

    @classmethod
    def of(cls, calendar: BusinessCalendar) -> _Shape:
        days = frozenset(calendar.holidays)
        return cls(calendar.zone, calendar.opens, calendar.closes, days)


@dataclass(frozen=True)
class _Grid:
    """Open seconds before each 15-minute cell; `origin` is where the first begins."""

    origin: int
    sums: list[int]

    def before(self, at: datetime) -> int:
        """Return the open seconds from the origin to a moment."""
        cell, rest = divmod(int(at.timestamp()) - self.origin, CELL)
        here = self.sums[cell]
        return here + (rest if self.sums[cell + 1] > here else 0)

    @cached_property
    def _table(self) -> NDArray[np.int64]:
        return np.asarray(self.sums, dtype=np.int64)

    def before_all(self, moments: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the open seconds from the origin to each moment."""
        cells, rests = np.divmod(moments - self.origin, CELL)
        here = self._table[cells]
        return here + np.where(self._table[cells + 1] > here, rests, 0)


@lru_cache(maxsize=64)
def _grid(shape: _Shape, first: int, last: int) -> _Grid:
    calendar = BusinessCalendar(
        zone=shape.zone,
        opens=shape.opens,
        closes=shape.closes,
        holidays=dict.fromkeys(shape.holidays, "holiday"),
    )
    day, end = date(first, 1, 1), date(last + 1, 1, 1)
    origin = int(calendar.start_of_day(day).timestamp()) // CELL * CELL
    stop = int(calendar.end_of_day(end).timestamp())
    cells = [0] * ((stop - origin) // CELL + 2)
    while day < end:
        if calendar.is_business_day(day):
            opens, closes = calendar._open_seconds_of(day)
            low, high = (int(at.timestamp()) - origin for at in (opens, closes))
            cells[low // CELL : high // CELL] = [CELL] * (high // CELL - low // CELL)
        day += DAY
    return _Grid(origin, list(accumulate(cells, initial=0)))
