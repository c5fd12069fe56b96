"""The due dates of many requests at once, equal to `due_dates` and `moments_of` of each.

What no hold touches is asked of those, once for each day on which a clock starts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time

import numpy as np

from requests_app.sla.calendar import BusinessCalendar
from requests_app.sla.clock import Timeline
from requests_app.sla.day_table import (
    NONE,
    DayTable,
    Integers,
    Truths,
    day_named,
    day_number,
    micros,
    moment,
)
from requests_app.sla.explain import LONGEST, DueDate, day_zero, explain
from requests_app.sla.moments import moments_of
from requests_app.sla.rules import Rule, Unit
from requests_app.vocabulary import Until

NEVER = int(np.iinfo(np.int64).max)
"""Stands for a due date that is not there: it sorts after all others."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Clocks:
    """What due dates are counted from, a place for each of some requests under the same rules."""

    received: Integers
    complete: Integers
    extended: Integers
    sent: Integers
    available: Integers
    has_ended: Truths
    is_denied: Truths
    waits: Truths
    pauses: Pauses


@dataclass(frozen=True, kw_only=True, eq=False)
class Pauses:
    """The waits on the requester up to the as-of moment, in order of place and time."""

    place: Integers
    started: Integers
    ended: Integers
    number: Integers  # 0 for the first of its request


@dataclass(frozen=True, kw_only=True, eq=False)
class Deadlines:
    """A row for each rule, a column for each request: due days and moments, what was allowed."""

    rules: tuple[Rule, ...]
    due: Integers
    due_at: Integers
    allowance: Integers

    def of(self, key: str) -> Integers:
        """Return the due moments of one rule; NEVER where there is none."""
        due_at: Integers
        for rule, due_at in zip(self.rules, self.due_at, strict=True):
            if rule.key == key:
                return due_at
        return np.full(self.due_at.shape[1:], NEVER)

    def earliest(self, keys: Collection[str]) -> tuple[Integers, Integers]:
        """Return the earliest due moment by some rules, and the row of that rule; -1 for none."""
        n = self.due_at.shape[1]
        if not any(rule.key in keys for rule in self.rules):
            return np.full(n, NEVER), np.full(n, -1)
        wanted = np.array([rule.key in keys for rule in self.rules])[:, None]
        due_at = np.where(wanted, self.due_at, NEVER)
        first = _earliest(due_at)
        return _at(due_at, first), first


@dataclass(frozen=True, kw_only=True)
class Counter:
    """Counts the due dates of requests of one calendar, as of a moment."""

    calendar: BusinessCalendar
    table: DayTable
    as_of: datetime

    def deadlines(self, rules: Sequence[Rule], clocks: Clocks) -> Deadlines:
        """Return the due dates by every rule whose clock has started."""
        counted = [self._by_rule(rule, clocks) for rule in rules]
        shape = (3, 0, len(clocks.received))
        due, due_at, allowance = np.stack(counted, axis=1) if counted else np.zeros(shape, int)
        return Deadlines(rules=tuple(rules), due=due, due_at=due_at, allowance=allowance)

    def _by_rule(self, rule: Rule, clocks: Clocks) -> Integers:
        starts = clocks.complete if rule.starts == "complete" else clocks.received
        runs = starts != NONE
        found = np.full((3, len(starts)), NEVER)
        found[:, runs] = self._counted(rule, clocks, np.flatnonzero(runs), extended=False)
        if rule.extension_days:
            is_longer = runs & (clocks.extended != NONE) & (clocks.extended < found[1])
            found[:, is_longer] = self._counted(
                rule, clocks, np.flatnonzero(is_longer), extended=True
            )
        return found

    def _counted(self, rule: Rule, clocks: Clocks, at: Integers, *, extended: bool) -> Integers:
        starts = clocks.complete if rule.starts == "complete" else clocks.received
        zero, *free = self._free(rule, starts[at], extended=extended)
        found = np.stack(free)
        if rule.pauses:
            place = np.full(len(starts), -1)
            place[at] = np.arange(len(at))
            self._add_waits(rule, clocks.pauses, place, zero, found)
        return found

    def _free(self, rule: Rule, starts: Integers, *, extended: bool) -> Integers:
        """Return day 0, due day, due moment and allowance where nothing pauses."""
        day = self.table.day_of(starts)
        late = self._is_late(rule, starts)
        _, first, back = np.unique(day * 2 + late, return_index=True, return_inverse=True)
        rows = []
        for at in map(moment, starts[first].tolist()):
            due = explain(
                rule, starts_at=at, calendar=self.calendar, as_of=self.as_of, extended=extended
            )
            zero = day_zero(rule, at, self.calendar)
            rows.append((day_number(zero), day_number(due.due), micros(due.due_at), due.allowance))
        return np.array(rows, np.int64).reshape(-1, 4)[back].T

    def _is_late(self, rule: Rule, starts: Integers) -> Integers:
        """Say which starts are after the rule's cut-off hour."""
        if rule.cutoff is None:
            return np.zeros(len(starts), np.int64)
        zone, cutoff = self.calendar.zone_info, rule.cutoff

        def hour(at: int) -> time:
            return moment(at).astimezone(zone).time()

        return np.fromiter((hour(at) > cutoff for at in starts.tolist()), np.int64, len(starts))

    def _add_waits(
        self, rule: Rule, pauses: Pauses, place: Integers, zero: Integers, found: Integers
    ) -> None:
        """Move the due dates of those that waited: a day that begins in a wait is not counted.

        A wait that begins by the due day takes all of its days out of the count; so, in order,
        each moves the due day by the days of it that would have counted.
        """
        counted = self.table.counted(business=rule.unit is Unit.BUSINESS)
        first = self.table.first
        for number in range(int(pauses.number.max(initial=-1)) + 1):
            rows = np.flatnonzero((pauses.number == number) & (place[pauses.place] >= 0))
            at = place[pauses.place[rows]]
            begins = np.maximum(self.table.first_begun(pauses.started[rows]), zero[at] + 1)
            ends = self.table.first_begun(pauses.ended[rows]) - 1
            moved = (begins <= found[0, at]) & (begins <= ends)
            at, begins, ends = at[moved], begins[moved], ends[moved]
            held = counted[ends - first] - counted[begins - 1 - first]
            rank = counted[found[0, at] - first] + held
            found[0, at] = first + np.searchsorted(counted, rank)
            if (found[0, at] - zero[at] > LONGEST).any():
                raise ValueError("the count runs past ten years")
            found[1, at] = self.table.starts[found[0, at] + 1 - first]


