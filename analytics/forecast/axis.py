"""The time that the forecast counts: business seconds of each facility, or elapsed seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import numpy as np

from analytics.statistics.landmarks import Numbers
from requests_app.sla.calendar import BusinessCalendar


class Days:
    """The business days of one calendar as columns: where each begins, and what came before."""

    def __init__(self, calendar: BusinessCalendar, first: int, last: int) -> None:
        """Lay out every day that the moments from `first` to `last` fall on."""
        day = calendar.local_day(datetime.fromtimestamp(first, UTC)) - timedelta(days=1)
        end = calendar.local_day(datetime.fromtimestamp(last, UTC)) + timedelta(days=2)
        days = [day + timedelta(days=step) for step in range((end - day).days + 1)]
        starts = [int(calendar.start_of_day(one).timestamp()) for one in days]
        self.starts = np.array(starts, np.int64)
        open_days = np.array([calendar.is_business_day(one) for one in days[:-1]])
        self.open = np.append(open_days, False)
        lengths = np.diff(self.starts) * open_days
        self.before = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])

    def seconds(self, moments: Numbers) -> Numbers:
        """Return the business seconds before each moment, true hours counted."""
        inside = np.clip(moments, self.starts[0], self.starts[-1])
        day = np.searchsorted(self.starts, inside, side="right") - 1
        found: Numbers = self.before[day] + self.open[day] * (inside - self.starts[day])
        return found

    def begun(self, moments: Numbers) -> Numbers:
        """Return the seconds of all business days that began before each moment."""
        place = np.searchsorted(self.starts, moments, side="left")
        found: Numbers = self.before[np.clip(place, 0, len(self.before) - 1)]
        return found


class Axis(Protocol):
    """Turns moments of requests into time that counts; `pauses` says whether waits move dues."""

    pauses: bool
    unit: str

    def seconds(self, requests: Numbers, moments: Numbers) -> Numbers:
        """Return where each moment lies on the axis of its request."""

    def begun(self, requests: Numbers, moments: Numbers) -> Numbers:
        """Return the counted time of all days that began before each moment."""


class ElapsedAxis:
    """Elapsed seconds, all alike: no day counts more than another, and none is held."""

    pauses = False
    unit = "elapsed"

    def seconds(self, requests: Numbers, moments: Numbers) -> Numbers:  # noqa: ARG002
        """Return the moments themselves."""
        return moments

    def begun(self, requests: Numbers, moments: Numbers) -> Numbers:  # noqa: ARG002
        """Return nothing for each: there are no days."""
        return np.zeros(len(moments), np.int64)


class BusinessAxis:
    """Business seconds by each facility's calendar: days that count, whole."""

    pauses = True
    unit = "business"

    def __init__(
        self,
        facilities: Sequence[str],
        calendars: Mapping[str, BusinessCalendar],
        usual: BusinessCalendar,
        moments: tuple[int, int],
    ) -> None:
        """Lay out the days of every facility; `usual` is for those that have no calendar here."""
        names = sorted(set(facilities))
        first, last = moments
        self._days = [Days(calendars.get(name, usual), first, last) for name in names]
        places = {name: place for place, name in enumerate(names)}
        self._of = np.array([places[name] for name in facilities], np.int64)

    def seconds(self, requests: Numbers, moments: Numbers) -> Numbers:
        """Return the business seconds of the request's facility before each moment."""
        found = np.zeros(len(moments), np.int64)
        for place, days in enumerate(self._days):
            here = self._of[requests] == place
            found[here] = days.seconds(moments[here])
        return found

    def begun(self, requests: Numbers, moments: Numbers) -> Numbers:
        """Return the seconds of the facility's business days that began before each moment."""
        found = np.zeros(len(moments), np.int64)
        for place, days in enumerate(self._days):
            here = self._of[requests] == place
            found[here] = days.begun(moments[here])
        return found
