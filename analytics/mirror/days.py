"""The day of a moment in a zone, for many moments at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

DAY = 86400
SLOT = 900  # seconds: clocks are changed at whole quarters of an hour, but for old local times


def days_of(moments: pa.ChunkedArray, zone: str) -> pa.Array:
    """Return the days since 1970 of moments (seconds since 1970, UTC) in a zone; null of null."""
    missing = moments.is_null().to_numpy()
    seconds = moments.fill_null(0).to_numpy()
    slots, place = np.unique(seconds // SLOT, return_inverse=True)
    there = ZoneInfo(zone)
    offsets = np.array([_offset(int(slot) * SLOT, there) for slot in slots], np.int64)
    ends = np.array([_offset(int(slot) * SLOT + SLOT - 1, there) for slot in slots], np.int64)
    found = offsets[place] if len(slots) else np.zeros(0, np.int64)
    for row in np.flatnonzero((offsets != ends)[place]) if len(slots) else ():
        found[row] = _offset(int(seconds[row]), there)
    return pa.array(((seconds + found) // DAY).astype(np.int32), mask=missing)


def _offset(at: int, zone: Any) -> int:
    moment = datetime.fromtimestamp(at, UTC).astimezone(zone)
    return int((moment.utcoffset() or timedelta()).total_seconds())
