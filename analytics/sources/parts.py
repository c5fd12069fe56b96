"""Requests in parts, so that memory holds the journal of a part and never that of all."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics.mirror.cut import Year, is_large
from analytics.sources.copied import copied
from requests_app.models import Facility
from requests_app.vocabulary import State

AT_ONCE = 1 << 15  # requests; more only where one piece of the mirror has more
_MONTHS = """
SELECT id, facility_id, extract(year FROM received_at AT TIME ZONE 'UTC')::int * 12
    + extract(month FROM received_at AT TIME ZONE 'UTC')::int - 1
FROM requests_app_imagingrequest WHERE state <> %(draft)s
"""
_COLUMNS = {"pk": pa.int64(), "facility_id": pa.int64(), "month": pa.int32()}


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some requests by id, and the years of a facility that the mirror cuts by month."""

    ids: list[int]
    large: Collection[Year]


def parts_of_all() -> Iterator[Part]:
    """Yield all filed requests; those of one piece of the mirror are never torn apart.

    The oldest receipts are first: PostgreSQL keeps their events near each other.
    """
    found = copied(_MONTHS, {"draft": State.DRAFT.value}, _COLUMNS)
    ids, facility = found["pk"].to_numpy(), found["facility_id"].to_numpy()
    month = found["month"].fill_null(0).to_numpy()
    by_month, large = _large(facility, month // 12)
    period = np.where(by_month, month, month // 12 * 12)
    order = np.lexsort((ids, facility, period))
    ids, facility, period = ids[order], facility[order], period[order]
    turns = np.flatnonzero((np.diff(period) != 0) | (np.diff(facility) != 0)) + 1
    first = last = 0
    for end in [*turns, len(ids)] if len(ids) else []:
        if end - first > AT_ONCE and last > first:
            yield Part(ids=ids[first:last].tolist(), large=large)
            first = last
        last = end
    if last > first:
        yield Part(ids=ids[first:last].tolist(), large=large)


def _large(
    facility: NDArray[np.int64], year: NDArray[np.int32]
) -> tuple[NDArray[np.bool_], set[Year]]:
    """Return which requests are of a large year, and which years are."""
    years, back, counts = np.unique(
        np.stack([facility, year]), axis=1, return_inverse=True, return_counts=True
    )
    by_month = np.array([is_large(count) for count in counts.tolist()], bool)
    slugs = dict(Facility.objects.values_list("pk", "slug"))
    large = {(slugs[pk], f"{at:04d}") for pk, at in years[:, by_month].T.tolist()}
    return by_month[back.reshape(-1)], large


def parts_of(ids: Collection[int]) -> Iterator[list[int]]:
    """Yield some ids in the same parts; those of no filed request are in the last."""
    left = set(ids)
    if len(left) > AT_ONCE:
        for part in parts_of_all():
            if wanted := left.intersection(part.ids):
                left -= wanted
                yield sorted(wanted)
    if left:
        yield sorted(left)
