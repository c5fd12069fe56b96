"""Particulars of persons inside cells that are kept: each gives way to a word for its kind.

Headers tell most of what names a person; these are the addresses and numbers that stand in a
column of something else, such as a partner who is a person.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pyarrow as pa
from pyarrow import compute as pc

from analytics.external_logs.codes import code_of
from analytics.external_logs.columns import is_private
from analytics.external_logs.dates import looks_like_date
from analytics.external_logs.mapping import CODED, Mapping
from analytics.external_logs.raw import RawLog, each_word

_KINDS = {
    "e-mail": r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}",
    "social security number": r"\b\d{3}-\d{2}-\d{4}\b",
    "phone": r"(?:\+?\b1[ .-]?)?(?:\(\d{3}\) ?|\b\d{3}[ .-])\d{3}[ .-]\d{4}\b",
}
_ANY = "|".join(_KINDS.values())
_EACH = [(kind, re.compile(pattern)) for kind, pattern in _KINDS.items()]
_NAME = re.compile(r"^[A-Z][\w'’-]+, ?[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*)?$")
_LIKE_A_DATE = re.compile(_KINDS["social security number"])
TOLD_APART = frozenset({"partner", "staff", "request_id", "case_id"})
"""Fields in which it matters whether two rows say the same: a code keeps that."""
NAMED = "requester_type"
"""The field that says a kind of person; a column of names is often called the same."""


def masked(text: str, code: Callable[[str], str] | None = None) -> str:
    """Return a text with a word in brackets for each address and number of a person in it."""
    for kind, pattern in _EACH:
        text = pattern.sub(
            lambda found, kind=kind: f"[{kind}{' ' + code(found[0]) if code else ''}]",  # type: ignore[misc]
            text,
        )
    return text


def without_particulars(raw: RawLog, mapping: Mapping, key: str) -> RawLog:
    """Return the file with the particulars masked in each column that is kept, and notes of it."""
    table, rows = raw.table, Counter[str]()
    for field, header in mapping.sources().items():
        if field == "record_number" or (field in CODED and is_private(header)):
            continue  # all of it becomes codes
        place = raw.headers.index(header)
        cells = _cells(table.column(place), field, key)
        if cells is not None:
            rows[header] += int(pc.sum(pc.not_equal(cells, table.column(place))).as_py() or 0)
            table = table.set_column(place, table.schema.field(place), cells)
    notes = tuple(
        f"In {header!r} {count:,} {'row names' if count == 1 else 'rows name'} persons, phones or "
        "addresses: a word in brackets is kept in their place."
        for header, count in rows.items()
        if count
    )
    return replace(raw, table=table, notes=(*raw.notes, *notes)) if notes else raw


def masked_rows(rows: pa.Table, key: str) -> pa.Table:
    """Return the kept rows of a log, which may be older than this, with the particulars masked."""
    for place, field in enumerate(rows.column_names):
        if rows.schema.field(field).type == pa.string() and field != "record_number":
            cells = _cells(rows[field], field, key)
            rows = rows if cells is None else rows.set_column(place, field, cells)
    return rows


def _cells(cells: pa.ChunkedArray, field: str, key: str) -> pa.ChunkedArray | None:
    """Return a column with its particulars masked; None where it has none."""
    names = field == NAMED and _holds_names(cells)
    has_any = pc.any(pc.match_substring_regex(cells, _ANY)).as_py()
    if not (has_any or names):
        return None

    def code(found: str) -> str:
        return code_of(key, found.lower())[:8]

    def mask(word: str) -> str:
        if names and _NAME.match(word):
            return "[name]"
        is_date = looks_like_date(word) and not _LIKE_A_DATE.search(word)
        return word if is_date else masked(word, code if is_told_apart else None)

    is_told_apart = field in TOLD_APART
    return each_word(cells, mask, pa.string())


def _holds_names(cells: pa.ChunkedArray) -> bool:
    words = [word for word in cells.unique().to_pylist() if word]
    return bool(words) and 2 * sum(bool(_NAME.match(word)) for word in words) >= len(words)
