"""Days without a time: which cells of a log are such, and what is counted of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute as pc

from analytics.external_logs.dates import DAY
from analytics.external_logs.mapping import Mapping

ENOUGH_TIMES = 0.8  # share of requests with times at both ends from which on hours are told
ENDS = ("received_at", "completed_at")
_UTC = ZoneInfo("UTC")
_DATE = (
    r"^(?:\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}|\d{8}|\d{5}"
    r"|\d{1,2}[ \-./][A-Za-z]{3,9}[ \-.,/]+\d{2,4}|[A-Za-z]{3,9}\.? \d{1,2},? \d{4})$"
)
_MIDNIGHT = (
    r"(?i)(?:[ T]0{1,2}[:.]00(?:[:.]00(?:[.,]0+)?)? ?(?:Z|UTC|[+-]\d\d:?\d\d)?"
    r"| 12:00(?::00)? ?a\.?m?\.?)$"
)
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Grain:
    """How exact the moments of a log are: the share of requests with times at both ends."""

    timed: float
    zone: ZoneInfo

    @property
    def is_second(self) -> bool:
        """Whether hours are told; if not, every end is counted as its day."""
        return self.timed >= ENOUGH_TIMES

    @property
    def word(self) -> str:
        """The granularity of the log in a word."""
        return "second" if self.is_second else "day"


def grain_of(rows: pa.Table, mapping: Mapping) -> Grain:
    """Return how exact the moments of rows are; a log of days is read in no zone."""
    names = [name for name in ENDS if name in rows.column_names]
    names = names if mapping.layout == "requests" else ["timestamp"]
    known = [_known(rows, name) for name in names]
    timed = [one & ~are_days(rows, name) for one, name in zip(known, names, strict=True)]
    both = np.logical_and.reduce(known)
    if not both.any():  # nothing is completed: receipts alone tell
        both, timed = known[0], timed[:1]
    share = float(np.logical_and.reduce(timed)[both].mean()) if both.any() else 0.0
    if mapping.layout != "requests":
        share = float(share > 0)  # an event may well lack its time among others that have one
    return Grain(timed=share, zone=ZoneInfo(mapping.zone) if share >= ENOUGH_TIMES else _UTC)


def are_days(rows: pa.Table, name: str) -> Flags:
    """Say of each row whether a moment is a date without a time.

    A column all of whose times are midnight is one of dates that a program wrote with a time.
    """
    dated = _matches(rows[name], _DATE)
    timed = _known(rows, name) & ~dated
    if timed.any() and _matches(rows[name], _MIDNIGHT)[timed].all():
        return dated | timed
    return dated


def _matches(cells: pa.ChunkedArray, pattern: str) -> Flags:
    return _flags(pc.match_substring_regex(cells, pattern).fill_null(False))


def _known(rows: pa.Table, name: str) -> Flags:
    return _flags(pc.is_valid(rows[f"at:{name}"]))


def _flags(cells: pa.ChunkedArray) -> Flags:
    found: Flags = cells.combine_chunks().to_numpy(zero_copy_only=False)
    return found


def starts_of_days(moments: Integers, zone: ZoneInfo, later: int = 0) -> Integers:
    """Return the moments at which days begin in a zone, each the day of a moment or some later."""
    if zone.key == "UTC":
        return moments - moments % DAY + later * DAY

    def start(at: int) -> int:
        midnight = (
            datetime.fromtimestamp(at, UTC).astimezone(zone).replace(hour=0, minute=0, second=0)
        )
        return int((midnight + timedelta(days=later)).timestamp())

    different, places = np.unique(moments, return_inverse=True)
    starts: Integers = np.array([start(int(at)) for at in different], dtype=np.int64)[places]
    return starts


def early(rows: pa.Table, zone: ZoneInfo) -> Flags:
    """Say of each row whether it was completed before it was received; by days where one is one."""
    if "completed_at" not in rows.column_names:
        return np.zeros(rows.num_rows, dtype=bool)
    known = _known(rows, "received_at") & _known(rows, "completed_at")
    received, completed = (_moments(rows, name) for name in ENDS)
    by_days = known & (are_days(rows, "received_at") | are_days(rows, "completed_at"))
    turned = known & (completed < received)
    turned[by_days] = starts_of_days(completed[by_days], zone) < starts_of_days(
        received[by_days], zone
    )
    return turned


def with_whole_days(rows: pa.Table, mapping: Mapping, read_in: str = "") -> pa.Table:
    """Return rows whose deadlines reach to the end of their day, and whose days are whole.

    A request one end of which is a day lasted days, never hours; in a log of days each did.
    `read_in` is the zone in which the moments were read, where it is not that of their grain.
    """
    grain = grain_of(rows, mapping)
    zone = ZoneInfo(read_in) if read_in else grain.zone
    rows = _deadlines(rows, zone)
    if mapping.layout != "requests" or "completed_at" not in rows.column_names:
        return rows
    days = {name: are_days(rows, name) for name in ENDS}
    known = _known(rows, "completed_at")
    mixed = known & (days["received_at"] != days["completed_at"])
    for name, is_day in days.items():
        rounded = (mixed if grain.is_second else _known(rows, name)) & ~is_day
        rows = _changed(rows, name, rounded, zone)
    return rows


def _deadlines(rows: pa.Table, zone: ZoneInfo) -> pa.Table:
    """The due day itself is in time: a deadline without a time ends where the next day begins."""
    if "need_by" not in rows.column_names:
        return rows
    days = are_days(rows, "need_by") & _known(rows, "need_by")
    return _changed(rows, "need_by", days, zone, later=1)


def _changed(
    rows: pa.Table, name: str, which: Flags, zone: ZoneInfo, *, later: int = 0
) -> pa.Table:
    if not which.any():
        return rows
    moments = _moments(rows, name)
    moments[which] = starts_of_days(moments[which], zone, later)
    column = pa.array(moments, mask=~_known(rows, name))
    return rows.set_column(rows.column_names.index(f"at:{name}"), f"at:{name}", column)


def _moments(rows: pa.Table, name: str) -> Integers:
    cells = rows[f"at:{name}"].combine_chunks().fill_null(0)
    found: Integers = cells.to_numpy(zero_copy_only=False).copy()
    return found
