"""The timelines of many requests at once, as arrays: what `clock.fold` says of each.

Stories that arrays would not tell apart (two holds open at once, an end of another reason, the
same twice in one moment, moments far from now) are named `odd`, and left to `clock.fold`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from requests_app.failure_codes import PAUSING
from requests_app.sla.clock import CLOCKED, ENDS, FIRST_OF, OF_HOLDS, UNDONE_BY_FAILURE
from requests_app.sla.day_table import NONE, Integers, Truths
from requests_app.vocabulary import EventKind

KINDS = tuple(EventKind)
_CODE = {kind: code for code, kind in enumerate(KINDS)}
EARLIEST, LATEST = 0, 4_102_444_800 * 10**6  # 2100: moments outside are left to `clock.fold`


@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """A journal in order of request and number: `place` is the request's place among all.

    `kind` is the place of the kind in KINDS, `reason` that of the reason in `reasons`, or -1.
    """

    place: NDArray[np.int32]
    at: Integers
    kind: NDArray[np.int8]
    reason: NDArray[np.int32]
    reasons: tuple[str, ...]
    requests: int

    def of(self, rows: NDArray[np.int64]) -> Told:
        """Return some of the rows."""
        return Told(
            place=self.place[rows],
            at=self.at[rows],
            kind=self.kind[rows],
            reason=self.reason[rows],
            reasons=self.reasons,
            requests=self.requests,
        )

    def is_any(self, kinds: frozenset[EventKind]) -> Truths:
        """Say which rows are of some kinds."""
        wanted = np.zeros(len(KINDS), bool)
        wanted[[_CODE[kind] for kind in kinds]] = True
        found: Truths = wanted[self.kind]
        return found


@dataclass(frozen=True, kw_only=True, eq=False)
class Holds:
    """Waits in order of request and time, none overlapping another of its request.

    `reason` is the place of the reason in what was told, or -1.
    """

    place: NDArray[np.int32]
    started: Integers
    ended: Integers
    reason: NDArray[np.int32]
    pauses: Truths


@dataclass(frozen=True, kw_only=True, eq=False)
class Timelines:
    """A place for each request: the moment of each name, the end, its holds; NONE for never."""

    at: Mapping[str, Integers]
    ended_at: Integers
    ended_by: NDArray[np.int8]
    holds: Holds
    reasons: tuple[str, ...]
    odd: Truths

    @cached_property
    def waits(self) -> Truths:
        """Say which wait on the requester now."""
        found = np.zeros(len(self.odd), bool)
        found[self.holds.place[(self.holds.ended == NONE) & self.holds.pauses]] = True
        return found

    @cached_property
    def held_since(self) -> Integers:
        """Return since when each is held, whoever causes it."""
        found, still = np.full(len(self.odd), NONE), self.holds.ended == NONE
        found[self.holds.place[still]] = self.holds.started[still]
        return found

    @cached_property
    def held_for(self) -> NDArray[np.int32]:
        """Return for which reason each is held, by its place in what was told; -1 for none."""
        found, still = np.full(len(self.odd), -1, np.int32), self.holds.ended == NONE
        found[self.holds.place[still]] = self.holds.reason[still]
        return found

    @cached_property
    def is_denied(self) -> Truths:
        """Say which ended by a denial."""
        found: Truths = self.ended_by == _CODE[EventKind.DENIED]
        return found


def timelines_of(told: Told) -> Timelines:
    """Fold the journals of many requests."""
    clocked = _by_time(told.of(np.flatnonzero(told.is_any(CLOCKED))))
    ends = clocked.of(np.flatnonzero(clocked.is_any(ENDS))[::-1])
    ended_by = np.full(told.requests, -1, np.int8)
    ended_by[ends.place] = ends.kind
    holds, overlapping = _holds(clocked)
    odd = _twice_at_once(clocked) | overlapping
    far = (clocked.at < EARLIEST) | (clocked.at >= LATEST)
    odd[clocked.place[far]] = True
    return Timelines(
        at=_firsts(clocked),
        ended_at=_first(ends.place[::-1], ends.at[::-1], told.requests),
        ended_by=ended_by,
        holds=holds,
        reasons=told.reasons,
        odd=odd,
    )


def _by_time(told: Told) -> Told:
    same = told.place[1:] == told.place[:-1]
    if not (same & (told.at[1:] < told.at[:-1])).any():
        return told
    return told.of(np.lexsort((told.at, told.place)))


def _first(place: NDArray[np.int32], at: Integers, requests: int) -> Integers:
    """Return the first of each place: of several writes to one place the last one stays."""
    found = np.full(requests, NONE)
    found[place[::-1]] = at[::-1]
    return found


def _firsts(told: Told) -> dict[str, Integers]:
    """Return the first moment of each name; a failure takes back what it undoes."""
    failed = np.full(told.requests, -1)
    rows = np.flatnonzero(told.kind == _CODE[EventKind.DELIVERY_FAILED])
    failed[told.place[rows]] = rows
    found = {}
    for kind, name in FIRST_OF.items():
        rows = np.flatnonzero(told.kind == _CODE[kind])
        if name in UNDONE_BY_FAILURE:
            rows = rows[rows > failed[told.place[rows]]]
        found[name] = _first(told.place[rows], told.at[rows], told.requests)
    return found


def _holds(told: Told) -> tuple[Holds, Truths]:
    """Return the holds, and which requests have two at once, or an end that may be another's.

    Where no two are open together, a hold lasts until whatever ends holds comes next.
    """
    starts = frozenset({EventKind.HOLD_STARTED})
    turns = told.of(np.flatnonzero(told.is_any(OF_HOLDS)))
    is_start = turns.is_any(starts)
    goes_on = np.append(turns.place[1:] == turns.place[:-1], False)
    overlapping = np.zeros(told.requests, bool)
    names_another = turns.kind[1:] == _CODE[EventKind.HOLD_ENDED]
    names_another &= (turns.reason[1:] != turns.reason[:-1]) & (turns.reason[1:] >= 0)
    follows = np.append(is_start[1:] | names_another, False)
    overlapping[turns.place[is_start & goes_on & follows]] = True
    ended = np.where(goes_on, np.append(turns.at[1:], NONE), NONE)
    pausing = np.array([reason in PAUSING for reason in (*turns.reasons, "")])
    holds = Holds(
        place=turns.place[is_start],
        started=turns.at[is_start],
        ended=ended[is_start],
        reason=turns.reason[is_start],
        pauses=pausing[turns.reason[is_start]],
    )
    return holds, overlapping


def _twice_at_once(told: Told) -> Truths:
    """Say which requests have two events of a kind in one moment."""
    found = np.zeros(told.requests, bool)
    same = (told.place[1:] == told.place[:-1]) & (told.at[1:] == told.at[:-1])
    tied = told.of(np.flatnonzero(np.append(same, False) | np.append(False, same)))
    tied = tied.of(np.lexsort((tied.kind, tied.at, tied.place)))
    again = (tied.place[1:] == tied.place[:-1]) & (tied.at[1:] == tied.at[:-1])
    found[tied.place[1:][again & (tied.kind[1:] == tied.kind[:-1])]] = True
    return found
