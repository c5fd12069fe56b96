"""Rework: steps that come back, what they come back after, and what that costs in hours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from analytics.metrics.question import Question
from analytics.process.basis import FLOWS, is_by_day


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


_RUNNING = f"""
WITH chosen AS (
    SELECT request_id, seq, activity, follows, occurred,
        sum(coalesce(business, 0)) OVER (PARTITION BY request_id ORDER BY seq
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run
    FROM steps WHERE $selection AND {FLOWS}
)
"""
_VISITS = f"""{_RUNNING},
visits AS (
    SELECT request_id, activity, CAST(NULL AS VARCHAR) AS middle, row_number() OVER same AS visit,
        occurred - lag(occurred) OVER same AS took, run - lag(run) OVER same AS worked
    FROM chosen WINDOW same AS (PARTITION BY request_id, activity ORDER BY seq)
),
loops AS (SELECT * FROM visits WHERE visit > 1)
"""
_SELVES = f"""{_RUNNING},
visits AS (
    SELECT request_id, activity, follows, CAST(NULL AS VARCHAR) AS middle,
        occurred - lag(occurred) OVER story AS took, run - lag(run) OVER story AS worked
    FROM chosen WINDOW story AS (PARTITION BY request_id ORDER BY seq)
),
loops AS (SELECT * FROM visits WHERE activity = follows)
"""
_PAIRS = f"""{_RUNNING},
visits AS (
    SELECT request_id, activity, follows AS middle, lag(activity, 2) OVER story AS earlier,
        occurred - lag(occurred, 2) OVER story AS took, run - lag(run, 2) OVER story AS worked
    FROM chosen WINDOW story AS (PARTITION BY request_id ORDER BY seq)
),
loops AS (SELECT * FROM visits WHERE activity = earlier AND activity <> middle)
"""
# Where a visit was written down out of order its hours are not known; it still counts.
_SUMMED = """
SELECT activity, middle, count(*) AS n, count(DISTINCT request_id),
    coalesce(sum(took) FILTER (WHERE took >= 0), 0) / 3600e0 AS hours,
    coalesce(sum(worked) FILTER (WHERE took >= 0), 0) / 3600e0
FROM loops GROUP BY activity, middle ORDER BY hours DESC, n DESC, activity, middle
"""
_ANY = f"""
SELECT count(DISTINCT request_id) FROM (
    SELECT request_id FROM steps WHERE $selection AND {FLOWS}
    GROUP BY request_id, activity HAVING count(*) > 1) again
"""


def rework(ask: Question) -> Rework:
    """Return the loops of a selection."""
    ((requests,),) = ask.rows(_ANY)
    by_day = is_by_day(ask.mirror.log)
    kinds = ((LoopKind.RETURN, _VISITS), (LoopKind.SELF, _SELVES), (LoopKind.PAIR, _PAIRS))
    loops = tuple(
        Loop(
            kind=kind,
            activities=_loop(kind, activity, middle),
            n=n,
            requests=of,
            elapsed_hours=hours,
            business_hours=None if by_day else worked,
        )
        for kind, text in kinds
        for activity, middle, n, of, hours, worked in ask.rows(text + _SUMMED)
    )
    return Rework(requests=requests, loops=loops)


def _loop(kind: LoopKind, activity: str, middle: str | None) -> tuple[str, ...]:
    if kind is LoopKind.PAIR:
        return (activity, str(middle), activity)
    return (activity,) if kind is LoopKind.RETURN else (activity, activity)
