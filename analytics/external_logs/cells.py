"""The cells of a file that are kept: those that a field uses, with codes for record numbers."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Map
from functools import partial

import pyarrow as pa

from analytics.external_logs.codes import code_of
from analytics.external_logs.columns import is_private
from analytics.external_logs.mapping import BLANK, CODED, Mapping
from analytics.external_logs.raw import RawLog, each_word
from analytics.external_logs.undated import is_spoken_of, reader_of


def kept_cells(raw: RawLog, mapping: Mapping, key: str) -> pa.Table:
    """Return one text column a field, and the row's number; what no field uses is left behind."""
    found: dict[str, pa.ChunkedArray] = {"row": pa.chunked_array([pa.array(raw.numbers)])}
    for name, header in mapping.sources().items():
        cells = raw.cells(header)
        if name == "record_number" or (name in CODED and is_private(header)):
            cells = each_word(cells, lambda text: code_of(key, text), pa.string())
        if name == "completed_at" and is_spoken_of(mapping):
            cells = each_word(cells, partial(_ended, reader_of(mapping)), pa.string())
        elif blanks := _blanks(mapping, name):
            cells = each_word(cells, partial(_said, blanks), pa.string())
        found[name] = cells
    return pa.table(found)


def _ended(meaning: Callable[[str], str | None], text: str) -> str:
    """Return how a request ended, a blank, or the text itself where it is a date or nothing."""
    meant = meaning(text)
    return text if meant is None else "" if meant == BLANK else meant


def _blanks(mapping: Mapping, name: str) -> dict[str, str]:
    """Return a blank for each word that was said to be one."""
    meant = mapping.values.get(name, {})
    return {word: "" for word, means in meant.items() if means == BLANK}


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
