"""How many requests stand against their deadlines, those of a group at once."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from analytics.sources.grouped import Group
from analytics.sources.moved import STATES, Moves
from requests_app.sla.day_table import INSTANT, NONE, Integers, Truths, micros
from requests_app.sla.deadlines import (
    NEVER,
    Clocks,
    Pauses,
    foremost_of,
    kept_at,
    turns_of,
)
from requests_app.sla.history import Needs
from requests_app.sla.rules import CONTRACT, HIPAA, KINDS, Rule, Unit
from requests_app.sla.timelines import Timelines
from requests_app.vocabulary import Direction, State

SECOND = 1_000_000  # microseconds
UNITS = tuple(unit.value for unit in Unit)


@dataclass(frozen=True, kw_only=True, eq=False)
class Standing:
    """A place for each request: moments in microseconds, NONE for never.

    `contract_seconds` are seconds; `due_unit` is a place in UNITS, or -1. `contract_from` and
    `contract_off` are of complete requests whose contract clock has not stopped.
    """

    contract_due: Integers
    contract_stop: Integers
    contract_seconds: Integers
    contract_from: Integers
    contract_off: Integers
    legal_due: Integers
    state_due: Integers
    state_stop: Integers
    mammography_due: Integers
    mammography_stop: Integers
    notice_due: Integers
    notice_stop: Integers
    due: Integers
    due_unit: Integers
    at_risk: Integers
    late: Integers
    very_late: Integers

    @classmethod
    def nothing(cls, requests: int) -> Standing:
        """Return places where nothing is known yet."""
        found = {one.name: np.full(requests, NONE) for one in fields(cls)}
        found["due_unit"][:] = -1
        return cls(**found)


@dataclass(frozen=True, kw_only=True, eq=False)
class Many:
    """What is known of all requests before their deadlines are counted."""

    lines: Timelines
    moves: Moves
    is_inbound: Truths
    needs: Needs

    def usually(self, places: Integers) -> Integers:
        """Return what each request usually still needs at its stage; NONE where unknown."""
        table = np.full((2, 2, len(STATES)), NONE)
        for (way, state, is_complete), span in self.needs.items():
            into = int(way is Direction.INBOUND), int(is_complete), STATES.index(state)
            table[into] = span // INSTANT
        states = self.moves.state[places]
        was_complete = self.lines.at["complete"][places] != NONE
        stage = was_complete & (states == STATES.index(State.RECEIVED))
        found: Integers = table[self.is_inbound[places].astype(int), stage.astype(int), states]
        return found


def stand(group: Group, many: Many, found: Standing) -> None:
    """Write how the requests of a group stand."""
    at, as_of = group.places, micros(group.counter.as_of)
    clocks = _clocks(group, many, as_of)
    deadlines = group.counter.deadlines(group.rules, clocks)
    deciding, shown = foremost_of(deadlines, clocks, as_of)
    found.contract_due[at] = _known(deadlines.of(CONTRACT.key))
    found.legal_due[at] = _known(deadlines.of(HIPAA.key))
    for kind, keys in KINDS.items():
        due_at, by = deadlines.earliest(keys)
        getattr(found, f"{kind}_due")[at] = _known(due_at)
        getattr(found, f"{kind}_stop")[at] = _kept(group.rules, clocks, by)
    units = np.array([*(UNITS.index(rule.unit) for rule in group.rules), -1])
    found.due_unit[at] = units[shown]
    padded = np.vstack([deadlines.due_at, np.full(len(at), NONE)])
    found.due[at] = padded[shown, np.arange(len(at))]
    stop = _contract_stop(group.rules, clocks, many.lines.ended_at[at])
    found.contract_stop[at] = stop
    begun, is_open = many.lines.at["complete"][at], many.moves.outcome[at] < 0
    is_over = (begun != NONE) & (stop != NONE)
    took = _business_seconds(group, many, np.flatnonzero(is_over), stop)
    found.contract_seconds[at[is_over]] = took
    _write_so_far(group, many, np.flatnonzero((begun != NONE) & (stop == NONE) & is_open), found)
    risk, late, very_late = turns_of(group.counter, deadlines, np.where(is_open, deciding, -1))
    needs = many.usually(at)
    needed = np.where((needs != NONE) & (late != NEVER), late - needs + 1, NEVER)
    found.at_risk[at] = np.where(clocks.waits, NONE, _known(np.minimum(risk, needed)))
    found.late[at] = _known(late)
    found.very_late[at] = _known(very_late)


def _kept(rules: tuple[Rule, ...], clocks: Clocks, by: Integers) -> Integers:
    """Return when the rule of a row was kept, of each request; NONE where there is no rule."""
    found = np.full(len(by), NONE)
    for number, rule in enumerate(rules):
        at = by == number
        found[at] = kept_at(rule, clocks)[at]
    return found


def _known(moments: Integers) -> Integers:
    return np.where(moments == NEVER, NONE, moments)


def _clocks(group: Group, many: Many, as_of: int) -> Clocks:
    at, lines = group.places, many.lines
    return Clocks(
        received=lines.at["received"][at],
        complete=lines.at["complete"][at],
        extended=lines.at["extended"][at],
        sent=lines.at["sent"][at],
        available=lines.at["available"][at],
        has_ended=lines.ended_at[at] != NONE,
        is_denied=lines.is_denied[at],
        waits=lines.waits[at],
        pauses=_pauses(lines, at, np.full(len(at), as_of)),
    )


def _pauses(lines: Timelines, at: Integers, until: Integers) -> Pauses:
    """Return the waits on the requester of some requests until a moment of each."""
    holds = lines.holds
    first = np.searchsorted(holds.place, at, side="left")
    count = np.searchsorted(holds.place, at, side="right") - first
    place = np.repeat(np.arange(len(at)), count)
    rows = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count) + first[place]
    kept = holds.pauses[rows] & (holds.started[rows] < until[place])
    place, rows = place[kept], rows[kept]
    ended = np.where(holds.ended[rows] == NONE, until[place], holds.ended[rows])
    return Pauses(
        place=place,
        started=holds.started[rows],
        ended=np.minimum(ended, until[place]),
        number=np.arange(len(place)) - np.searchsorted(place, place),
    )


def _contract_stop(rules: tuple[Rule, ...], clocks: Clocks, ended_at: Integers) -> Integers:
    """When the contract clock was kept or broken; an end that does not count leaves it open."""
    rule = next((rule for rule in rules if rule.key == CONTRACT.key), CONTRACT)
    kept = kept_at(rule, clocks)
    if not rule.is_legal:
        return kept
    return np.where((kept == NONE) & clocks.is_denied, ended_at, kept)


def _business_seconds(group: Group, many: Many, runs: Integers, until: Integers) -> Integers:
    """Business seconds of some rows from complete to a moment, less the requester-caused waits."""
    places = group.places[runs]
    begun, ended = many.lines.at["complete"][places], until[runs]
    calendar, pauses = group.counter.calendar, _pauses(many.lines, places, ended)
    from_ = np.maximum(pauses.started, begun[pauses.place])
    within = pauses.ended > begun[pauses.place]
    held = calendar.business_seconds_of(from_[within] // SECOND, pauses.ended[within] // SECOND)
    found = calendar.business_seconds_of(begun // SECOND, ended // SECOND)
    np.subtract.at(found, pauses.place[within], held)
    return found


def _write_so_far(group: Group, many: Many, runs: Integers, found: Standing) -> None:
    """Write from when to when the open contract clock of some rows counts, as if never paused."""
    now, places = micros(group.counter.as_of), group.places[runs]
    took = _business_seconds(group, many, runs, np.full(len(group.places), now)) * SECOND
    off, _ = group.counter.calendar.stretch(group.counter.as_of)
    waits = many.lines.waits[places]
    found.contract_off[places] = np.where(waits, many.lines.at["complete"][places], micros(off))
    until = np.where(waits, found.contract_off[places], min(now, micros(off)))
    found.contract_from[places] = until - took
