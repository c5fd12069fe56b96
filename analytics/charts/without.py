"""What turnaround would be without failures, in lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analytics.charts.words import plural
from analytics.metrics.without import When, Without


def without_in_words(found: Sequence[Without]) -> Iterator[str]:
    """Yield by when nine in ten are out, and by when they would be without each of some codes."""
    if not found:
        return
    first = found[0]
    yield (
        f"Nine in ten are out within {_said(first.now)}, open requests censored; "
        f"n = {first.n:,}, {first.still_open:,} still open"
    )
    for one in found:
        delayed = f"{plural(one.requests, 'request')}, {one.hours:,.0f} hours"
        yield f"Without {' and '.join(one.codes)} ({delayed}): within {_said(one.without)}"


def _said(when: When) -> str:
    if when.days is None:
        return "more time than was seen"
    high = "more" if when.high is None else f"{when.high:.1f}"
    span = f" ({when.low:.1f} to {high})" if when.low is not None else ""
    return f"{when.days:.1f} days{span}"
