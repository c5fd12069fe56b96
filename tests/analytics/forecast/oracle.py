"""The chances again, slow and obvious: plain Python over the lives of a world."""

from datetime import UTC, datetime

from analytics.forecast.moves import MOVES
from requests_app.failure_codes import PAUSING
from tests.analytics.forecast.worlds import CALENDAR, Life, due_at, timeline_of

Stretch = tuple[str, int, int | None]
WEIGHT, HALF_A_DAY = 20, 12 * 3600


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class Oracle:
    """One world as known at a moment."""

    def __init__(self, lives: list[Life], at: int, *, business: bool) -> None:
        self.at, self.business = at, business
        self.lives = [life for life in lives if life.received <= at]

    def heard(self, life: Life, until: int):
        return [event for event in life.events if event[0] <= until]

    def span(self, start: int, end: int) -> int:
        if not self.business:
            return end - start
        return CALENDAR.business_seconds(moment(start), moment(end))

    def start(self, life: Life) -> int | None:
        if not self.business:
            return life.received
        complete = timeline_of(self.heard(life, self.at)).complete
        return int(complete.timestamp()) if complete else None

    def left(self, life: Life, at: int) -> int:
        """What is left until the due date as it was known at a moment."""
        due = due_at(timeline_of(self.heard(life, at)), at) if self.business else life.due
        return self.span(at, due)

    def stop(self, life: Life) -> int | None:
        line = timeline_of(self.heard(life, self.at))
        return int(line.available.timestamp()) if line.available else None

    def ended(self, life: Life) -> int | None:
        line = timeline_of(self.heard(life, self.at))
        return int(line.ended_at.timestamp()) if line.ended_at else None

    def stretches(self, life: Life) -> list[Stretch]:
        """Where it stood from when to when, until its clock stopped."""
        state, holds, began, stopped = "received", [], set(), False
        found: list[list] = [[state, life.received, None]]
        for at, activity, reason in self.heard(life, self.at):
            if activity == "hold_started":
                holds.append(reason)
                began.add(reason)
            elif activity == "hold_ended":
                named = reason is not None and reason in began
                holds = [one for one in holds if one != reason] if named else []
            elif activity == "complete":
                state = "complete" if state == "received" else state
            else:
                state = MOVES.get(activity, state)
                holds = [] if activity in ("available", "closed") else holds
                stopped = activity == "available" or (stopped and activity != "delivery_failed")
            stands = "clarifying" if any(one in PAUSING for one in holds) else state
            stands = None if stopped else stands
            if stands != found[-1][0]:
                found[-1][2] = at
                found.append([stands, at, None])
        return [tuple(one) for one in found if one[0] is not None]

    def ages(self, life: Life) -> list[tuple[str, int, int, int, bool]]:
        """(state, age entered, age left, age at the stop, whether stopped) of every stretch."""
        start, stop, ended = self.start(life), self.stop(life), self.ended(life)
        if start is None or (ended is not None and ended <= start):
            return []
        end = min(one for one in (stop, ended, self.at) if one is not None)
        released = stop is not None and stop == end and (ended is None or ended > self.at)
        allowed, rows = self.left(life, start), []
        for state, entered, left in self.stretches(life):
            begun, over = max(entered, start), min(left or end, end)
            if begun >= over:
                continue
            enters = allowed - self.left(life, begun)
            total = allowed - self.left(life, end)
            leaves = enters + self.span(begun, over)
            if state == "clarifying":
                enters, leaves = enters - HALF_A_DAY, enters + HALF_A_DAY
            rows.append((state, enters, leaves, total, released))
        return rows

    def chance(self, direction: str, state: str, age: int, allowed: int, share: float) -> float:
        own, whole = [], []
        for life in self.lives:
            rows = self.ages(life) if life.direction == direction else []
            own += [row for row in rows if row[0] == state and row[1] <= age < row[2]]
            whole += rows[:1]
        wide = mixed([row for row in whole if first_age(row) <= age], age, allowed, share)
        return mixed(own, age, allowed, wide)


def first_age(row) -> int:
    """A request is there from the start of its clock."""
    return row[1] + HALF_A_DAY if row[0] == "clarifying" else row[1]


def mixed(rows, age: int, allowed: int, wider: float) -> float:
    there = [row for row in rows if row[3] > age]
    waiting = 1.0
    for time in sorted({row[3] for row in there if row[3] < allowed}):
        at_risk = sum(row[3] >= time for row in there)
        waiting *= 1 - sum(row[3] == time and row[4] for row in there) / at_risk
    return (len(there) * waiting + WEIGHT * wider) / (len(there) + WEIGHT)
