"""What every figure of the process view stands on: its requests, its steps, its calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from analytics.eventlog import Source
from analytics.metrics.question import Question

NO_TIMES = "the log holds dates only, and business time needs hours"
IN_ORDER = "waited >= 0"
"""A step written down later than it happened may lie before its predecessor: it waited for nothing
that the log can tell."""


@dataclass(frozen=True, kw_only=True)
class Basis:
    """Requests with their steps; who is left out of the times, and by which days they count.

    `calendar` is empty where there is no business time; `why_no_business` says why.
    """

    requests: int
    steps: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    calendar: str = ""
    why_no_business: str | None = None


def basis_of(ask: Question) -> Basis:
    """Return what the selection holds."""
    ((steps, requests, early),) = ask.rows(
        "SELECT count(*), count(DISTINCT request_id), count(*) FILTER (WHERE waited < 0) "
        "FROM steps WHERE $selection AND flows"
    )
    ((silent,),) = ask.rows("SELECT count(*) FROM cases WHERE $selection AND variant IS NULL")
    left_out = {
        "steps earlier than the one before, left out of times": early,
        "requests without steps": silent,
    }
    log = ask.mirror.log
    return Basis(
        requests=requests,
        steps=steps,
        left_out={why: n for why, n in left_out.items() if n},
        calendar="" if is_by_day(log) else log.calendar or weekdays(log.zone),
        why_no_business=NO_TIMES if is_by_day(log) else None,
    )


def is_by_day(log: Source) -> bool:
    """Say whether a log is too coarse for business time."""
    return log.granularity == "day"


def weekdays(zone: str) -> str:
    """Return the words for the calendar of a log that brings none."""
    return f"Monday to Friday in {zone}, 24 hours each, without holidays"
