"""Whether as many dates were missed on later days as the chances said, in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.forecast.results import Evaluation

MOST_ASTRAY = 0.10
"""Chances that are clearly off, and by more than this on the mean, mislead whoever plans by them."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Expected and observed misses among the looks of the trial; `is_clear` says that they differ
    by more than chance explains, `is_refused` that no forecast is to be given for it.
    """

    expected: float
    observed: float
    is_clear: bool
    is_refused: bool
    sentence: str


def calibration(tried: Evaluation) -> Calibration:
    """Return what the trial says of the chances as a whole; its interval decides the words."""
    gap, low, high = tried.excess.value, tried.excess.low, tried.excess.high
    is_clear = low is not None and high is not None and (low > 0 or high < 0)
    expected, observed = tried.looks * tried.predicted, tried.looks * tried.observed
    counted = (
        f"On later days it expected {expected:,.0f} of {tried.looks:,} looks to end late, and "
        f"{observed:,.0f} did"
    )
    span = ""
    if low is not None and high is not None:
        span = f" (95% interval {points(low)} to {points(high)})"
    if low is None or high is None:
        verdict = "and there are too few requests to say whether that is chance"
    elif is_clear:
        way = "high" if gap > 0 else "low"
        verdict = f"more than chance explains, so its chances are too {way}"
    else:
        verdict = "which chance alone can explain"
    return Calibration(
        expected=expected,
        observed=observed,
        is_clear=is_clear,
        is_refused=is_clear and abs(gap) > MOST_ASTRAY,
        sentence=f"{counted}: a difference of {points(gap)} points{span}, {verdict}.",
    )


def points(share: float) -> str:
    """Return a share in points with its sign; what rounds to nothing is no less than nothing."""
    text = f"{100 * abs(share):.1f}"
    is_less = share < 0 and float(text) > 0
    return f"{'−' if is_less else '+'}{text}"
