"""Variants: the sequences of steps that requests went through, the most frequent first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from analytics.metrics.question import Question

MOST = 50


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A sequence of activities; shares are percentages of requests with steps.

    `elapsed` is the median of seconds from the first step to the last; `example` is one request.
    """

    activities: tuple[str, ...]
    n: int
    share: float
    cumulative: float
    elapsed: float
    example: str


@dataclass(frozen=True, kw_only=True)
class Variants:
    """How many there are, how many of them a single request took, and the most frequent ones."""

    count: int
    singles: int
    top: tuple[Variant, ...]


_TOTALS = """
SELECT count(*), count(*) FILTER (WHERE n = 1) FROM (
    SELECT variant, count(*) AS n FROM cases WHERE $selection AND variant IS NOT NULL
    GROUP BY variant) counted
"""
_TOP = """
SELECT count(*) AS n, median(lasted), min(request_id) AS example
FROM cases WHERE $selection AND variant IS NOT NULL
GROUP BY variant ORDER BY n DESC, example LIMIT {most}
"""
_SEQUENCES = """
SELECT request_id, activity FROM steps WHERE $selection AND flows AND list_contains(?, request_id)
ORDER BY request_id, seq
"""


def variants(ask: Question, requests: int, *, most: int = MOST) -> Variants:
    """Return the variants of a selection that holds so many requests with steps."""
    ((count, singles),) = ask.rows(_TOTALS)
    rows = ask.rows(_TOP.format(most=int(most)))
    told: dict[str, list[str]] = {example: [] for *_, example in rows}
    for request_id, activity in ask.rows(_SEQUENCES, values=[list(told)]):
        told[request_id].append(activity)
    reached = accumulate(n for n, *_ in rows)
    top = tuple(
        Variant(
            activities=tuple(told[example]),
            n=n,
            share=100 * n / requests,
            cumulative=100 * so_far / requests,
            elapsed=elapsed,
            example=example,
        )
        for (n, elapsed, example), so_far in zip(rows, reached, strict=True)
    )
    return Variants(count=count, singles=singles, top=top)
