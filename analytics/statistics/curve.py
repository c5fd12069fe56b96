"""Kaplan-Meier: the share still waiting after each time, open requests censored, not dropped.

Between two who were still open when the clock stopped, nothing but releases happens: the factors
of the product, and the terms of its spread, cancel there. So the curve needs the few ranks at
which somebody was still open, and looks at values only where it crosses a share.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np

from analytics.statistics.intervals import Z95, least_of_all
from analytics.statistics.ordered import Numbers, Ordered, Sorted

SLACK = 1e-9  # far more than what rounding does to a share
TINY = 1e-300  # in place of nothing, to divide by
LONG = 4096  # releases of a stretch at most, so that one is looked through at once


class Step(NamedTuple):
    """The curve after one time: share still waiting, its interval, and who left there."""

    time: float
    at_risk: int
    events: int
    censored: int
    waiting: float
    low: float
    high: float


class Curve:
    """A curve of times in order; `ranks` say how many were released before each open one left.

    Who was still open at a time left after those released at it. Intervals are Greenwood's on the
    log-minus-log scale (Kalbfleisch and Prentice 1980). Where nobody has left yet, or everybody
    has, that scale says nothing: there those at risk bound the share exactly (Clopper and Pearson,
    Biometrika 26 (1934) 404).
    """

    def __init__(self, released: Ordered, ranks: Numbers) -> None:
        self.released, n = released, len(released)
        begins = np.sort(np.concatenate([ranks[ranks < n], np.arange(0, n, LONG)]))
        self.begins = begins[np.diff(begins, prepend=-1) > 0].astype(np.int64)
        self.ends = np.append(self.begins[1:], n)[: len(self.begins)]
        left = np.searchsorted(ranks, self.begins, side="right")
        self.at_risk = n + len(ranks) - self.begins - left
        kept = self.at_risk - (self.ends - self.begins)
        self.after = np.cumprod(kept / self.at_risk)
        self.before = np.append(1.0, self.after[:-1])[: len(self.after)]
        # Whoever leaves last adds nothing that could be measured.
        self.spread_after = np.cumsum(_terms(self.at_risk, kept))
        self.spread_before = np.append(0.0, self.spread_after[:-1])[: len(self.after)]

    def when(self, share: float) -> int | None:
        """Return when a share had left; None where the curve never gets there."""
        target = 1 - share + 1e-12
        stretch = self._reached(target)
        if stretch == len(self.after):
            return None
        ranks = self._ranks(stretch)
        reached = self._waiting(stretch, ranks) <= target
        reached[-1] = True  # as the product says, whatever the last digit
        return self.released.at(int(ranks[np.argmax(reached)]) - 1)

    def interval_when(self, share: float) -> tuple[int | None, int | None]:
        """Return the interval (95 %) of `when`, by inverting the curve's own interval.

        None is an end that these times do not bound (Brookmeyer and Crowley, Biometrics 38 (1982)
        29): the curve may be down at the share before anybody left, or only after all have.
        """
        target = 1 - share + 1e-12
        if not len(self.after):
            return None, None
        is_bounded = least_of_all(self.at_risk[0]) > target
        low = self._first(self._least_low, 1, target) if is_bounded else None
        return low, self._first(self._least_high, -1, target)

    def bounds(self, ranks: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Return the share waiting after so many releases, at least one, and its interval (95 %).

        A rank ends a time: all that were released at it are counted.
        """
        stretch = np.searchsorted(self.ends, ranks, side="left")
        low, high = (self._bound(stretch, ranks, sign) for sign in (1, -1))
        waiting = self._waiting(stretch, ranks)
        return waiting, low, np.where(waiting > 0, high, self._at_the_end)

    @cached_property
    def _at_the_end(self) -> float:
        """The upper bound of the share waiting where everybody left, by who left last."""
        n = len(self.released)
        last = n - self.released.upto(self.released.at(n - 1) - 1)
        return 1 - float(least_of_all(last))

    def _reached(self, target: float) -> int:
        """Return the first stretch at whose end the curve is down at a target."""
        return int(np.searchsorted(-self.after, -target, side="left"))

    def _ranks(self, stretch: int) -> Numbers:
        return np.arange(self.begins[stretch] + 1, self.ends[stretch] + 1)

    def _waiting(self, stretch: Numbers, ranks: Numbers) -> Numbers:
        at_risk = self.at_risk[stretch]
        return self.before[stretch] * (at_risk - (ranks - self.begins[stretch])) / at_risk

    def _bound(self, stretch: Numbers, ranks: Numbers, sign: int) -> Numbers:
        """Return the lower (1) or upper (-1) bound of the curve after some ranks of a stretch."""
        waiting, at_risk = self._waiting(stretch, ranks), self.at_risk[stretch]
        kept = at_risk - (ranks - self.begins[stretch])
        spread = self.spread_before[stretch] + _terms(at_risk, kept)
        inside = (waiting > 0) & (waiting < 1)
        safe = np.where(inside, waiting, 0.5)
        width = Z95 * np.sqrt(spread) / np.abs(np.log(safe))
        return np.where(inside, safe ** np.exp(sign * width), waiting)

    @cached_property
    def _least_low(self) -> Numbers:
        """What the lower bound of no time in a stretch is below."""
        with np.errstate(divide="ignore", over="ignore"):
            logs = np.maximum(np.abs(np.log(self.before)), TINY)
            return self.after ** np.exp(Z95 * np.sqrt(self.spread_after) / logs)

    @cached_property
    def _least_high(self) -> Numbers:
        """What the upper bound of no time in a stretch is below."""
        with np.errstate(divide="ignore"):
            width = Z95 * np.sqrt(self.spread_before) / np.abs(np.log(self.after))
        return self.after ** np.exp(-width)

    def _first(self, least: Numbers, sign: int, target: float) -> int | None:
        """Return the first time after which a bound is down at a target."""
        passed = 0
        for stretch in np.flatnonzero(least <= target + SLACK).tolist():
            ranks = self._ranks(stretch)
            ranks = ranks[(self._bound(stretch, ranks, sign) <= target) & (ranks > passed)]
            while len(ranks):
                value = self.released.at(int(ranks[0]) - 1)
                passed = self.released.upto(value)  # all of one time leave at once
                if self._is_down(passed, sign, target):
                    return value
                ranks = ranks[ranks > passed]
        return None

    def _is_down(self, rank: int, sign: int, target: float) -> bool:
        _, low, high = self.bounds(np.array([rank]))
        return bool((low if sign > 0 else high)[0] <= target)


