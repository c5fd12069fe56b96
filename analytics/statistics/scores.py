"""How good chances were: Brier score, skill, calibration; several looks at one case are one case."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.statistics.intervals import t95, wilson_of_share
from analytics.statistics.landmarks import Numbers

Chances = NDArray[np.float64]
BINS = 10


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A value with its interval (95 %) by the jackknife over cases; None where one case is all."""

    value: float
    low: float | None
    high: float | None

    def words(self) -> str:
        """Return the value and its interval, with two decimals."""
        if self.low is None or self.high is None:
            return _two(self.value)
        return f"{_two(self.value)} ({_two(self.low)} to {_two(self.high)})"


def _two(value: float) -> str:
    """Return a number with two decimals; what rounds to nothing is no less than nothing."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "\N{MINUS SIGN}")


@dataclass(frozen=True, kw_only=True)
class Bin:
    """Chances of one size: what was said, and what came; `cases` are different requests."""

    low: float
    high: float
    n: int
    cases: int
    predicted: float | None
    observed: float | None
    observed_low: float
    observed_high: float


def brier(chances: Chances, came: Chances) -> float:
    """Return the mean squared difference of chance and outcome (Brier 1950); 0 is perfect."""
    return float(np.mean((chances - came) ** 2))


def skill(chances: Chances, baseline: Chances, came: Chances, cases: Numbers) -> Figure:
    """Return by which share the chances' Brier score is below the baseline's; 0 is no better."""
    ours, theirs = (chances - came) ** 2, (baseline - came) ** 2
    return _ratio(theirs - ours, theirs, cases)


def excess(chances: Chances, came: Chances, cases: Numbers) -> Figure:
    """Return how far the mean chance lies above the share that came: calibration in the large."""
    return _ratio(chances - came, np.ones(len(chances)), cases)


def reliability(chances: Chances, came: Chances, cases: Numbers) -> tuple[Bin, ...]:
    """Return ten bins of chances; Wilson's interval takes each case once, however often seen."""
    places = np.minimum((chances * BINS).astype(np.int64), BINS - 1)
    found = []
    for place in range(BINS):
        here = places == place
        n, different = int(np.count_nonzero(here)), len(np.unique(cases[here]))
        observed = float(np.mean(came[here])) if n else None
        low, high = wilson_of_share(observed, different) if observed is not None else (0.0, 1.0)
        found.append(
            Bin(
                low=place / BINS,
                high=(place + 1) / BINS,
                n=n,
                cases=different,
                predicted=float(np.mean(chances[here])) if n else None,
                observed=observed,
                observed_low=low,
                observed_high=high,
            )
        )
    return tuple(found)


def _ratio(above: Chances, below: Chances, cases: Numbers) -> Figure:
    """Return a ratio of sums; each case left out once says how much the value hangs on it.

    Source: Efron and Stein, Ann. Stat. 9 (1981) 586; with Student's t, as of any mean.
    """
    _, place = np.unique(cases, return_inverse=True)
    tops, bottoms = np.bincount(place, above), np.bincount(place, below)
    top, bottom, n = float(tops.sum()), float(bottoms.sum()), len(tops)
    rest = bottom - bottoms
    value = top / bottom if bottom else 0.0
    if n < 2 or not (rest > 1e-9 * bottom).all():  # one case is as good as all
        return Figure(value=value, low=None, high=None)
    without = (top - tops) / rest
    error = math.sqrt((n - 1) / n * float(np.sum((without - without.mean()) ** 2)))
    half = t95(n) * error
    return Figure(value=value, low=value - half, high=value + half)