def stopped(rule: Rule, clocks: Clocks) -> Truths:
    """Say which clocks of a rule have stopped, by whatever (`stop_of`)."""
    found: Truths = (kept_at(rule, clocks) != NONE) | clocks.has_ended
    return found


def kept_at(rule: Rule, clocks: Clocks) -> Integers:
    """Return when the images went or were there, as the rule asks."""
    return clocks.sent if rule.stop is Until.SENT else clocks.available


def foremost_of(found: Deadlines, clocks: Clocks, as_of: int) -> tuple[Integers, Integers]:
    """Return the rule that decides, and the one to show: a row of the deadlines, -1 for none."""
    n = len(clocks.received)
    if not found.rules:
        return np.full(n, -1), np.full(n, -1)
    is_off = np.stack([stopped(rule, clocks) for rule in found.rules])
    pauses = np.array([rule.pauses for rule in found.rules])[:, None]
    running = np.where(is_off, NEVER, found.due_at)
    first = _earliest(running)
    unpaused = _earliest(np.where(pauses, NEVER, running))
    broken = np.where(_at(running, first) <= as_of, first, -1)
    by_waits = np.where(_at(running, unpaused) <= as_of, unpaused, broken)
    by_waits = np.where(by_waits < 0, unpaused, by_waits)
    deciding = np.where(clocks.waits, by_waits, first)
    shown = np.where(deciding < 0, _earliest(found.due_at), deciding)
    return deciding, shown


def _earliest(due_at: Integers) -> Integers:
    place = due_at.argmin(axis=0)
    return np.where(_at(due_at, place) == NEVER, -1, place)


def _at(due_at: Integers, place: Integers) -> Integers:
    found = np.take_along_axis(due_at, np.maximum(place, 0)[None], axis=0)[0]
    return np.where(place < 0, NEVER, found)


def turns_of(
    counter: Counter, found: Deadlines, deciding: Integers
) -> tuple[Integers, Integers, Integers]:
    """Return from when open requests are at risk, late and very late, needs left aside."""
    turns = np.full((3, len(deciding)), NEVER)
    for number, rule in enumerate(found.rules):
        at = np.flatnonzero(deciding == number)
        pairs = np.stack([found.due[number, at], found.allowance[number, at]], axis=1)
        ways, back = np.unique(pairs, axis=0, return_inverse=True)
        rows = [_turns(counter, rule, day, allowed) for day, allowed in ways.tolist()]
        turns[:, at] = np.array(rows, np.int64).reshape(-1, 3)[back.reshape(-1)].T
    return turns[0], turns[1], turns[2]


def _turns(counter: Counter, rule: Rule, day: int, allowance: int) -> list[int]:
    due = day_named(day)
    by = DueDate(
        rule=rule,
        due=due,
        due_at=counter.calendar.end_of_day(due),
        allowance=allowance,
        days=(),
        warnings=(),
    )
    found = moments_of((by,), Timeline(), counter.calendar, at=counter.as_of)
    moments = (found.at_risk_from, found.late_from, found.very_late_from)
    return [micros(at) if at is not None else NEVER for at in moments]
