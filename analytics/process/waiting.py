"""Where requests wait: the time between each step and the next, ranked by what it adds up to."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analytics.metrics.question import Question
from analytics.process.basis import FLOWS, IN_ORDER, is_by_day


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


_TOLD = f"""
WITH told AS (
    SELECT follows, activity, waited, business,
        coalesce(sum(CASE WHEN activity = 'available' THEN 1 ELSE 0 END) OVER (
            PARTITION BY request_id ORDER BY seq
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS delivered
    FROM steps WHERE $selection AND {FLOWS}
)
"""
_WAITS = f"""{_TOLD}
SELECT follows, activity, count(*), median(waited), median(business),
    sum(waited) / 3600e0, sum(business) / 3600e0
FROM told WHERE delivered = 0 AND follows IS NOT NULL AND {IN_ORDER}
GROUP BY follows, activity
"""
_AFTER = f"""{_TOLD}
SELECT coalesce(sum(waited), 0) / 3600e0, coalesce(sum(business), 0) / 3600e0
FROM told WHERE delivered > 0 AND {IN_ORDER}
"""


def waits(ask: Question) -> Waits:
    """Return the waits of a selection."""
    by_day = is_by_day(ask.mirror.log)
    rows = ask.rows(_WAITS)
    totals = [row[5] if by_day else row[6] for row in rows]
    whole = math.fsum(totals)
    ((after_elapsed, after_business),) = ask.rows(_AFTER)
    found = [
        Wait(
            previous=previous,
            activity=activity,
            n=n,
            elapsed=elapsed,
            business=business,
            elapsed_hours=elapsed_hours,
            business_hours=business_hours,
            share=100 * total / whole if whole else None,
        )
        for (previous, activity, n, elapsed, business, elapsed_hours, business_hours), total in zip(
            rows, totals, strict=True
        )
    ]
    return Waits(
        ranked_by="elapsed" if by_day else "business",
        hours=whole,
        after=after_elapsed if by_day else after_business,
        waits=tuple(sorted(found, key=lambda one: _rank(one, by_day=by_day))),
    )


def _rank(wait: Wait, *, by_day: bool) -> tuple[float, int, str, str]:
    total = wait.elapsed_hours if by_day else wait.business_hours or 0.0
    return -total, -wait.n, wait.previous, wait.activity
