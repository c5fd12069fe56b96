"""Which failure codes are in use in a source: those that any of its requests bears."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from analytics.mirror.faults import bits_of
from analytics.mirror.fold import Mirror
from analytics.mirror.once import Once
from requests_app.failure_codes import FailureCode

_BORNE: Once[int] = Once()


def bears(mirror: Mirror, codes: Iterable[FailureCode]) -> bool:
    """Say whether any request of the whole source bears any of these codes."""
    return bool(_BORNE.of(mirror, lambda: _all_bits(mirror)) & bits_of(codes))


def _all_bits(mirror: Mirror) -> int:
    return int(
        np.bitwise_or.reduce(mirror.rows.of_cases(["faults"])["faults"].to_numpy(), initial=0)
    )
