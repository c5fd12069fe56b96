"""Rework: steps that come back, what they come back after, and what that costs in hours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from analytics.metrics.question import Question
from analytics.process.basis import is_by_day


class LoopKind(StrEnum):
    """How a step comes back."""

    RETURN = "return"
    """Any later visit to an activity, whatever lies between; it holds the other two."""
    SELF = "self"
    """The same activity twice in a row."""
    PAIR = "pair"
    """There and back: A, then B, then A again."""


@dataclass(frozen=True, kw_only=True)
class Loop:
    """A way of coming back: `n` times in so many requests; hours from the earlier visit to this.

    Kinds overlap, and so do the hours of steps within one request: they are never added up.
    """

    kind: LoopKind
    activities: tuple[str, ...]
    n: int
    requests: int
    elapsed_hours: float
    business_hours: float | None


@dataclass(frozen=True, kw_only=True)
class Rework:
    """In how many requests any step came back, and each loop, the costliest of a kind first."""

    requests: int
    loops: tuple[Loop, ...]

    def of(self, kind: LoopKind) -> tuple[Loop, ...]:
        """Return the loops of one kind."""
        return tuple(loop for loop in self.loops if loop.kind is kind)


# Only requests where a step comes back can hold a loop: the windows look at no others.
_AGAIN = """
WITH told AS (
    SELECT request_id, seq, activity, follows, occurred, coalesce(business, 0) AS business
    FROM steps WHERE $selection AND flows
),
again AS (
    SELECT DISTINCT request_id FROM (
        SELECT request_id FROM told GROUP BY request_id, activity HAVING count(*) > 1) repeated
)
"""
_LOOPS = f"""{_AGAIN},
running AS (
    SELECT told.*, sum(business) OVER (PARTITION BY told.request_id ORDER BY seq
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run
    FROM told JOIN again ON told.request_id = again.request_id
),
visits AS (
    SELECT request_id, activity, follows, row_number() OVER same AS visit,
        occurred - lag(occurred) OVER same AS took, run - lag(run) OVER same AS worked,
        lag(activity, 2) OVER story AS earlier, occurred - lag(occurred, 2) OVER story AS took_two,
        run - lag(run, 2) OVER story AS worked_two
    FROM running WINDOW same AS (PARTITION BY request_id, activity ORDER BY seq),
        story AS (PARTITION BY request_id ORDER BY seq)
),
loops AS (
    SELECT '{LoopKind.RETURN}' AS kind, request_id, activity, '' AS middle, took, worked
    FROM visits WHERE visit > 1
    UNION ALL
    SELECT '{LoopKind.SELF}', request_id, activity, '', took, worked
    FROM visits WHERE activity = follows
    UNION ALL
    SELECT '{LoopKind.PAIR}', request_id, activity, CAST(follows AS VARCHAR), took_two, worked_two
    FROM visits WHERE activity = earlier AND activity <> follows
)
"""
# Where a visit was written down out of order its hours are not known; it still counts.
_SUMMED = f"""{_LOOPS}
SELECT kind, activity, middle, count(*) AS n, count(DISTINCT request_id),
    coalesce(sum(took) FILTER (WHERE took >= 0), 0) / 3600e0 AS hours,
    coalesce(sum(worked) FILTER (WHERE took >= 0), 0) / 3600e0
FROM loops GROUP BY kind, activity, middle ORDER BY hours DESC, n DESC, activity, middle
"""


def rework(ask: Question) -> Rework:
    """Return the loops of a selection."""
    ((requests,),) = ask.rows(f"{_AGAIN} SELECT count(*) FROM again")
    by_day = is_by_day(ask.mirror.log)
    loops = [
        Loop(
            kind=LoopKind(kind),
            activities=_loop(LoopKind(kind), activity, middle),
            n=n,
            requests=of,
            elapsed_hours=hours,
            business_hours=None if by_day else worked,
        )
        for kind, activity, middle, n, of, hours, worked in ask.rows(_SUMMED)
    ]
    order = list(LoopKind)
    return Rework(
        requests=requests, loops=tuple(sorted(loops, key=lambda loop: order.index(loop.kind)))
    )


def _loop(kind: LoopKind, activity: str, middle: str) -> tuple[str, ...]:
    if kind is LoopKind.PAIR:
        return (activity, middle, activity)
    return (activity,) if kind is LoopKind.RETURN else (activity, activity)
