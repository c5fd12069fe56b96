"""Count a due date and say, day by day, what was counted and why. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from requests_app.sla.calendar import DAY, BusinessCalendar
from requests_app.sla.clock import Hold, paused
from requests_app.sla.rules import DayZero, Rule, Unit

LONGEST = 3660  # days; a count that runs longer is refused


@dataclass(frozen=True, kw_only=True)
class CountedDay:
    """One day of the count; `number` is its place where it counts."""

    date: date
    counted: bool
    why: str
    number: int | None = None


@dataclass(frozen=True, kw_only=True)
class DueDate:
    """A due date with its reasons. Late means after `due_at`, the end of the due date.

    `allowance` is what was allowed, in the rule's own days, an extension included.

    Where `is_held`, the count is open-ended: `due` is the date if the hold ended at the as-of
    moment.
    """

    rule: Rule
    due: date
    due_at: datetime
    allowance: int
    days: tuple[CountedDay, ...]
    warnings: tuple[str, ...]
    is_held: bool = False


def explain(
    rule: Rule,
    *,
    starts_at: datetime,
    calendar: BusinessCalendar,
    holds: Sequence[Hold] = (),
    extended: bool = False,
    as_of: datetime | None = None,
) -> DueDate:
    """Return the due date of a rule for a clock that starts at a moment.

    Only rules that pause look at holds, and only at those the requester causes; a hold that
    has not ended is taken to end at `as_of`, which must then be given.
    """
    until = as_of or max((hold.ended or hold.started for hold in holds), default=starts_at)
    stretches = paused(holds, until=until) if rule.pauses else ()
    is_held = rule.pauses and any(hold.ended is None and hold.requester_caused for hold in holds)
    count = _Count(rule, calendar.local_day(starts_at), day_zero(rule, starts_at, calendar))
    if stretches or is_held:
        return count.due(calendar, stretches, extended=extended, is_held=is_held)
    if (count, extended) not in calendar.counted:
        calendar.counted[count, extended] = count.due(calendar, (), extended=extended)
    found: DueDate = calendar.counted[count, extended]
    return found


@dataclass(frozen=True)
class _Count:
    """One count: the rule, the day on which its clock starts, and the day before its first."""

    rule: Rule
    first: date
    zero: date

    def due(
        self,
        calendar: BusinessCalendar,
        stretches: tuple[tuple[datetime, datetime], ...],
        *,
        extended: bool,
        is_held: bool = False,
    ) -> DueDate:
        """Count."""
        rule, first, zero = self.rule, self.first, self.zero
        days = [CountedDay(date=first, counted=False, why="day 0")] if zero == first else []
        if zero != first:
            days = list(_days_before(first, zero, calendar))
        needed = rule.days + (rule.extension_days if extended else 0)
        days += _Counter(rule, calendar, stretches).count(zero, needed)
        due = days[-1].date
        days[-1] = replace(days[-1], why=f"{days[-1].why}: due")
        return DueDate(
            rule=rule,
            due=due,
            due_at=calendar.end_of_day(due),
            allowance=needed,
            days=tuple(days),
            warnings=tuple(_warnings(rule, due, calendar, extended=extended, is_held=is_held)),
            is_held=is_held,
        )


def day_zero(rule: Rule, starts_at: datetime, calendar: BusinessCalendar) -> date:
    """Return the day after which counting begins."""
    day = calendar.local_day(starts_at)
    local = starts_at.astimezone(calendar.zone_info)
    if rule.cutoff is not None and local.time() > rule.cutoff:
        day = calendar.next_business_day(day)
    if rule.day_zero is DayZero.NEXT_BUSINESS_DAY and not calendar.is_business_day(day):
        day = calendar.next_business_day(day)
    return day


def _days_before(first: date, zero: date, calendar: BusinessCalendar) -> Iterator[CountedDay]:
    for step in range((zero - first).days):
        day = first + DAY * step
        why = calendar.why_not(day) or "after the cut-off hour"
        yield CountedDay(date=day, counted=False, why=f"not yet: {why}")
    yield CountedDay(date=zero, counted=False, why="day 0")


@dataclass(frozen=True)
class _Counter:
    rule: Rule
    calendar: BusinessCalendar
    stretches: tuple[tuple[datetime, datetime], ...]

    def count(self, zero: date, needed: int) -> Iterator[CountedDay]:
        """Yield days after day 0 until enough were counted."""
        number, day = 0, zero
        while number < needed:
            day += DAY
            if (day - zero).days > LONGEST:
                raise ValueError("the count runs past ten years")
            why = self._why_not(day)
            if why is not None:
                yield CountedDay(date=day, counted=False, why=why)
                continue
            number += 1
            yield CountedDay(date=day, counted=True, why=f"day {number}", number=number)

    def _why_not(self, day: date) -> str | None:
        if self.rule.unit is Unit.BUSINESS:
            why = self.calendar.why_not(day)
            if why is not None:
                return why if why == "weekend" else f"skipped: {why}"
        return self._held(day)

    def _held(self, day: date) -> str | None:
        """A day that begins on hold is not counted; one on which a hold begins later is."""
        begins = self.calendar.start_of_day(day)
        for start, end in self.stretches:
            if start <= begins < end:
                local = end.astimezone(self.calendar.zone_info)
                ends_today = end < self.calendar.end_of_day(day)
                return f"held until {local:%H:%M}" if ends_today else "held"
        return None


def _warnings(
    rule: Rule, due: date, calendar: BusinessCalendar, *, extended: bool, is_held: bool
) -> Iterator[str]:
    if is_held:
        yield "The request is on hold: this is the date if the hold ended now. It moves each day."
    if rule.unit is Unit.BUSINESS and calendar.loaded_through and due > calendar.loaded_through:
        yield (
            f"The count runs past {calendar.loaded_through}, the last day for which holidays are "
            "loaded. Load the next year and count again."
        )
    if rule.unit is Unit.CALENDAR and (why := calendar.why_not(due)) is not None:
        yield f"The due date is no business day ({why}); it does not move. Release before it."
    if extended and not rule.extension_days:
        yield "This rule knows no extension; none was counted."
    if rule.verified == "not verified":
        yield "This rule was not verified against the law yet. Do not rely on it."


def days_left(due: DueDate, *, at: datetime, calendar: BusinessCalendar) -> int:
    """Return whole days left until the due date in the rule's own days; negative when late."""
    today = calendar.local_day(at)
    if due.rule.unit is Unit.BUSINESS:
        return calendar.business_days_between(today, due.due)
    return (due.due - today) // timedelta(days=1)


def say_left(left: int, unit: Unit, *, is_late: bool) -> str:
    """Say days left, or over, as the clock counts them, by the days that came after the due date.

    A date is late from the day after it; where that is no business day, none has gone by yet.
    """
    day = "business day" if unit is Unit.BUSINESS else "day"
    days = f"{abs(left)} {day}"
    if is_late:
        return f"{days}{'' if left == -1 else 's'} late" if left else f"Under 1 {day} late"
    return f"{days}{'' if left == 1 else 's'} left" if left else "Due today"


def share_left(due: DueDate, *, at: datetime, calendar: BusinessCalendar) -> float:
    """Return the share of the allowance that is left, today's rest counted by its part of a day.

    It falls to 0 at `due_at` and passes below; holds to come are not guessed.
    """
    today = calendar.local_day(at)
    whole = days_left(due, at=at, calendar=calendar)
    if due.rule.unit is Unit.BUSINESS and not calendar.is_business_day(today):
        return whole / due.allowance
    begins, ends = calendar.start_of_day(today), calendar.end_of_day(today)
    return (whole + (ends - at) / (ends - begins)) / due.allowance
