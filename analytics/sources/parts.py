"""Requests in parts, so that memory holds the journal of a part and never that of all."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pyarrow as pa

from analytics.sources.copied import copied
from requests_app.vocabulary import State

AT_ONCE = 1 << 15  # requests; more only where one facility received more in one month
_CELLS = """
SELECT id, dense_rank() OVER (ORDER BY date_trunc('month', received_at, 'UTC'), facility_id)
FROM requests_app_imagingrequest WHERE state <> %(draft)s ORDER BY 2, 1
"""
_COLUMNS = {"pk": pa.int64(), "cell": pa.int64()}


def parts_of_all() -> Iterator[list[int]]:
    """Yield the ids of all filed requests; a facility's month is never torn apart."""
    found = copied(_CELLS, {"draft": State.DRAFT.value}, _COLUMNS)
    ids, cell = found["pk"].to_numpy(), found["cell"].to_numpy()
    ends = [*np.flatnonzero(np.diff(cell) != 0) + 1, len(ids)] if len(ids) else []
    first = last = 0
    for end in ends:
        if end - first > AT_ONCE and last > first:
            yield ids[first:last].tolist()
            first = last
        last = end
    if last > first:
        yield ids[first:last].tolist()


def parts_of(ids: Collection[int]) -> Iterator[list[int]]:
    """Yield some ids in the same parts; those of no filed request are in the last."""
    left = set(ids)
    if len(left) > AT_ONCE:
        for part in parts_of_all():
            if wanted := left.intersection(part):
                left -= wanted
                yield sorted(wanted)
    if left:
        yield sorted(left)
