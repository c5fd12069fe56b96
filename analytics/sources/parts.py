"""Requests in parts, so that memory holds the journal of a part and never that of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics.mirror.cut import NEWEST, Months, Plan, name_of, plan_of
from analytics.sources.copied import copied
from requests_app.models import Facility
from requests_app.vocabulary import State

_NO_DAY = date(1970, 1, 1)
AT_ONCE = 1 << 15  # requests; more only where one piece of the mirror has more
_DAYS = """
SELECT id, facility_id, (received_at AT TIME ZONE 'UTC')::date
FROM requests_app_imagingrequest WHERE state <> %(draft)s
"""
_COLUMNS = {"pk": pa.int64(), "facility_id": pa.int64(), "day": pa.date32()}


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some requests by id, and where the mirror cuts their facilities."""

    ids: list[int]
    plans: Mapping[str, Plan]


def parts_of_all() -> Iterator[Part]:
    """Yield all filed requests; those of one piece of the mirror are never torn apart.

    The oldest receipts are first: PostgreSQL keeps their events near each other.
    """
    found = copied(_DAYS, {"draft": State.DRAFT.value}, _COLUMNS)
    cells = _Cells.of(found["facility_id"], found["day"])
    period, plans = _periods(cells)
    ids, facility, period = found["pk"].to_numpy(), cells.facility[cells.back], period[cells.back]
    order = np.lexsort((ids, facility, period))
    ids, facility, period = ids[order], facility[order], period[order]
    turns = np.flatnonzero((np.diff(period) != 0) | (np.diff(facility) != 0)) + 1
    first = last = 0
    for end in [*turns, len(ids)] if len(ids) else []:
        if end - first > AT_ONCE and last > first:
            yield Part(ids=ids[first:last].tolist(), plans=plans)
            first = last
        last = end
    if last > first:
        yield Part(ids=ids[first:last].tolist(), plans=plans)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Cells:
    """The days on which each facility received requests: few, where requests are many."""

    facility: NDArray[np.int64]
    day: NDArray[Any]
    requests: NDArray[np.int64]
    back: NDArray[np.int32]
    """The place of each request's cell."""

    @classmethod
    def of(cls, facility: pa.ChunkedArray, day: pa.ChunkedArray) -> _Cells:
        known = day.fill_null(_NO_DAY).cast(pa.int32()).to_numpy().astype(np.int64)
        places, at = _distinct(facility.to_numpy())
        least = known.min(initial=0)
        span = known.max(initial=0) - least + 1
        pairs, back = _distinct(at * span + known - least)
        return cls(
            facility=places[pairs // span],
            day=(pairs % span + least).astype("M8[D]"),
            requests=np.bincount(back, minlength=len(pairs)),
            back=back,
        )


def _distinct(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return each value once, and the place of every row's; sorting takes ten times longer."""
    found = pa.array(values).dictionary_encode()
    return found.dictionary.to_numpy(), found.indices.to_numpy()


def _periods(of: _Cells) -> tuple[NDArray[Any], dict[str, Plan]]:
    """Return the first day of the piece of each cell, and where each facility is cut."""
    slugs = dict(Facility.objects.values_list("pk", "slug"))
    pairs = np.stack([of.facility, of.day.astype("M8[M]").astype(np.int64)])
    cells, back = np.unique(pairs, axis=1, return_inverse=True)
    back = back.reshape(-1)
    requests = np.bincount(back, of.requests, cells.shape[1]).astype(np.int64)
    counts: dict[str, Counter[int]] = {}
    for pk, month, n in zip(*cells.tolist(), requests.tolist(), strict=True):
        counts.setdefault(slugs[pk], Counter())[month] += n
    plans: dict[str, Plan] = {slug: plan_of(months) for slug, months in counts.items()}
    begins = [_begins(plans[slugs[pk]][month], counts[slugs[pk]]) for pk, month in cells.T.tolist()]
    first = np.array(begins, "M8[D]")[back]
    return np.where(np.isnat(first), of.day, first), plans


def _begins(period: str | None, months: Months) -> str:
    """Return a day by which a piece is known among those of its facility, in their order."""
    if period == NEWEST:
        return name_of(max(months))
    return period or "NaT"


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
