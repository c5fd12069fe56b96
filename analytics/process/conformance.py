"""Conformance: every observed move held against the table of allowed ones."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.metrics.question import Question, Row
from requests_app.lifecycle.states import TRANSITIONS
from requests_app.vocabulary import State

MOST = 100
NO_MOVE = "no step says which state it led to"


@dataclass(frozen=True, kw_only=True)
class Move:
    """A change of state that the table does not allow: how often, in how many requests."""

    origin: str
    target: str
    n: int
    requests: int


@dataclass(frozen=True, kw_only=True)
class Stray:
    """A request that moved outside the table, and its moves that did."""

    number: str
    facility: str
    moves: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Conformance:
    """How far requests kept to the table; `why` where that cannot be judged.

    A move starts where the move before it ended, whatever the step itself claims; the first starts
    at draft. `fitness` is the percentage of moves that the table allows; `silent` counts requests
    without a move, which are not judged.
    """

    moves: int = 0
    outside: int = 0
    requests: int = 0
    astray: int = 0
    silent: int = 0
    fitness: float | None = None
    breaches: tuple[Move, ...] = ()
    strays: tuple[Stray, ...] = ()
    why: str | None = None


_MOVES = """
SELECT state_from, state_to, count(*) AS n, count(DISTINCT request_id) FROM steps
WHERE $selection AND state_to IS NOT NULL
GROUP BY state_from, state_to ORDER BY n DESC, state_from, state_to
"""
_JUDGED = """
SELECT count(*) FILTER (WHERE moves > 0), count(*) FILTER (WHERE moves_outside > 0),
    count(*) FILTER (WHERE moves = 0) FROM cases WHERE $selection
"""
_ASTRAY = """
SELECT request_id, number, facility FROM cases WHERE $selection AND moves_outside > 0
ORDER BY number, request_id LIMIT {most}
"""
_STEPS = """
SELECT request_id, state_from, state_to FROM steps
WHERE $selection AND state_to IS NOT NULL AND list_contains(?, request_id)
ORDER BY request_id, seq
"""


def conformance(ask: Question, *, most: int = MOST) -> Conformance:
    """Return how far a selection keeps to the table of moves."""
    if (why := ask.mirror.log.missing.get("state_to")) is not None:
        return Conformance(why=why)
    moves = ask.rows(_MOVES)
    ((requests, astray, silent),) = ask.rows(_JUDGED)
    if not moves:
        return Conformance(silent=silent, why=NO_MOVE)
    breaches = tuple(
        Move(origin=origin, target=target, n=n, requests=of)
        for origin, target, n, of in moves
        if not is_allowed(origin, target)
    )
    whole, outside = sum(n for _, _, n, _ in moves), sum(breach.n for breach in breaches)
    return Conformance(
        moves=whole,
        outside=outside,
        fitness=100 * (whole - outside) / whole,
        requests=requests,
        astray=astray,
        silent=silent,
        breaches=breaches,
        strays=_strays(ask, most) if breaches else (),
    )


def is_allowed(origin: str, target: str) -> bool:
    """Say whether the table has this move; a word that is no state of ours has none."""
    states = {state.value for state in State}
    return origin in states and target in TRANSITIONS[State(origin)]


def _strays(ask: Question, most: int) -> tuple[Stray, ...]:
    rows = ask.rows(_ASTRAY.format(most=int(most)))
    moves = ask.rows(_STEPS, values=[[request_id for request_id, *_ in rows]])
    return tuple(
        Stray(number=number, facility=facility, moves=_outside(request_id, moves))
        for request_id, number, facility in rows
    )


def _outside(request_id: str, moves: list[Row]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (origin, target)
        for of, origin, target in moves
        if of == request_id and not is_allowed(origin, target)
    )
