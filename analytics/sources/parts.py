"""Requests in parts, so that memory holds the journal of a part and never that of all."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics.mirror.cut import UNITS, Key, is_large, is_recent
from analytics.sources.copied import copied
from requests_app.models import Facility
from requests_app.vocabulary import State

AT_ONCE = 1 << 15  # requests; more only where one piece of the mirror has more
_DAYS = """
SELECT id, facility_id, (received_at AT TIME ZONE 'UTC')::date
FROM requests_app_imagingrequest WHERE state <> %(draft)s
"""
_COLUMNS = {"pk": pa.int64(), "facility_id": pa.int64(), "day": pa.date32()}


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some requests by id, and the periods of a facility that the mirror cuts further."""

    ids: list[int]
    large: Collection[Key]


def parts_of_all() -> Iterator[Part]:
    """Yield all filed requests; those of one piece of the mirror are never torn apart.

    The oldest receipts are first: PostgreSQL keeps their events near each other.
    """
    found = copied(_DAYS, {"draft": State.DRAFT.value}, _COLUMNS)
    ids, facility = found["pk"].to_numpy(), found["facility_id"].to_numpy()
    period, large = _periods(facility, found["day"].fill_null(date(1970, 1, 1)).to_numpy())
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


def _periods(facility: NDArray[np.int64], days: NDArray[Any]) -> tuple[NDArray[Any], set[Key]]:
    """Return the first day of the piece of each request, and what is cut further."""
    slugs = dict(Facility.objects.values_list("pk", "slug"))
    places, at = np.unique(facility, return_inverse=True)
    top = np.full(len(places), np.iinfo("i8").min)
    np.maximum.at(top, at, days.astype("M8[M]").astype("i8"))
    newest = {slugs[int(pk)]: int(month) for pk, month in zip(places, top, strict=True)}
    found, left, large = days.astype("M8[Y]").astype("M8[D]"), np.ones(len(days), bool), set()
    for unit, finer in pairwise(UNITS):
        names = days.astype(f"M8[{unit}]")
        cells, back, counts = np.unique(
            np.stack([facility, names.astype(np.int64)]),
            axis=1,
            return_inverse=True,
            return_counts=True,
        )
        named = np.array(cells[1], f"M8[{unit}]").astype(str)
        keys = [(slugs[int(pk)], str(name)) for pk, name in zip(cells[0], named, strict=True)]
        is_cut = np.array(
            [
                is_large(count) and (finer != UNITS[2] or is_recent(key, newest))
                for key, count in zip(keys, counts.tolist(), strict=True)
            ],
            bool,
        )
        large |= {key for key, cut in zip(keys, is_cut.tolist(), strict=True) if cut}
        left &= is_cut[back.reshape(-1)]
        found[left] = days[left].astype(f"M8[{finer}]").astype("M8[D]")
    return found, large


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
