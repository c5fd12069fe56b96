"""What turnaround would be without failures, in lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analytics.charts.words import DASH, one, plural, span
from analytics.metrics.without import When, Without
from requests_app.failure_codes import FAILURES, FailureCode

NOT_REACHED = "fewer than nine in ten were seen out"


def without_in_words(found: Sequence[Without], why: str = "") -> Iterator[str]:
    """Yield by when nine in ten are out, by when without each of some codes, or why not."""
    if found:
        first = found[0]
        is_reached = first.now.days is not None
        now = f"nine in ten are out within {said(first.now)}" if is_reached else NOT_REACHED
        yield (
            f"{now[0].upper()}{now[1:]}, open requests censored; "
            f"n = {first.n:,}, {first.still_open:,} still open"
        )
    for some in found:
        delayed = f"{plural(some.requests, 'request')}, {plural(round(some.hours), 'hour')}"
        then = NOT_REACHED if some.without.days is None else f"within {said(some.without)}"
        yield f"Without {' and '.join(map(called, some.codes))} ({delayed}): {then}"
    if why:
        yield f"Without codes: - ({why})"


def said(when: When) -> str:
    """Return a time that is reached, in days, with its interval where there is one."""
    ends = span(when.low, when.high)
    return f"{one(when.days)} days" + (f" ({ends})" if ends != DASH else "")


def called(code: str) -> str:
    """Return a code of ours with its words; a word of a log's own as it is."""
    known = code in FailureCode.__members__
    return f"{code} “{FAILURES[FailureCode(code)].label}”" if known else code
