"""Kaplan-Meier row by row, as a textbook tells it: what the quick curve is compared with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z = 1.959963984540054


@dataclass(frozen=True, kw_only=True)
class Step:
    """The curve after one time."""

    time: float
    at_risk: int
    events: int
    censored: int
    waiting: float
    low: float
    high: float


def kaplan_meier(times: Sequence[float], released: Sequence[bool]) -> list[Step]:
    """Return the curve; `released[i]` is False where request i was still open at `times[i]`."""
    pairs, steps = list(zip(times, released, strict=True)), []
    waiting, spread = 1.0, 0.0
    for time in sorted({at for at, _ in pairs}):
        at_risk = sum(at >= time for at, _ in pairs)
        events = sum(at == time and out for at, out in pairs)
        censored = sum(at == time and not out for at, out in pairs)
        waiting = 0.0 if events == at_risk else waiting * (1 - events / at_risk)
        spread += events / (at_risk * (at_risk - events)) if events < at_risk else 0
        if waiting == 1:
            low, high = 0.025 ** (1 / at_risk), 1.0
        elif waiting == 0:
            low, high = 0.0, 1 - 0.025 ** (1 / at_risk)
        else:
            # log(-log S) is taken for normal; its error is that of log S over |log S|.
            middle, half = math.log(-math.log(waiting)), math.sqrt(spread) / -math.log(waiting)
            low, high = (math.exp(-math.exp(middle + sign * Z * half)) for sign in (1, -1))
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
    return steps


def time_when(steps: Sequence[Step], share: float) -> float | None:
    """Return when a share had left; None where the curve never gets there."""
    return next((step.time for step in steps if step.waiting <= 1 - share + 1e-12), None)


def interval_when(steps: Sequence[Step], share: float) -> tuple[float | None, float | None]:
    """Return the first times at which the curve's bounds are down; None where that is not seen.

    Before the first release the lower bound may be down already: then nothing is known below.
    """
    target = 1 - share + 1e-12
    left = [step for step in steps if step.events]
    before = 0.025 ** (1 / left[0].at_risk) if left else 0.0
    low = next((step.time for step in left if step.low <= target), None)
    high = next((step.time for step in left if step.high <= target), None)
    return (low if before > target else None), high
