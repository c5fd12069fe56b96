"""Where requests wait: the time between each step and the next, ranked by what it adds up to."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analytics.metrics.question import Question
from analytics.process.basis import IN_ORDER, is_by_day


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
    """Every wait, the longest total first; ranked by business time where the log has it."""

    ranked_by: str
    hours: float
    waits: tuple[Wait, ...]


_WAITS = f"""
SELECT previous, activity, count(*), median(elapsed), median(business),
    sum(elapsed) / 3600e0, sum(business) / 3600e0
FROM steps WHERE $selection AND previous IS NOT NULL AND {IN_ORDER}
GROUP BY previous, activity
"""


def waits(ask: Question) -> Waits:
    """Return the waits of a selection."""
    by_day = is_by_day(ask.mirror.log)
    rows = ask.rows(_WAITS)
    totals = [row[5] if by_day else row[6] for row in rows]
    whole = math.fsum(totals)
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
        waits=tuple(sorted(found, key=lambda one: _rank(one, by_day=by_day))),
    )


def _rank(wait: Wait, *, by_day: bool) -> tuple[float, int, str, str]:
    total = wait.elapsed_hours if by_day else wait.business_hours or 0.0
    return -total, -wait.n, wait.previous, wait.activity
