"""The cells of a file that are kept: those that a field uses, with codes for record numbers."""

from __future__ import annotations

from collections.abc import Mapping as Map
from functools import partial

import pyarrow as pa

from analytics.external_logs.codes import code_of
from analytics.external_logs.columns import is_private
from analytics.external_logs.mapping import BLANK, CODED, ENDED, Mapping
from analytics.external_logs.raw import RawLog, each_word


def kept_cells(raw: RawLog, mapping: Mapping, key: str) -> pa.Table:
    """Return one text column a field, and the row's number; what no field uses is left behind."""
    found: dict[str, pa.ChunkedArray] = {"row": pa.chunked_array([pa.array(raw.numbers)])}
    for name, header in mapping.sources().items():
        cells = raw.cells(header)
        if name == "record_number" or (name in CODED and is_private(header)):
            cells = each_word(cells, lambda text: code_of(key, text), pa.string())
        if undated := _undated(mapping, name):
            cells = each_word(cells, partial(_said, undated), pa.string())
        found[name] = cells
    return pa.table(found)


def _undated(mapping: Mapping, name: str) -> dict[str, str]:
    """Return what stands for words that are blanks, and in a completion for those that are ends."""
    meant = mapping.values.get(name, {})
    ends = ENDED if name == "completed_at" else frozenset()
    own = {word: means for word, means in meant.items() if means in ends}
    return own | {word: "" for word, means in meant.items() if means == BLANK}


def _said(instead: Map[str, str], text: str) -> str:
    return instead.get(text, text)


def shown(raw: RawLog, mapping: Mapping, numbers: list[int]) -> list[dict[str, str]]:
    """Return the cells of some rows as they were written, private columns left out, by header."""
    place_of = {int(number): place for place, number in enumerate(raw.numbers)} if numbers else {}
    headers = [
        header
        for name, header in mapping.sources().items()
        if name != "record_number" and not is_private(header)
    ]
    headers = sorted(set(headers), key=raw.headers.index)
    rows = [place_of.get(number) for number in numbers]
    blank = dict.fromkeys(headers, "")
    columns = {header: raw.cells(header) for header in headers}
    return [
        blank if row is None else {one: columns[one][row].as_py()[:200] for one in headers}
        for row in rows
    ]
