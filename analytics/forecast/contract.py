"""The contract clock of every story: what was left, what it took, and whether it was missed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analytics.forecast.axis import Axis
from analytics.forecast.stories import Stories
from analytics.forecast.telling import NOT_YET
from analytics.metrics.sla import ANSWERED, GONE
from analytics.statistics.landmarks import Flags, Numbers

MET, MISSED, NOT_KNOWN, NOT_COUNTED = 0, 1, 2, 3


@dataclass(frozen=True, kw_only=True)
class Training:
    """Visits as known at a moment, by the age of the request on its contract clock.

    `enters` and `leaves` are the ages of coming and going, `totals` the age at which the clock
    stopped, or to which it was seen running where `released` is False.
    """

    visits: Numbers
    enters: Numbers
    leaves: Numbers
    totals: Numbers
    released: Flags


@dataclass(frozen=True, kw_only=True)
class Standings:
    """Requests that run and are not late at a moment, by the visit that each is in.

    On the axis: `stayed` in the state, `left` until the due date, and of the whole request what
    was `allowed` and `used`, its age.
    """

    at: int
    visits: Numbers
    requests: Numbers
    stayed: Numbers
    left: Numbers
    used: Numbers
    allowed: Numbers

    def only(self, chosen: Flags) -> Standings:
        """Return some of them."""
        columns = ("visits", "requests", "stayed", "left", "used", "allowed")
        return replace(self, **{name: getattr(self, name)[chosen] for name in columns})


class ContractClock:
    """Stories on an axis. Nothing that it says of a moment depends on what came after it.

    A due date moves when the requester is waited for: a business day that begins on hold is
    not counted (docs/explanation/clocks.md). What was known at an earlier moment is the final
    due date less the days that were held after it, so due dates are only ever compared less
    the held days of the stretch that is looked at.
    """

    def __init__(self, stories: Stories, axis: Axis) -> None:
        """Place every start, due date and entry on the axis."""
        self.stories, self.axis = stories, axis
        self.requests = np.arange(len(stories.ids))
        self.starts = stories.completed if axis.pauses else stories.received
        self.due = axis.seconds(self.requests, stories.dues)
        self.entered = np.maximum(stories.entered, self.starts[stories.visits])
        self._waits = _ranked(stories.waits, len(stories.ids))
        self._held = self.held(self.requests, stories.dues)
        self.allowed = self._left_at(self.requests, self.starts)
        self.enters = self.allowed[stories.visits] - self._left_at(stories.visits, self.entered)

    def held(self, requests: Numbers, until: Numbers) -> Numbers:
        """Return the counted time of days on hold that began before each moment, and before the due
        date."""
        total = np.zeros(len(until), np.int64)
        if not self.axis.pauses:
            return total
        last = np.minimum(np.minimum(until, self.stories.dues[requests]), self.stories.as_of)
        for begun, over in self._waits:
            low, high = begun[requests], np.minimum(over[requests], last)
            days = self.axis.begun(requests, high) - self.axis.begun(requests, low)
            total += np.maximum(days, 0)
        return total

    def _left_at(self, requests: Numbers, moments: Numbers) -> Numbers:
        """Return what was left until the due date as it was known at each moment."""
        passed = self.axis.seconds(requests, moments)
        to_come: Numbers = self._held[requests] - self.held(requests, moments)
        found: Numbers = self.due[requests] - passed - to_come
        return found

    def stopped(self, at: int) -> Numbers:
        """Return when each clock had stopped, as known at a moment; NOT_YET where it ran."""
        found = np.full(len(self.requests), NOT_YET)
        request, stop, undone = self.stories.stops.T
        known = (stop <= at) & (at < undone)
        found[request[known]] = stop[known]
        return found

    def training(self, at: int) -> Training:
        """Return the visits of requests received in the window, as known at a moment."""
        stories, of = self.stories, self.stories.visits
        stopped, ended = self.stopped(at), stories.ended
        end = np.minimum(np.minimum(stopped, ended), at)
        is_released = (stopped <= at) & (ended > at)
        left = np.minimum(stories.left, end[of])
        chosen = (self.entered < left) & stories.learns[of]
        chosen &= stories.dues[of] < NOT_YET
        visits = np.flatnonzero(chosen)
        of, entered = of[visits], self.entered[visits]
        begun, enters = self.axis.seconds(of, entered), self.enters[visits]
        waited = self.held(of, end[of]) - self.held(of, entered)
        return Training(
            visits=visits,
            enters=enters,
            leaves=enters + self.axis.seconds(of, left[visits]) - begun,
            totals=enters + self.axis.seconds(of, end[of]) - begun - waited,
            released=is_released[of],
        )

    def standing(self, at: int) -> Standings:
        """Return the requests that ran at a moment and were not late, as known then."""
        stories, of = self.stories, self.stories.visits
        runs = (self.entered <= at) & (at < stories.left) & (stories.ended[of] > at)
        runs &= (self.stopped(at)[of] == NOT_YET) & (stories.dues[of] < NOT_YET)
        visits = np.flatnonzero(runs)
        left = self._left_at(of[visits], np.full(len(visits), at))
        visits, left = visits[left > 0], left[left > 0]
        requests, now = of[visits], np.full(len(visits), at)
        stayed = self.axis.seconds(requests, now)
        stayed -= self.axis.seconds(requests, self.entered[visits])
        allowed = self.allowed[requests]
        return Standings(
            at=at,
            visits=visits,
            requests=requests,
            stayed=stayed,
            left=left,
            used=allowed - left,
            allowed=allowed,
        )

    def outcomes(self, at: int) -> Numbers:
        """Return what was known of each contract date at a moment, as the measure counts it."""
        stories, fates = self.stories, np.array(self.stories.fates, dtype=object)
        is_over = stories.ended <= at
        answered = is_over & np.isin(fates, list(ANSWERED))
        gone = is_over & np.isin(fates, list(GONE)) & (stories.ended < stories.dues)
        stopped, moment = self.stopped(at), np.full(len(self.requests), at)
        until = np.minimum(stopped, moment)
        moved = self._held - self.held(self.requests, moment)  # by what was not known yet
        past = np.where(moved > 0, self._left_at(self.requests, until) <= 0, until >= stories.dues)
        found = np.where(past, MISSED, np.where(stopped <= at, MET, NOT_KNOWN))
        none = answered | gone | (stories.dues == NOT_YET) | (self.starts > at)
        return np.where(none, NOT_COUNTED, found)

    def due_by(self, standings: Standings, at: int) -> Flags:
        """Say which dates, as known at the standings' moment, had come by a later moment."""
        requests = standings.requests
        now = self.axis.seconds(requests, np.full(len(requests), standings.at))
        later = self.axis.seconds(requests, np.full(len(requests), at))
        found: Flags = later - now >= standings.left
        return found


def _ranked(waits: Numbers, n: int) -> list[tuple[Numbers, Numbers]]:
    """Return the first wait of every request, then the second, and so on; none is empty."""
    ranks: list[tuple[Numbers, Numbers]] = []
    seen: dict[int, int] = {}
    for request, begun, over in waits.tolist():
        rank = seen.get(request, 0)
        seen[request] = rank + 1
        if rank == len(ranks):
            ranks.append((np.zeros(n, np.int64), np.zeros(n, np.int64)))
        ranks[rank][0][request], ranks[rank][1][request] = begun, over
    return ranks
