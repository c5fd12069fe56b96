"""Quantiles and curves of values that are already in order; arrays, so that millions are quick."""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np

from analytics.statistics.intervals import Z95

Numbers = Any  # a numpy array of numbers


class Ordered(Protocol):
    """Values in order of size, reached by rank from zero."""

    def __len__(self) -> int:
        """Return how many there are."""

    def at(self, rank: int) -> int:
        """Return the value of a rank."""


def quantile(values: Ordered, q: float) -> float:
    """Return the quantile by linear interpolation between order statistics.

    Raises ValueError where there is no value.
    """
    if not len(values):
        raise ValueError("no value has no quantile")
    place = q * (len(values) - 1)
    low = values.at(math.floor(place))
    return low + (values.at(math.ceil(place)) - low) * (place % 1)


def interval_ranks(n: int, q: float) -> tuple[int, int] | None:
    """Return the ranks that bound a quantile (95 %) whatever the distribution.

    None where the sample is too small to bound it.
    """
    spread = Z95 * math.sqrt(n * q * (1 - q))
    low, high = math.floor(n * q - spread), math.ceil(n * q + spread)
    return (low, high) if n and low >= 0 and high <= n - 1 else None


def interval(values: Ordered, q: float) -> tuple[int, int] | None:
    """Return the values at the ranks that bound a quantile."""
    ranks = interval_ranks(len(values), q)
    return (values.at(ranks[0]), values.at(ranks[1])) if ranks else None


class Curve:
    """The share still waiting after each time at which somebody left (Kaplan-Meier).

    `released` and `still_open` are times in order; who was still open at a time left after those
    released at it. Intervals are Greenwood's on the log-minus-log scale (Kalbfleisch and
    Prentice 1980).
    """

    def __init__(self, released: Numbers, still_open: Numbers) -> None:
        changes = np.flatnonzero(np.diff(released)) + 1
        firsts = np.concatenate([[0], changes]) if len(released) else changes
        events = np.diff(np.append(firsts, len(released)))
        self.times = released[firsts]
        n = len(released) + len(still_open)
        gone = np.cumsum(events) - events + np.searchsorted(still_open, self.times, side="left")
        at_risk = n - gone
        self.waiting = np.cumprod(1 - events / at_risk)
        left = at_risk > events  # whoever leaves last adds nothing that could be measured
        terms = np.divide(events, at_risk * (at_risk - events), where=left, out=_zeros(events))
        self.spread = np.cumsum(terms)

    def when(self, share: float) -> float | None:
        """Return when a share had left; None where the curve never gets there."""
        return self._first(self.waiting <= 1 - share + 1e-12)

    def interval_when(self, share: float) -> tuple[float | None, float | None]:
        """Return the interval (95 %) of `when`, by inverting the curve's own interval."""
        target = 1 - share + 1e-12
        low, high = self._bounds()
        return self._first(low <= target), self._first(high <= target)

    def _first(self, reached: Numbers) -> float | None:
        place = int(np.argmax(reached)) if len(reached) else 0
        return int(self.times[place]) if len(reached) and reached[place] else None

    def _bounds(self) -> tuple[Numbers, Numbers]:
        waiting = self.waiting
        inside = (waiting > 0) & (waiting < 1)
        logs = np.abs(np.log(waiting, where=inside, out=_zeros(waiting) + 1))
        width = Z95 * np.sqrt(self.spread) / logs
        safe = np.where(inside, waiting, 0.5)
        low, high = safe ** np.exp(width), safe ** np.exp(-width)
        return np.where(inside, low, waiting), np.where(inside, high, waiting)


def _zeros(like: Numbers) -> Numbers:
    return np.zeros(len(like))
