"""Small marks drawn as SVG paths: the line in a card, and the interval in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.statistics.intervals import FEW, wilson

WIDTH, HEIGHT = 200.0, 40.0


@dataclass(frozen=True, kw_only=True)
class Spark:
    """The paths of a sparkline in a box of 200 by 40."""

    curve: str
    end: str
    band: str = ""
    goal: str = ""


def spark(
    values: Sequence[float | None],
    *,
    bands: Sequence[tuple[float, float] | None] = (),
    goal: float | None = None,
) -> Spark | None:
    """Return the line through the values, broken where one is missing; None where no two join."""
    known, runs = [value for value in values if value is not None], _runs(values)
    if all(len(run) == 1 for run in runs):
        return None
    edges = [edge for band in bands if band for edge in band]
    reach = [*known, *edges, *([goal] if goal is not None else [])]
    low, high = min(reach), max(reach)

    def at(i: int, value: float) -> str:
        x = WIDTH * i / (len(values) - 1)
        y = 2 + (HEIGHT - 4) * (1 - (value - low) / ((high - low) or 1))
        return f"{x:.1f},{y:.1f}"

    def around(run: range) -> str:
        known = [(i, band) for i in run if (band := bands[i])]
        edge = [at(i, band[1]) for i, band in known] + [at(i, band[0]) for i, band in known[::-1]]
        return "M" + " ".join(edge) + " Z"

    lines = [[at(i, values[i] or 0.0) for i in run] for run in runs]
    return Spark(
        # One alone has no neighbour to be joined with: it is a dash.
        curve=" ".join("M" + " ".join(line) + ("h2" if len(line) == 1 else "") for line in lines),
        end=f"M{lines[-1][-1]}h.01",
        band=" ".join(around(run) for run in _runs(bands) if len(run) > 1),
        goal=f"M0,{at(0, goal).split(',')[1]}H{WIDTH:.0f}" if goal is not None else "",
    )


def _runs(values: Sequence[object | None]) -> list[range]:
    """Return the stretches of places in which no value is missing."""
    found: list[range] = []
    for i, value in enumerate(values):
        if value is None:
            continue
        joins = bool(found) and found[-1].stop == i
        found = [*found[:-1], range(found[-1].start, i + 1)] if joins else [*found, range(i, i + 1)]
    return found


@dataclass(frozen=True, kw_only=True)
class Interval:
    """An interval beside its target in a box of 120 by 20; `standing` is below, met or unsure."""

    whisker: str
    dot: str
    goal: str
    standing: str


def standing(low: float, high: float, target: float) -> str:
    """Say on which side of the target the whole interval lies, if it does."""
    return "below" if high < target else "met" if low > target else "unsure"


def reading(hits: int, n: int, target: float) -> str:
    """Return the standing of a share; a target of 100 % allows no exception, whatever its interval.

    Of few nothing is said: one late request of three would stand clearly below 95 %.
    """
    if target >= 100:
        return "met" if hits == n else "below"
    if n < FEW:
        return "unsure"
    low, high = wilson(hits, n)
    return standing(100 * low, 100 * high, target)


def interval(
    value: float, low: float, high: float, *, side: str, target: float, least: float
) -> Interval:
    """Return the marks of an interval; the axis runs from `least` to 100 percent."""

    def x(share: float) -> float:
        return 120 * (max(share, least) - least) / ((100 - least) or 1)

    return Interval(
        whisker=f"M{x(low):.1f},10H{x(high):.1f}",
        dot=f"{x(value):.1f}",
        goal=f"M{x(target):.1f},1V19",
        standing=side,
    )
