"""One bar a swing, on one axis: what each assumption alone makes of a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.costs.moved import Swing

WIDTH, EDGE = 300.0, 1.0
THIN = 1.5  # a bar that is drawn at all can be seen


@dataclass(frozen=True, kw_only=True)
class Bar:
    """The two halves of a bar in a box of 300 by 20, and the line of the figure as it is.

    `down` is where the assumption at its least leads, `up` where it leads at its greatest.
    """

    down: str
    up: str
    line: str


def bars(swings: Sequence[Swing], now: float) -> list[Bar]:
    """Return a bar for each swing around the figure as it is."""
    ends = [end for one in swings for end in (one.at_least, one.at_greatest)]
    low, high = min([now, *ends]), max([now, *ends])
    length = (high - low) or 1.0

    def x(value: float) -> float:
        return EDGE + (WIDTH - 2 * EDGE) * (value - low) / length

    def half(end: float) -> str:
        if end == now:
            return ""
        left, right = sorted((x(end), x(now)))
        return f"M{left:.1f},4H{max(right, left + THIN):.1f}V16H{left:.1f}Z"

    line = f"M{x(now):.1f},0V20"
    return [Bar(down=half(one.at_least), up=half(one.at_greatest), line=line) for one in swings]
