"""The day of a moment in a zone, for many moments at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
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
    both = [_offsets(slot, zone) for slot in slots.tolist()]
    offsets, ends = np.array(both, np.int64).reshape(-1, 2).T
    found = offsets[place] if len(slots) else np.zeros(0, np.int64)
    for row in np.flatnonzero((offsets != ends)[place]) if len(slots) else ():
        found[row] = offset(int(seconds[row]), ZoneInfo(zone))
    return pa.array(((seconds + found) // DAY).astype(np.int32), mask=missing)


@lru_cache(maxsize=1 << 17)
def _offsets(slot: int, zone: str) -> tuple[int, int]:
    """Return the offsets at the first and the last second of a slot."""
    there = ZoneInfo(zone)
    return offset(slot * SLOT, there), offset(slot * SLOT + SLOT - 1, there)


def offset(at: int, zone: Any) -> int:
    """Return by how many seconds a zone is ahead of UTC at a moment."""
    moment = datetime.fromtimestamp(at, UTC).astimezone(zone)
    return int((moment.utcoffset() or timedelta()).total_seconds())
