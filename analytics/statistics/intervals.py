"""Confidence intervals for shares and their differences."""

import math

Z95 = 1.959963984540054  # the 97.5 % point of the standard normal


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


def newcombe(a: int, n: int, b: int, m: int) -> tuple[float, float]:
    """Return the interval (95 %) of the difference a/n - b/m of two shares.

    Source: Newcombe, Statistics in Medicine 17 (1998) 873, method 10.
    """
    if n == 0 or m == 0:
        return -1.0, 1.0
    one, other = a / n, b / m
    low_a, high_a = wilson(a, n)
    low_b, high_b = wilson(b, m)
    difference = one - other
    low = difference - math.hypot(one - low_a, high_b - other)
    high = difference + math.hypot(high_a - one, other - low_b)
    return low, high
