"""The course of a request: a builder that moves the time forward as people work. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from random import Random

from requests_app.demonstration.places import Place
from requests_app.demonstration.story import Actor, Step, Verb
from requests_app.failure_codes import PAUSING, FailureCode
from requests_app.sla.calendar import DAY, BusinessCalendar
from requests_app.vocabulary import Channel, State, Touch

OPENS, CLOSES = time(8), time(17)


def working(calendar: BusinessCalendar, at: datetime, seconds: float) -> datetime:
    """Return the moment after so many seconds of working hours, 8 to 17 on business days."""
    local = at.astimezone(calendar.zone_info)
    while True:
        day = local.date()
        opens = datetime.combine(day, OPENS, calendar.zone_info)
        closes = datetime.combine(day, CLOSES, calendar.zone_info)
        local = max(local, opens)
        left = (closes - local).total_seconds()
        if calendar.is_business_day(day) and left > 0:
            if seconds < left:
                return (local + timedelta(seconds=int(seconds))).astimezone(UTC)
            seconds -= left
        local = datetime.combine(day + DAY, OPENS, calendar.zone_info)


class Course:
    """Collects steps; each step happens at the course's present moment."""

    def __init__(
        self, chance: Random, place: Place, calendar: BusinessCalendar, at: datetime
    ) -> None:
        self.chance, self.place, self.calendar, self.now = chance, place, calendar, at
        self.steps: list[Step] = []
        self.state = State.RECEIVED

    def work(self, mean_hours: float) -> None:
        """Let staff time pass: skewed, at least some minutes."""
        hours = 0.1 + self.chance.gammavariate(1.6, mean_hours / 1.6)
        self.now = working(self.calendar, self.now, hours * 3600)

    def wait(self, mean_days: float) -> None:
        """Let days pass for somebody outside."""
        days = 0.02 + self.chance.gammavariate(2.0, mean_days / 2.0)
        self.now += timedelta(seconds=int(days * 86400))

    def happens(self, probability: float) -> bool:
        """Toss a coin."""
        return self.chance.random() < probability

    def do(
        self,
        verb: Verb,
        *,
        by: Actor = Actor.STAFF,
        to: State | None = None,
        reason: FailureCode | None = None,
        channel: Channel | None = None,
        touch: Touch | None = None,
    ) -> None:
        """Add a step now."""
        self.state = to or self.state
        self.steps.append(
            Step(at=self.now, verb=verb, by=by, to=to, reason=reason, channel=channel, touch=touch)
        )

    def move(
        self, to: State, *, by: Actor = Actor.STAFF, reason: FailureCode | None = None
    ) -> None:
        """Move the request."""
        self.do(Verb.MOVE, by=by, to=to, reason=reason)

    def touch(self, *kinds: Touch) -> None:
        """Handle the request by hand, some minutes for each."""
        for kind in kinds:
            self.now = working(self.calendar, self.now, self.chance.uniform(360, 1500))
            self.do(Verb.TOUCH, touch=kind)

    def hold(self, reason: FailureCode, *, days: float = 0.0, hours: float = 0.0) -> None:
        """Hold for a wait outside (days) or inside (working hours), then release."""
        clarifies = self.state is State.RECEIVED and reason in PAUSING
        self.do(Verb.HOLD, reason=reason, to=State.CLARIFYING if clarifies else None)
        if days:
            self.touch(self.chance.choice((Touch.CALL, Touch.CALL, Touch.FAX, Touch.CHASE)))
            self.wait(days)
            self.now = working(self.calendar, self.now, self.chance.uniform(300, 9000))
        else:
            self.work(hours)
        self.do(Verb.RELEASE, to=State.RECEIVED if clarifies else None)

    def note(self, reason: FailureCode, *, by: Actor = Actor.STAFF) -> None:
        """Note a failure that nothing mends."""
        self.do(Verb.FAIL, by=by, reason=reason)

    def mishap(self, reason: FailureCode, hours: float) -> None:
        """Note a failure and mend it."""
        self.do(Verb.FAIL, reason=reason)
        self.work(hours)
        self.do(Verb.RECOVER, reason=reason)
