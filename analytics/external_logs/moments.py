"""Read many moments fast: a day and a time of day are each read once, and put together.

What comes out is what `read_moment` says of the whole text; where that is not certain, it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from analytics.external_logs.dates import DAY, Moment, read_moment

_PARTS = re.compile(r"^(?:(\d{4}-\d{2}-\d{2})|(\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}))([ T].*)$")
_UTC = ZoneInfo("UTC")
_KNOWN = 50_000  # days and times that are remembered
_SOME_DAY = 946_684_800  # 2000-01-01


def reader_of(order: str, zone: ZoneInfo) -> Callable[[str], Moment | None]:
    """Return what reads texts in an order of day and month and in a zone."""

    @lru_cache(_KNOWN)
    def day_of(text: str) -> int | None:
        found = read_moment(text, order=order, zone=_UTC)
        # Before 1970 fractions of a second are cut the other way.
        is_plain = found is not None and not found.is_placeholder and found.seconds >= 0
        return found.seconds if found is not None and is_plain else None

    @lru_cache(_KNOWN)
    def clock_of(rest: str, is_iso: bool) -> tuple[int, bool] | None:
        day = "2000-01-01" if is_iso else "1/1/2000"
        found = read_moment(day + rest, order=order, zone=_UTC)
        is_time = found is not None and not found.is_date_only
        return (found.seconds - _SOME_DAY, found.has_offset) if found and is_time else None

    @lru_cache(_KNOWN)
    def ahead_of_utc(day: int) -> int | None:
        """Return the offset of a day in the zone; None of a day on which it may change."""
        first, last = (_start(day + one, zone) for one in (0, DAY))
        return day - first if last - first == DAY else None

    def read(text: str) -> Moment | None:
        match = _PARTS.match(text)
        day = day_of(match[1] or match[2]) if match else None
        clock = clock_of(match[3], bool(match[1])) if match and day is not None else None
        if day is None or clock is None:
            return read_moment(text, order=order, zone=zone)
        seconds, has_offset = clock
        ahead = 0 if has_offset or zone is _UTC else ahead_of_utc(day)
        if ahead is None:
            return read_moment(text, order=order, zone=zone)
        return Moment(day + seconds - ahead, False, has_offset)

    return read


def _start(day: int, zone: ZoneInfo) -> int:
    """Return the moment at which a day begins in a zone."""
    return int(datetime.fromtimestamp(day, UTC).replace(tzinfo=zone).timestamp())
