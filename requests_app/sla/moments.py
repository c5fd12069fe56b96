"""When the band of an open request changes, so that nobody need ask again each minute. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from requests_app.sla.calendar import DAY, BusinessCalendar
from requests_app.sla.clock import Timeline
from requests_app.sla.explain import DueDate
from requests_app.sla.policy import A_QUARTER, Band, deciding
from requests_app.sla.rules import Unit

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Moments:
    """From when on an open request stands how, as `standing` says it.

    Each moment is the first of its band, None where it never comes. While we wait on the
    requester the due date itself moves with the days, so that what is said here ends at `until`
    (exclusive); None is for ever.
    """

    at_risk_from: datetime | None = None
    late_from: datetime | None = None
    very_late_from: datetime | None = None
    is_held: bool = False
    until: datetime | None = None

    def band(self, at: datetime) -> Band:
        """Return the band at a moment."""
        if self.very_late_from is not None and at >= self.very_late_from:
            return Band.VERY_LATE
        if self.late_from is not None and at >= self.late_from:
            return Band.LATE
        if self.is_held:
            return Band.HELD
        is_at_risk = self.at_risk_from is not None and at >= self.at_risk_from
        return Band.AT_RISK if is_at_risk else Band.ON_TRACK


def moments_of(
    dues: tuple[DueDate, ...],
    timeline: Timeline,
    calendar: BusinessCalendar,
    *,
    at: datetime,
    needs: timedelta | None = None,
) -> Moments:
    """Return the moments of an open request, from `at` on.

    Without a wait on the requester they hold for earlier moments too.
    """
    waits = timeline.waits_on_requester
    until = next_turn(calendar, at) if waits else None
    due = deciding(dues, timeline, at=at)
    if due is None:
        return Moments(is_held=waits, until=until)
    very_late = calendar.start_of_day(_past_twice(due, calendar))
    return Moments(
        at_risk_from=None if waits else _at_risk_from(due, calendar, needs),
        late_from=due.due_at,
        very_late_from=max(very_late, due.due_at),
        is_held=waits,
        until=until,
    )


def next_turn(calendar: BusinessCalendar, at: datetime) -> datetime:
    """Return when a due date that moves with the clock may move next.

    A day counts as held only after its first moment (`paused` until that very moment leaves it
    out), so that moment stands alone.
    """
    today = calendar.local_day(at)
    return at + _INSTANT if at == calendar.start_of_day(today) else calendar.end_of_day(today)


def _past_twice(due: DueDate, calendar: BusinessCalendar) -> date:
    """Return the first day on which more days have passed since the due date than were allowed."""
    if due.rule.unit is Unit.BUSINESS:
        return calendar.add_business_days(due.due, due.allowance + 1)
    return due.due + DAY * (due.allowance + 1)


def _at_risk_from(due: DueDate, calendar: BusinessCalendar, needs: timedelta | None) -> datetime:
    """Two business days left, a quarter of the allowance, or less than is usually needed."""
    two_left = calendar.start_of_day(_business_day_back(due.due, 3, calendar))
    bounds = [two_left, _quarter_from(due, calendar)]
    if needs is not None:
        bounds.append(due.due_at - needs + _INSTANT)
    return min(bounds)


def _quarter_from(due: DueDate, calendar: BusinessCalendar) -> datetime:
    """Return when a quarter of the allowance is left: whole days, and a part of one."""
    whole, part = divmod(due.allowance * A_QUARTER, 1)
    day = due.due - DAY * int(whole)
    if due.rule.unit is Unit.BUSINESS:
        day = _business_day_back(due.due, int(whole) + 1, calendar)
    begins, ends = calendar.start_of_day(day), calendar.end_of_day(day)
    return ends - part * (ends - begins)


def _business_day_back(day: date, count: int, calendar: BusinessCalendar) -> date:
    """Return the `count`-th business day before the end of a day, that day included."""
    while (count := count - calendar.is_business_day(day)) > 0:
        day -= DAY
    return day
