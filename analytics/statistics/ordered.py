"""Quantiles of values that are already in order; arrays, so that millions are quick."""

from __future__ import annotations

import math
from dataclasses import dataclass
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

    def upto(self, value: int) -> int:
        """Return how many are at most a value."""


@dataclass(frozen=True)
class Sorted:
    """An array in order."""

    values: Numbers

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.values)

    def at(self, rank: int) -> int:
        """Return the value of a rank."""
        return int(self.values[rank])

    def upto(self, value: int) -> int:
        """Return how many are at most a value."""
        return int(np.searchsorted(self.values, value, side="right"))


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
