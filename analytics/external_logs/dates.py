"""Read moments as people write them; what is ambiguous is asked, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

DAY = 86400  # seconds
ORDERS = ("MDY", "DMY", "YMD")
_SLASHED = re.compile(r"^(\d{1,4})[/.\-](\d{1,2})[/.\-](\d{1,4})(?:[ T]+(.*))?$")
_CUT = re.compile(r"[ T]\d{2}(?::?\d{2})?[.,]")  # 10.45 is no fraction of an hour
_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}([ T]\d.*)?$")
_BASIC = re.compile(r"^((?:19|20)\d{6}T\d{6})(?:[.,]\d+)?(Z|[+-]\d{2}:?\d{2})?$")
_PACKED = re.compile(
    r"^((?:19|20)\d{2})(0[1-9]|1[0-2])([0-2]\d|3[01])(?: (\d{2}):?(\d{2})(?::?(\d{2}))?)?$"
)
_EPOCH = re.compile(r"^(1\d{9})(?:\d{3})?(?:\.\d+)?$")  # seconds or milliseconds, 2001 to 2033
_WEEKDAY = r"(?:(?i:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,? )?"
_NAMED = re.compile(
    rf"^{_WEEKDAY}" r"(\d{1,2})[ \-./]([A-Za-z]{3,9})[ \-.,/]+(\d{4}|\d{2})(?:[ T]+(.*))?$"
)
_NAMED_US = re.compile(rf"^{_WEEKDAY}" r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})(?:[ T]+(.*))?$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SERIAL = re.compile(r"^\d{5}(\.\d+)?$")
_OFFSETS = {"z": 0, "utc": 0, "gmt": 0, "hst": -10, "akst": -9, "akdt": -8, "pst": -8, "pdt": -7}
_OFFSETS |= {
    "mst": -7,
    "mdt": -6,
    "cst": -6,
    "cdt": -5,
    "est": -5,
    "edt": -4,
}  # hours; those of RFC 2822, and of Alaska and Hawaii
_TIME = re.compile(
    r"^(\d{1,2})(?:[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?)?(?: ?([ap])(?:\.? ?m)?\.?)?"
    rf"(?: ?({'|'.join(_OFFSETS)}|[+-]\d{{2}}:?\d{{2}}))?$",
    re.IGNORECASE,
)
_LOOKS = (_ISO, _SLASHED, _NAMED, _NAMED_US, _PACKED, _BASIC)
FIRST_YEAR, LAST_YEAR = 1950, 2100  # what lies outside is a placeholder such as 9999-12-31
_EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Moment:
    """Seconds since 1970 (UTC), whether only a date was written, and whether with an offset."""

    seconds: int
    is_date_only: bool
    has_offset: bool = False
    is_placeholder: bool = False


@dataclass(frozen=True, kw_only=True)
class Orders:
    """The orders of day, month and year that the values of a column allow: none where all do."""

    possible: tuple[str, ...] = ()
    is_contradicted: bool = False
    """True where values speak against each other, so that no other column may settle them."""


def orders_of(values: Iterable[str]) -> Orders:
    """Return the orders that different values allow.

    A value such as 13/2/25 settles the order, unless another such as 2/13/25 speaks against it, or
    most values could be both and are then of one month in the other order. 25-01-07 may begin or end with
    its year; what stays the same while the other end changes is the year.
    """
    found = [match.groups() for match in map(_SLASHED.match, values) if match and len(match[1]) < 4]
    if not found:
        return Orders()
    parts = [(int(first), int(second), last) for first, second, last, _ in found]
    month_first = any(first <= 12 < second for first, second, _ in parts)
    day_first = any(second <= 12 < first for first, second, _ in parts)
    if month_first == day_first:
        return Orders(possible=("MDY", "DMY"), is_contradicted=month_first)
    either = [(first, second) for first, second, _ in parts if first <= 12 and second <= 12]
    firsts, seconds = ({pair[place] for pair in either} for place in (0, 1))
    is_few = 2 * (len(parts) - len(either)) <= len(either)
    if is_few and (_stays(seconds, firsts) if month_first else _stays(firsts, seconds)):
        return Orders(possible=("MDY", "DMY"), is_contradicted=True)
    if month_first or either:
        return Orders(possible=("MDY" if month_first else "DMY",))
    return Orders(possible=_with_year_first(parts))


def _with_year_first(parts: Sequence[tuple[int, int, str]]) -> tuple[str, ...]:
    """Return the orders of values that all begin with more than 12."""
    firsts, lasts = {first for first, _, _ in parts}, {last for _, _, last in parts}
    can_end_in_a_day = all(len(last) <= 2 and 1 <= int(last) <= 31 for last in lasts)
    if not can_end_in_a_day or _stays(lasts, firsts):
        return ("DMY",)
    return ("YMD",) if _stays(firsts, lasts) else ("DMY", "YMD")


def _stays(some: set[Any], others: set[Any]) -> bool:
    """Say whether one part hardly changes while another takes three values or more."""
    return len(others) >= 3 * max(1, len(some))


def order_of(values: Iterable[str]) -> str | None:
    """Return MDY, DMY or YMD where values settle it; "" where nothing needs it; None to ask."""
    orders = orders_of(values).possible
    return "" if not orders else orders[0] if len(orders) == 1 else None


def looks_like_date(value: str) -> bool:
    """Say whether a value is written like a date; a bare number is not."""
    return any(shape.match(value) for shape in _LOOKS)


def read_moment(value: str, *, order: str, zone: ZoneInfo) -> Moment | None:
    """Return the moment of a value, or None where it is no date."""
    for shape, read in _SHAPES:
        if match := shape.match(value):
            return read(match, order, zone)
    return None


def _packed(match: re.Match[str], order: str, zone: ZoneInfo) -> Moment | None:
    del order
    clock = ":".join(part for part in match.groups()[3:] if part)
    return _written(match[1], int(match[2]), match[3], clock, zone)


def _epoch(match: re.Match[str], order: str, zone: ZoneInfo) -> Moment | None:
    """Read what programs count from 1970 on."""
    del order, zone
    return Moment(int(match[1]), False, has_offset=True)


def _basic(match: re.Match[str], order: str, zone: ZoneInfo) -> Moment | None:
    """Read the basic form of ISO 8601, which programs write into logs."""
    del order
    try:
        found = datetime.fromisoformat(match[1] + (match[2] or ""))
    except ValueError:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=zone)
    return _moment(aware, is_date_only=False, has_offset=found.tzinfo is not None)


def _slashed(match: re.Match[str], order: str, zone: ZoneInfo) -> Moment | None:
    shape = "YMD" if len(match[1]) == 4 else order or "MDY"
    parts = dict(zip(shape, (match[1], match[2], match[3]), strict=True))
    return _written(parts["Y"], int(parts["M"]), parts["D"], match[4], zone)


def _named(match: re.Match[str], order: str, zone: ZoneInfo) -> Moment | None:
    del order
    return _written(match[3], _month(match[2]), match[1], match[4], zone)


def _named_us(match: re.Match[str], order: str, zone: ZoneInfo) -> Moment | None:
    del order
    return _written(match[3], _month(match[1]), match[2], match[4], zone)


def _month(word: str) -> int:
    short = word[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


def _iso(match: re.Match[str], order: str, zone: ZoneInfo) -> Moment | None:
    value = match[0]
    try:
        found = datetime.fromisoformat("" if _CUT.match(value, 10) else value)
    except ValueError:
        loose = _SLASHED.match(value)  # 2025-01-13 10:30 PM
        return _slashed(loose, order, zone) if loose else None
    aware = found if found.tzinfo else found.replace(tzinfo=zone)
    has_offset = found.tzinfo is not None
    return _moment(aware, is_date_only=len(value) == 10, has_offset=has_offset)


def _serial(match: re.Match[str], order: str, zone: ZoneInfo) -> Moment | None:
    del order
    value = float(match[0])
    naive = (_EXCEL_EPOCH + timedelta(seconds=round(value * DAY))).replace(tzinfo=zone)
    return _moment(naive, is_date_only=value == int(value))


def _written(
    year_text: str, month: int, day: str, time_text: str | None, zone: ZoneInfo
) -> Moment | None:
    year = int(year_text)
    year += (2000 if year < 70 else 1900) if len(year_text) <= 2 else 0
    match = _TIME.match(time_text.strip()) if time_text else None
    if time_text and match is None:
        return None
    clock = _clock(match) if match else (0, 0, 0)
    days = clock == (24, 0, 0)  # the end of the day
    own = _offset(match[5]) if match and match[5] else zone
    try:
        found = datetime(year, month, int(day), *(clock if not days else (0, 0, 0)), tzinfo=own)
    except ValueError:
        return None
    found += timedelta(days=days and FIRST_YEAR <= year <= LAST_YEAR)
    return _moment(found, is_date_only=not time_text, has_offset=own is not zone)


def _clock(match: re.Match[str]) -> tuple[int, int, int]:
    hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    if match[4]:
        hour = hour % 12 + (12 if match[4].lower() == "p" else 0)
    return hour, minute, second


def _offset(text: str) -> timezone:
    if text.lower() in _OFFSETS:
        return timezone(timedelta(hours=_OFFSETS[text.lower()]))
    ahead = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-ahead if text[0] == "-" else ahead)


def _moment(found: datetime, *, is_date_only: bool, has_offset: bool = False) -> Moment:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        return Moment(0, is_date_only, is_placeholder=True)
    return Moment(int(found.timestamp()), is_date_only, has_offset)


_SHAPES = (
    (_ISO, _iso),
    (_SERIAL, _serial),
    (_SLASHED, _slashed),
    (_PACKED, _packed),
    (_EPOCH, _epoch),
    (_BASIC, _basic),
    (_NAMED, _named),
    (_NAMED_US, _named_us),
)
