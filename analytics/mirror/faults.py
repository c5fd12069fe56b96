"""Which failures befell a request: a bit for each code, so that one column answers for all."""

from __future__ import annotations

from collections.abc import Iterable

from requests_app.failure_codes import FailureCode

_CODES = ", ".join(f"'{code}'" for code in FailureCode)
FAULTS = (
    f"coalesce(bit_or(CAST(1 AS BIGINT) << (list_position([{_CODES}], reason) - 1)) "
    f"FILTER (WHERE is_failure AND reason IN ({_CODES})), 0)"
)
"""The bits of a request, over its steps. Words that are no codes of ours have none."""

_BIT = {code: 1 << place for place, code in enumerate(FailureCode)}


def bits_of(codes: Iterable[FailureCode]) -> int:
    """Return the bits of some codes."""
    return sum(_BIT[code] for code in set(codes))


def befell(*codes: FailureCode) -> str:
    """Return a predicate over `cases`: whether any of these failures befell the request."""
    return f"(faults & {bits_of(codes)}) <> 0"
