"""What turnaround would be without the time that one failure code cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.definition import DAY, HOUR
from analytics.metrics.engines.answers import Values
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection
from analytics.mirror.fold import Mirror
from analytics.statistics.ordered import quantile

NOTHING = np.zeros(0, np.int64)


@dataclass(frozen=True, kw_only=True)
class Without:
    """One code: how many requests it touched, its hours, and the quantile (days) without it."""

    code: str
    requests: int
    hours: float
    days: float
    days_without: float


def without_each_code(
    mirror: Mirror, selection: Selection, *, share: float = 0.9
) -> tuple[Without, ...]:
    """Return, for each failure code, the turnaround that nine in ten would have without it.

    Of each completed request the time from the code's failures to their recovery is taken off,
    overlaps counted once and never more than the request took. Other codes stay. What changes
    most comes first; nothing where the log names no codes.
    """
    if any(name in mirror.log.missing for name in ("received", "available", "reason")):
        return ()
    done = BY_KEY["turnaround_p90"].where
    with asking(mirror, selection) as question:
        took: dict[str, int] = dict(
            question.rows(
                f"SELECT request_id, available - received FROM cases WHERE $selection AND ({done})"
            )
        )
        waits = question.rows(
            "SELECT s.reason, s.request_id, s.occurred, s.occurred + s.lost FROM landmarks AS s "
            "WHERE s.is_failure AND s.lost IS NOT NULL ORDER BY 1, 2, 3"
        )
    if not took:
        return ()
    now = _quantile(took.values(), share)
    lost: dict[str, dict[str, int]] = {}
    for code, request, seconds in _joined(waits):
        if request in took:
            own = lost.setdefault(code, {})
            own[request] = min(own.get(request, 0) + seconds, took[request])
    found = [_without(code, own, took, now, share) for code, own in lost.items()]
    return tuple(sorted(found, key=lambda one: (one.days_without, one.code)))


def _without(
    code: str, lost: dict[str, int], took: dict[str, int], now: float, share: float
) -> Without:
    left = (seconds - lost.get(request, 0) for request, seconds in took.items())
    return Without(
        code=code,
        requests=len(lost),
        hours=sum(lost.values()) / HOUR,
        days=now,
        days_without=_quantile(left, share),
    )


def _joined(waits: Iterable[tuple[str, str, int, int]]) -> Iterable[tuple[str, str, int]]:
    """Yield the seconds of each code and request; a second inside two waits counts once."""
    at: tuple[str, str] = ("", "")
    until = 0
    for code, request, start, end in waits:
        if (code, request) != at:
            at, until = (code, request), start
        yield code, request, max(0, end - max(start, until))
        until = max(until, end)


def _quantile(seconds: Iterable[int], share: float) -> float:
    ordered = np.sort(np.fromiter(seconds, np.int64))
    return quantile(Values(ordered, NOTHING).released, share) / DAY
