"""Where requests wait: the time between each step and the next, ranked by what it adds up to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from analytics.metrics.question import Question
from analytics.process.basis import IN_ORDER, is_by_day
from requests_app.vocabulary import EventKind


@dataclass(frozen=True, kw_only=True)
class Wait:
    """The wait between two steps: `n` waits, medians in seconds, totals in hours.

    `share` is the percentage of all waiting, by what the waits are ranked by.
    """

    previous: str
    activity: str
    n: int
    elapsed: float
    business: float | None
    elapsed_hours: float
    business_hours: float | None
    share: float | None


@dataclass(frozen=True, kw_only=True)
class Waits:
    """Every wait up to the first delivery, the longest total first; by business time if there is any.

    What lies after a delivery delays no images: `after` are its hours, counted apart.
    """

    ranked_by: str
    hours: float
    after: float
    waits: tuple[Wait, ...]


_WAITS = f"""
WITH told AS (
    SELECT request_id, seq, follows, activity, waited, business FROM steps WHERE $selection
),
delivered AS (
    SELECT request_id, min(seq) AS first FROM told WHERE activity = '{EventKind.AVAILABLE}'
    GROUP BY request_id
)
SELECT coalesce(seq > first, FALSE) AS is_after, follows, activity, count(*), median(waited),
    median(business), sum(waited) / 3600e0, sum(business) / 3600e0
FROM told LEFT JOIN delivered ON told.request_id = delivered.request_id
WHERE follows IS NOT NULL AND {IN_ORDER}
GROUP BY is_after, follows, activity
"""


def waits(ask: Question) -> Waits:
    """Return the waits of a selection."""
    by_day = is_by_day(ask.mirror.log)
    hours = -2 if by_day else -1  # the column that waits are ranked by
    rows = [(is_after, wait[hours], wait) for is_after, *wait in ask.rows(_WAITS)]
    whole = math.fsum(total for is_after, total, _ in rows if not is_after)
    found = [_wait(wait, total, whole) for is_after, total, wait in rows if not is_after]
    return Waits(
        ranked_by="elapsed" if by_day else "business",
        hours=whole,
        after=math.fsum(total for is_after, total, _ in rows if is_after),
        waits=tuple(sorted(found, key=lambda one: _rank(one, by_day=by_day))),
    )


def _wait(row: list[Any], total: float, whole: float) -> Wait:
    previous, activity, n, elapsed, business, elapsed_hours, business_hours = row
    return Wait(
        previous=previous,
        activity=activity,
        n=n,
        elapsed=elapsed,
        business=business,
        elapsed_hours=elapsed_hours,
        business_hours=business_hours,
        share=100 * total / whole if whole else None,
    )


def _rank(wait: Wait, *, by_day: bool) -> tuple[float, int, str, str]:
    total = wait.elapsed_hours if by_day else wait.business_hours or 0.0
    return -total, -wait.n, wait.previous, wait.activity
