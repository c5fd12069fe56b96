"""Which quantiles, and which ends of their intervals, hang on the least or greatest value."""

from __future__ import annotations

import math

from analytics.statistics.intervals import Z95


def leans_on_an_extreme(n: int, q: float) -> bool:
    """Tell whether a quantile lies between the least or the greatest value and the one beside it.

    Of eleven values the 90th percentile is the last but one, and the 95th lies halfway from there
    to the greatest: together they tell it.
    """
    place = q * (n - 1)
    return math.floor(place) <= 0 or math.ceil(place) >= n - 1


def touches_an_extreme(n: int, q: float) -> bool:
    """Tell whether the distribution-free interval of a quantile ends at a minimum or maximum."""
    spread = Z95 * math.sqrt(n * q * (1 - q))
    return math.floor(n * q - spread) <= 0 or math.ceil(n * q + spread) >= n - 1


def may_be_an_extreme(n: int, released: int, q: float) -> bool:
    """Tell whether a censored quantile can be the greatest of the times, or the least release.

    With c still open, the last release can find up to (c + 1) / n of the curve left; the first
    one leaves 1 - 1/r of it, r being those at risk, of whom at least the released are.
    """
    return (n - released + 1) / n > 1 - q or 1 - 1 / max(released, 1) <= 1 - q
