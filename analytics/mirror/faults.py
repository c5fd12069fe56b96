"""Which failures befell a request: a bit for each code, so that one column answers for all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from requests_app.failure_codes import FailureCode

BIT: Mapping[str, int] = {code.value: 1 << place for place, code in enumerate(FailureCode)}
"""The bit of each code. Words that are no codes of ours have none."""


def bits_of(codes: Iterable[FailureCode]) -> int:
    """Return the bits of some codes."""
    return sum(BIT[code] for code in set(codes))


def befell(*codes: FailureCode) -> str:
    """Return a predicate over `cases`: whether any of these failures befell the request."""
    return f"(faults & {bits_of(codes)}) <> 0"
