"""Read moments as people write them; what is ambiguous is asked, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ORDERS = ("MDY", "DMY", "YMD")
_SLASHED = re.compile(r"^(\d{1,4})[/.\-](\d{1,2})[/.\-](\d{1,4})(?:[ T]+(.*))?$")
_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}([ T]\d.*)?$")
_SERIAL = re.compile(r"^\d{5}(\.\d+)?$")
_TIME = re.compile(
    r"^(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?(?:\.\d+)? ?([ap])?\.?m?\.?$", re.IGNORECASE
)
_EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Moment:
    """Seconds since 1970 (UTC), and whether only a date was written."""

    seconds: int
    is_date_only: bool


def order_of(values: Iterable[str]) -> str | None:
    """Return MDY, DMY or YMD where a value settles it; "" where nothing needs it; None to ask.

    A value such as 13/2/25 settles the order for the whole column; a column in which both
    13/2/25 and 2/13/25 stand settles as MDY, and the rows that do not fit are then rejected.
    """
    needs, month_first, day_first = False, 0, 0
    for value in values:
        match = _SLASHED.match(value)
        if match is None or len(match[1]) == 4:
            continue
        needs = True
        first, second = int(match[1]), int(match[2])
        month_first += first <= 12 < second
        day_first += second <= 12 < first
    if not needs:
        return ""
    if month_first == day_first == 0:
        return None
    return "MDY" if month_first >= day_first else "DMY"


def looks_like_date(value: str) -> bool:
    """Say whether a value is written like a date; a bare number is not."""
    return bool(_ISO.match(value) or _SLASHED.match(value))


def read_moment(value: str, *, order: str, zone: ZoneInfo) -> Moment | None:
    """Return the moment of a value, or None where it is no date."""
    if _ISO.match(value):
        return _iso(value, zone)
    if _SERIAL.match(value):
        return _serial(float(value), zone)
    match = _SLASHED.match(value)
    if match is None:
        return None
    return _slashed(match, order, zone)


def _iso(value: str, zone: ZoneInfo) -> Moment | None:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=zone)
    return _moment(aware, is_date_only=len(value) == 10)


def _serial(value: float, zone: ZoneInfo) -> Moment | None:
    naive = (_EXCEL_EPOCH + timedelta(seconds=round(value * 86400))).replace(tzinfo=zone)
    return _moment(naive, is_date_only=value == int(value))


def _slashed(match: re.Match[str], order: str, zone: ZoneInfo) -> Moment | None:
    parts = [int(match[1]), int(match[2]), int(match[3])]
    shape = "YMD" if len(match[1]) == 4 else order or "MDY"
    year, month, day = (parts[shape.index(letter)] for letter in "YMD")
    year += (2000 if year < 70 else 1900) if year < 100 else 0
    clock = _clock(match[4]) if match[4] else (0, 0, 0)
    if clock is None:
        return None
    try:
        found = datetime(year, month, day, *clock, tzinfo=zone)
    except ValueError:
        return None
    return _moment(found, is_date_only=not match[4])


def _clock(text: str) -> tuple[int, int, int] | None:
    match = _TIME.match(text.strip())
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    if match[4]:
        hour = hour % 12 + (12 if match[4].lower() == "p" else 0)
    return hour, minute, second


def _moment(found: datetime, *, is_date_only: bool) -> Moment | None:
    if not date(1900, 1, 1) <= found.date() <= date(9998, 12, 31):
        return None
    return Moment(int(found.timestamp()), is_date_only)
