"""Where many requests stand, how they ended, and what became of images that arrived."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics.sources.story import OUTCOMES
from analytics.sources.words import coded
from requests_app.failure_codes import FailureCode
from requests_app.sla.day_table import Truths
from requests_app.sla.timelines import KINDS, Told
from requests_app.vocabulary import EventKind, State

STATES = tuple(state.value for state in State)
NOT_OURS = "not_our_patient"
ENDINGS = (*dict.fromkeys(OUTCOMES.values()), NOT_OURS)
GRADES = ("immediate", "after_rework", "not_usable", "untested")
_OUTCOME = np.array(
    [ENDINGS.index(OUTCOMES[state]) if state in OUTCOMES else -1 for state in State], np.int8
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Moves:
    """The places of each request's state, outcome and grade in their lists; -1 for none."""

    state: NDArray[np.int8]
    outcome: NDArray[np.int8]
    usable: NDArray[np.int8]
    states: tuple[str, ...] = STATES
    outcomes: tuple[str, ...] = ENDINGS
    grades: tuple[str, ...] = GRADES


def moves_of(told: Told, journal: pa.Table, is_inbound: Truths) -> Moves:
    """Return what the journals of many requests say of these."""
    moved_to = coded(journal["state_to"], STATES).astype(np.int8)
    rows = np.flatnonzero(moved_to >= 0)
    state = np.full(told.requests, STATES.index(State.RECEIVED), np.int8)
    state[told.place[rows]] = moved_to[rows]  # of several writes to one place the last one stays
    outcome = _OUTCOME[state]
    outcome[_is_strangers(told, moved_to, state)] = ENDINGS.index(NOT_OURS)
    return Moves(state=state, outcome=outcome, usable=_usable(told, is_inbound))


def _is_strangers(told: Told, moved_to: NDArray[np.int8], state: NDArray[np.int8]) -> Truths:
    """Say which were not found since a stranger asked (IN03)."""
    not_found = STATES.index(State.NOT_FOUND)
    rows = np.flatnonzero(moved_to == not_found)
    is_in03 = np.array([word == FailureCode.IN03 for word in (*told.reasons, "")])
    found = np.zeros(told.requests, bool)
    found[told.place[rows]] = is_in03[told.reason[rows]]
    found &= state == not_found
    return found


def _usable(told: Told, is_inbound: Truths) -> NDArray[np.int8]:
    def rows(kind: EventKind) -> NDArray[np.int64]:
        return np.flatnonzero(told.kind == KINDS.index(kind))

    arrived = np.zeros(told.requests, bool)
    arrived[told.place[rows(EventKind.IMAGES_RECEIVED)]] = True
    unusable, usable = rows(EventKind.IMAGES_UNUSABLE)[::-1], rows(EventKind.IMAGES_USABLE)
    first_bad, last_good = np.full(told.requests, -1), np.full(told.requests, -1)
    first_bad[told.place[unusable]] = unusable
    last_good[told.place[usable]] = usable
    ways = [
        (~is_inbound | ~arrived, -1),
        ((first_bad >= 0) & (last_good > first_bad), GRADES.index("after_rework")),
        (first_bad >= 0, GRADES.index("not_usable")),
        (last_good >= 0, GRADES.index("immediate")),
    ]
    conditions, codes = zip(*ways, strict=True)
    found: NDArray[np.int8] = np.select(conditions, codes, GRADES.index("untested"))
    return found.astype(np.int8)
