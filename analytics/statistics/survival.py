"""Kaplan-Meier: how long until release, with open requests censored, not dropped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analytics.statistics.intervals import Z95


@dataclass(frozen=True, kw_only=True)
class Step:
    """The curve after one time: share still waiting, its interval, and who left there."""

    time: float
    at_risk: int
    events: int
    censored: int
    waiting: float
    low: float
    high: float


def kaplan_meier(times: Sequence[float], released: Sequence[bool]) -> list[Step]:
    """Return the curve; `released[i]` is False where request i was still open at `times[i]`.

    Raises ValueError when the two differ in length.
    """
    leavers: dict[float, list[int]] = {}
    for time, event in zip(times, released, strict=True):
        leavers.setdefault(time, [0, 0])[0 if event else 1] += 1
    return curve_of((time, out, still_open) for time, (out, still_open) in leavers.items())


def curve_of(leavers: Iterable[tuple[float, int, int]]) -> list[Step]:
    """Return the curve of (time, released, still open), each time once.

    Intervals are Greenwood's on the log-minus-log scale (Kalbfleisch and Prentice 1980).
    """
    ordered = sorted(leavers)
    at_risk = sum(events + censored for _, events, censored in ordered)
    waiting, spread, steps = 1.0, 0.0, []
    for time, events, censored in ordered:
        waiting *= 1 - events / at_risk
        if events and at_risk > events:
            spread += events / (at_risk * (at_risk - events))
        low, high = _interval(waiting, spread)
        steps.append(
            Step(
                time=time,
                at_risk=at_risk,
                events=events,
                censored=censored,
                waiting=waiting,
                low=low,
                high=high,
            )
        )
        at_risk -= events + censored
    return steps


def _interval(waiting: float, spread: float) -> tuple[float, float]:
    if waiting <= 0:
        return 0.0, 0.0
    if waiting >= 1:
        return 1.0, 1.0
    width = Z95 * math.sqrt(spread) / abs(math.log(waiting))
    return waiting ** math.exp(width), waiting ** math.exp(-width)


def time_when(steps: Sequence[Step], share: float) -> float | None:
    """Return when `share` (such as 0.9) had left; None where the curve never gets there."""
    return next((step.time for step in steps if step.waiting <= 1 - share + 1e-12), None)


def interval_when(steps: Sequence[Step], share: float) -> tuple[float | None, float | None]:
    """Return the interval of `time_when` by inverting the curve's own interval."""
    target = 1 - share + 1e-12
    low = next((step.time for step in steps if step.low <= target), None)
    high = next((step.time for step in steps if step.high <= target), None)
    return low, high
