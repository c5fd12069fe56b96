"""Hand-offs: how often work passes from one person to another."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.metrics.question import Question

MOST = 20


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Work that passed from one person to another, by the codes that the log gives them."""

    giver: str
    taker: str
    n: int


@dataclass(frozen=True, kw_only=True)
class HandOffs:
    """Changes of person between consecutive human steps of a request; `why` where none is known.

    Steps of the requester are no part of it. `by_count` is (hand-offs, requests with so many),
    `mean` hand-offs per request; `unnamed` counts human steps that name nobody, left out.
    """

    requests: int = 0
    handoffs: int = 0
    by_count: tuple[tuple[int, int], ...] = ()
    pairs: tuple[Pair, ...] = ()
    other_pairs: int = 0
    mean: float | None = None
    unnamed: int = 0
    why: str | None = None


_COUNTS = """
SELECT handoffs, count(*) FROM (
    SELECT request_id, count(*) FILTER (WHERE previous_actor <> actor) AS handoffs
    FROM steps WHERE $selection GROUP BY request_id) counted
GROUP BY handoffs ORDER BY handoffs
"""
_PAIRS = """
SELECT previous_actor, actor, count(*) AS n FROM steps
WHERE $selection AND previous_actor <> actor
GROUP BY previous_actor, actor ORDER BY n DESC, previous_actor, actor
"""
_UNNAMED = "SELECT count(*) FROM steps WHERE $selection AND by_person AND actor IS NULL"


def hand_offs(ask: Question, *, most: int = MOST) -> HandOffs:
    """Return the hand-offs of a selection."""
    if (why := ask.mirror.log.missing.get("actor")) is not None:
        return HandOffs(why=why)
    by_count = tuple((int(handoffs), int(n)) for handoffs, n in ask.rows(_COUNTS))
    pairs = [Pair(giver=giver, taker=taker, n=n) for giver, taker, n in ask.rows(_PAIRS)]
    ((unnamed,),) = ask.rows(_UNNAMED)
    requests, handoffs = sum(n for _, n in by_count), sum(each * n for each, n in by_count)
    return HandOffs(
        requests=requests,
        handoffs=handoffs,
        mean=handoffs / requests if requests else None,
        by_count=by_count,
        pairs=tuple(pairs[:most]),
        other_pairs=sum(pair.n for pair in pairs[most:]),
        unnamed=unnamed,
    )
