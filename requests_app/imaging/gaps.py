"""U3: images that are missing from a series, told by the numbers of those that came. No Django."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from requests_app.failure_codes import FailureCode
from requests_app.imaging.findings import Finding
from requests_app.vocabulary import Severity

MOST_SHOWN = 5  # gaps in one sentence


def find_gap(numbers: Iterable[int], series: str) -> Finding | None:
    """Return a warning where InstanceNumber leaves gaps between its first and its last.

    A row of equal steps (1, 3, 5) is how some devices count, not a loss. What is missing before
    the first or after the last number cannot be known.
    """
    there = sorted(set(numbers))
    steps = [after - before for before, after in pairwise(there)]
    if not steps or max(steps) == 1 or (len(steps) > 1 and len(set(steps)) == 1):
        return None
    missing = there[-1] - there[0] + 1 - len(there)
    gaps = [_words(a + 1, b - 1) for a, b in pairwise(there) if b - a > 1]
    shown = ", ".join(gaps[:MOST_SHOWN]) + (", ..." if len(gaps) > MOST_SHOWN else "")
    images = "1 image seems" if missing == 1 else f"{missing:,} images seem"
    return Finding(
        check="U3",
        code=FailureCode.US05,
        severity=Severity.WARNING,
        sentence=f"{images} to be missing from {series}: number {shown}.",
        evidence=f"{len(there):,} of {missing + len(there):,}",
    )


def _words(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"
