"""Which failure codes are in use in a source: those that any of its requests bears."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics.mirror.faults import bits_of
from analytics.mirror.fold import Mirror
from analytics.mirror.once import Once
from analytics.mirror.opened import glance
from requests_app.failure_codes import FailureCode

_BITS = np.arange(63, dtype=np.int64)
_BORNE: Once[NDArray[np.int64]] = Once()
_FAULTS = "SELECT faults, count(*) AS n FROM cases GROUP BY faults"


def bears(mirror: Mirror, codes: Iterable[FailureCode]) -> bool:
    """Say whether any request of the whole source bears any of these codes."""
    borne = _BORNE.of(
        mirror,
        lambda: _counts(mirror),
        lambda before, change: before + _counts(change.come) - _counts(change.gone),
    )
    return any(bits_of(codes) >> bit & 1 for bit in np.flatnonzero(borne).tolist())


def _counts(mirror: Mirror) -> NDArray[np.int64]:
    """Return how many requests bear each code, by its bit; the open database knows it at once."""
    there = glance(mirror)
    if there is None:
        faults = mirror.rows.of_cases(["faults"])["faults"].to_numpy()
        return _added(*np.unique(faults, return_counts=True))
    with closing(there):
        found: pa.Table = there.sql(_FAULTS).to_arrow_table()
    return _added(found["faults"].to_numpy(), found["n"].to_numpy())


def _added(faults: NDArray[np.int64], many: NDArray[np.int64]) -> NDArray[np.int64]:
    held = (faults.astype(np.int64)[:, None] >> _BITS) & 1
    found: NDArray[np.int64] = many.astype(np.int64) @ held
    return found
