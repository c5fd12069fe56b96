"""The model: Kaplan-Meier by direction, state and age, drawn towards the curve without states."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.forecast.contract import MET, MISSED, ContractClock, Standings, Training
from analytics.forecast.moves import WAITS
from analytics.statistics.intervals import wilson_of_share
from analytics.statistics.landmarks import NOTHING, Flags, Landmarks, Outlook

DRAWN = 20
"""How many requests the wider curve weighs as much as: a state with 20 counts for half."""
AROUND = 12 * 3600
"""Seconds of age: while the requester is waited for the contract clock stands still, so those
who began to wait up to half a day before or after this age are compared."""
AGES = {"business": "age of their contract clock", "elapsed": "age since their receipt"}
"""What an age is, by the time that is counted: a log without a business calendar has no other clock."""


def method(unit: str) -> str:
    """Return what the model does, in a sentence, over the time that it counts."""
    return (
        f"Of earlier requests that ran in the same state at the same {AGES.get(unit, 'age')}: the "
        "share still running when this one is due, by Kaplan-Meier, open ones censored; drawn "
        f"towards the share of all requests of that age, which weighs as much as {DRAWN} requests."
    )


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A chance with its interval and what is behind it.

    `n` are earlier visits to the same state at the same age, `n_any` earlier requests that still
    ran at that age, whatever their state. The interval is of the chance, not of the outcome.
    """

    chance: float
    low: float
    high: float
    n: int
    n_any: int


class Model:
    """What the requests of the window, as known at one moment, say about others."""

    def __init__(self, clock: ContractClock, at: int) -> None:
        """Learn from everything that was known at the moment, and from nothing later."""
        stories, training = clock.stories, clock.training(at)
        self.clock, self.at = clock, at
        self._directions = np.array(stories.directions, dtype=object)
        self._states = np.array(stories.states, dtype=object)
        of, visits = stories.visits[training.visits], training.visits
        self._by_state: dict[tuple[str, str], Landmarks] = {}
        self._any_state: dict[str, Landmarks] = {}
        is_first = clock.entered[visits] == clock.starts[of]
        for direction in sorted(set(stories.directions)):
            here = self._directions[of] == direction
            self._any_state[direction] = _of_requests(training, here & is_first)
            for state in sorted(set(self._states[visits[here]])):
                mask = here & (self._states[visits] == state)
                around = AROUND if state == WAITS else None
                self._by_state[direction, state] = _of_visits(training, mask, around)
        outcomes = clock.outcomes(at)[stories.learns]
        self.finished = int(np.count_nonzero((outcomes == MET) | (outcomes == MISSED)))
        self.missed = int(np.count_nonzero(outcomes == MISSED))
        self.requests = len(np.unique(of))

    @property
    def share(self) -> float:
        """The share of finished requests that missed their date; a half where there is none."""
        return self.missed / self.finished if self.finished else 0.5

    def estimates(self, standings: Standings) -> list[Estimate]:
        """Return the chance of each standing, in their order."""
        columns = (standings.visits, standings.requests, standings.used, standings.allowed)
        found = []
        for visit, request, age, limit in zip(*columns, strict=True):
            direction, state = self._directions[request], self._states[visit]
            any_state = _ask(self._any_state.get(direction), age, limit)
            own = _ask(self._by_state.get((direction, state)), age, limit)
            found.append(self._drawn(own, any_state))
        return found

    def _drawn(self, own: Outlook, any_state: Outlook) -> Estimate:
        chance = _mixed(own, _mixed(any_state, self.share))
        low, high = wilson_of_share(chance, own.known + min(DRAWN, any_state.known))
        return Estimate(chance=chance, low=low, high=high, n=own.n, n_any=any_state.n)


def _of_visits(training: Training, mask: Flags, around: int | None) -> Landmarks:
    enters, leaves = training.enters[mask], training.leaves[mask]
    if around is not None:
        enters, leaves = enters - around, enters + around
    return Landmarks(enters, leaves, training.totals[mask], training.released[mask])


def _of_requests(training: Training, mask: Flags) -> Landmarks:
    """Return requests from their start to their stop, by their first visits."""
    enters, totals = training.enters[mask], training.totals[mask]
    return Landmarks(enters, totals, totals, training.released[mask])


def _ask(landmarks: Landmarks | None, age: int, limit: int) -> Outlook:
    return landmarks.outlook(age=age, limit=limit) if landmarks is not None else NOTHING


def _mixed(outlook: Outlook, wider: float) -> float:
    """Return the outlook's share, weighed by its number against the wider share."""
    return (outlook.n * outlook.waiting + DRAWN * wider) / (outlook.n + DRAWN)
