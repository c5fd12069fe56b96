"""What came of an import, in one sentence for the page, the worker and the list of imports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def in_words(answer: Mapping[str, Any], *, already: bool) -> str:
    """Say how many rows were imported, and what became of those that were here before."""
    if already:
        return "imported before; nothing changed"
    known, corrected = answer["rows_recognised"], answer["rows_corrected"]
    parts = [f"{answer['rows_imported'] - known:,} of {answer['rows_read']:,} rows imported"]
    if known:
        parts.append(f"{known:,} were here already")
    if corrected:
        parts.append(f"{corrected:,} took the place of older ones")
    return ", ".join(parts)
