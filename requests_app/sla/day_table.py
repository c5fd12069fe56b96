"""The days of a calendar as arrays, to count over many moments at once.

Moments are microseconds since 1970 (UTC), days are numbers since 1970. Every figure comes from
`BusinessCalendar`, a day at a time.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from requests_app.sla.calendar import BusinessCalendar

Integers = NDArray[np.int64]
Truths = NDArray[np.bool_]
NONE = int(np.iinfo(np.int64).min)
"""Stands in arrays of moments for what never happened."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_DAY = EPOCH.date().toordinal()
INSTANT = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Return a moment as microseconds since 1970."""
    return (at - EPOCH) // INSTANT


def moment(at: int) -> datetime:
    """Return the moment of microseconds since 1970."""
    return EPOCH + int(at) * INSTANT


def day_number(day: date) -> int:
    """Return a day as its number since 1970."""
    return day.toordinal() - FIRST_DAY


def day_named(number: int) -> date:
    """Return the day of a number since 1970."""
    return date.fromordinal(FIRST_DAY + int(number))


@dataclass(frozen=True, kw_only=True, eq=False)
class DayTable:
    """When each day begins, and how many business days there were up to it, that day included."""

    first: int
    starts: Integers
    business: Integers

    def day_of(self, moments: Integers) -> Integers:
        """Return the facility's day at each moment."""
        return self.first + np.searchsorted(self.starts, moments, side="right") - 1

    def first_begun(self, moments: Integers) -> Integers:
        """Return the first day that begins at each moment or later."""
        return self.first + np.searchsorted(self.starts, moments, side="left")

    def counted(self, *, business: bool) -> Integers:
        """Return how many days that count there were up to each day, that day included."""
        return self.business if business else np.arange(1, len(self.starts) + 1)


def key_of(calendar: BusinessCalendar) -> Hashable:
    """Return what all that is counted over a calendar depends on."""
    days = frozenset(calendar.holidays)
    return (calendar.zone, calendar.opens, calendar.closes, days)


def day_table(calendar: BusinessCalendar, first_year: int, last_year: int) -> DayTable:
    """Return the days of some years; the same table for equal calendars."""
    return _table(calendar.zone, frozenset(calendar.holidays), first_year, last_year)


@lru_cache(maxsize=256)
def _table(zone: str, holidays: frozenset[date], first_year: int, last_year: int) -> DayTable:
    calendar = BusinessCalendar(zone=zone, holidays=dict.fromkeys(holidays, "holiday"))
    days = _days(first_year, last_year)
    counts = (calendar.is_business_day(day_named(day)) for day in days)
    business = np.cumsum(np.fromiter(counts, np.int64, len(days)))
    starts = _starts(zone, first_year, last_year)
    return DayTable(first=days.start, starts=starts, business=business)


def _days(first_year: int, last_year: int) -> range:
    return range(day_number(date(first_year, 1, 1)), day_number(date(last_year, 12, 31)) + 1)


@lru_cache(maxsize=64)
def _starts(zone: str, first_year: int, last_year: int) -> Integers:
    calendar = BusinessCalendar(zone=zone)
    days = _days(first_year, last_year)
    begun = (micros(calendar.start_of_day(day_named(day))) for day in days)
    return np.fromiter(begun, np.int64, len(days))
