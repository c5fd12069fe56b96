"""Confidence intervals for shares, means, and their differences."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from scipy.special import stdtrit

Z95 = 1.959963984540054  # the 97.5 % point of the standard normal
FEW = 11  # a share of fewer says little, and could point to a person


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Return the Wilson score interval (95 %) of a share; (0, 1) when n is 0.

    Source: Wilson, J. Am. Stat. Assoc. 22 (1927) 209.
    """
    return wilson_of_share(successes / n, n) if n else (0.0, 1.0)


def wilson_of_share(share: float, n: float) -> tuple[float, float]:
    """Return Wilson's interval of a share that weighs as much as `n` cases, whole or not."""
    if n <= 0:
        return 0.0, 1.0
    z2 = Z95 * Z95
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    low = 0.0 if share == 0 else middle - half
    high = 1.0 if share == 1 else middle + half
    return low, high


def wilson_within(successes: int, unknown: int, n: int) -> tuple[float, float]:
    """Return all that Wilson's interval may be while some of n are unknown: successes or not."""
    return wilson(successes, n)[0], wilson(successes + unknown, n)[1]


def least_of_all(n: Any) -> Any:
    """Return the least share (97.5 %) of which each of n cases is; of an array, one for each.

    Source: Clopper and Pearson, Biometrika 26 (1934) 404. Of which none of n is, the greatest
    share is one less this.
    """
    return ((1 - 0.95) / 2) ** (1 / n)


@lru_cache(maxsize=4096)
def t95(n: int) -> float:
    """Return the 97.5 % point of Student's t for a mean of n values, at least two."""
    return float(stdtrit(n - 1, 0.975))


def newcombe(a: int, n: int, b: int, m: int) -> tuple[float, float]:
    """Return the interval (95 %) of the difference a/n - b/m of two shares.

    Source: Newcombe, Statistics in Medicine 17 (1998) 873, method 10.
    """
    if n == 0 or m == 0:
        return -1.0, 1.0
    return of_difference((a / n, *wilson(a, n)), (b / m, *wilson(b, m)))


def differ(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    """Say whether two shares differ by more than what is unknown and chance could make of them.

    Each is (hits, unknown, n).
    """
    (hits, unknown, n), (was, was_unknown, m) = one, other
    low, _ = newcombe(hits, n, was + was_unknown, m)
    _, high = newcombe(hits + unknown, n, was, m)
    return not low <= 0 <= high


Estimate = tuple[float, float, float]
"""A value, and the ends of its interval."""


def of_difference(one: Estimate, other: Estimate) -> tuple[float, float]:
    """Return the interval of the difference of two independent estimates.

    The intervals are of the same confidence. Source: Zou and
    Donner, Statistics in Medicine 27 (2008) 1693; with Wilson's intervals it is Newcombe's.
    """
    (a, low_a, high_a), (b, low_b, high_b) = one, other
    low = a - b - math.hypot(a - low_a, high_b - b)
    high = a - b + math.hypot(high_a - a, b - low_b)
    return low, high