def curve_of(released: Numbers, running: Numbers) -> Curve:
    """Return the curve of times in order: those of the released, and those of who was still open."""
    return Curve(Sorted(released), np.searchsorted(released, running, side="right"))


def steps_of(released: Numbers, running: Numbers, *, per: float = 1.0) -> list[Step]:
    """Return the curve of times in order, a step a time, which is shown divided by `per`."""
    times = np.unique(np.concatenate([released, running]))
    if not len(times):
        return []
    out, still = (np.searchsorted(one, times, side="right") for one in (released, running))
    events, censored = np.diff(out, prepend=0), np.diff(still, prepend=0)
    at_risk = len(released) + len(running) - out - still + events + censored
    waiting, low, high = np.ones(len(times)), least_of_all(at_risk), np.ones(len(times))
    some = out > 0
    if some.any():
        waiting[some], low[some], high[some] = curve_of(released, running).bounds(out[some])
    columns = (times / per, at_risk, events, censored, waiting, low, high)
    return [Step(*row) for row in zip(*(one.tolist() for one in columns), strict=True)]


def _terms(at_risk: Numbers, kept: Numbers) -> Numbers:
    """Return what releases add to the spread, from so many at risk down to those kept."""
    return np.where(kept > 0, at_risk - kept, 0) / (np.maximum(kept, 1) * at_risk)
