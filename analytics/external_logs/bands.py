"""When an open request with a deadline is at risk, late and on hold, in elapsed days."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from pyarrow import compute as pc

from analytics.external_logs.dates import DAY

_AT_RISK = 2  # days left, or less


def with_bands(requests: pa.Table) -> pa.Table:
    """Say from when on open requests with a deadline are at risk and late, and which are on hold.

    `due` is the end (exclusive) of the time that they had.
    """
    if "due" not in requests.column_names:
        return requests
    due = requests["due"]
    is_open = pc.and_(pc.is_null(requests["outcome"]), pc.is_valid(due))
    is_held: Any = pa.scalar(False)
    if "held_since" in requests.column_names:
        is_held = pc.is_valid(requests["held_since"])

    def where_open(found: Any, kind: pa.DataType) -> pa.ChunkedArray:
        return pc.if_else(is_open, found, pa.scalar(None, kind))

    bands = {
        "late_from": where_open(due, pa.int64()),
        "at_risk_from": where_open(pc.subtract(due, _AT_RISK * DAY), pa.int64()),
        "is_held": where_open(is_held, pa.bool_()),
    }
    kept = [name for name in requests.column_names if name not in bands]
    requests = requests.select(kept)
    for name, column in bands.items():
        requests = requests.append_column(name, column)
    return requests
