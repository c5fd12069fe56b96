"""The words of a log's column of channels: how often each is said, and which of them we know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyarrow import compute as pc

from analytics.external_logs.mapping import Mapping
from analytics.external_logs.raw import RawLog
from analytics.external_logs.values import (
    LONGEST_WORD,
    asked_beside,
    channels_of,
    is_known,
    speaks_our_channels,
    unknown_beside,
)

_NAMED = 3  # words that a sentence names


@dataclass(frozen=True, kw_only=True)
class ChannelWord:
    """A word as written, on how many rows it stands, and the channels that it is read as."""

    text: str
    rows: int
    alone: int
    """On how many of them it is the whole cell."""
    means: tuple[str, ...]
    is_given: bool
    """True where a mapping says what it means."""


def counted(cells: pa.ChunkedArray) -> dict[str, int]:
    """Return how often each different cell is said, the blank one too."""
    found = pc.value_counts(cells.combine_chunks()).to_pylist()
    return {one["values"]: one["counts"] for one in found}


def channel_words(raw: RawLog, mapping: Mapping) -> Iterator[ChannelWord]:
    """Yield the words of the file's column of channels, the most frequent first.

    Of a cell that names a known way beside an unknown one both stand: the cell, and the word in
    it that asks what it means, also when somebody has answered.
    """
    header = mapping.columns.get("channel")
    own = mapping.values.get("channel", {})
    cells = counted(raw.cells(header)) if header else {}
    said = Counter(cells)
    for cell, rows in cells.items():
        said.update(dict.fromkeys(asked_beside(cell or "", own), rows))
    for word, rows in _ranked(said):
        ways = tuple(way for way, _ in channels_of(word, own))
        yield ChannelWord(
            text=word,
            rows=rows,
            alone=cells.get(word, 0),
            means=ways if is_known(word, own) else (),
            is_given=word in own,
        )


def words_to_ask(raw: RawLog, mapping: Mapping) -> Iterator[dict[str, Any]]:
    """Yield the words that nobody gave a meaning and that can be asked about, with their rows."""
    for one in channel_words(raw, mapping):
        if not one.means and not one.is_given and can_be_asked(one.text):
            yield {"word": one.text, "rows": one.rows}


def rows_unread(raw: RawLog, mapping: Mapping) -> int:
    """Return on how many rows a way of sending stands that nobody knows, alone or beside others."""
    header = mapping.columns.get("channel")
    own = mapping.values.get("channel", {})
    cells = counted(raw.cells(header)) if header else {}
    return sum(
        rows
        for cell, rows in cells.items()
        if cell and cell not in own and (not is_known(cell, own) or unknown_beside(cell, own))
    )


def can_be_asked(word: str) -> bool:
    """Say whether somebody can be asked what a word means: it is short, and can be shown."""
    return len(word) <= LONGEST_WORD and word.isprintable()


def why_ignored(counts: Map[str, int], own: Map[str, str], *, rows: str) -> str:
    """Return why no word of a column is read although some are known; "" where that is not so.

    `rows` is what was counted: rows, or cases.
    """
    known = {word: n for word, n in counts.items() if is_known(word, own)}
    if not known or speaks_our_channels(counts, own):
        return ""
    said = sum(n for word, n in counts.items() if word)
    unknown = {word: n for word, n in counts.items() if word and word not in known}
    return (
        f"{sum(known.values()):,} of {said:,} {rows} say a way of sending that we know "
        f"({_listed(known, quote=False)}), too few to read the column by: "
        f"say what {_listed(unknown, quote=True)} {'means' if len(unknown) == 1 else 'mean'}"
    )


def _listed(counts: Map[str, int], *, quote: bool) -> str:
    ranked = [word if can_be_asked(word) else "a remark" for word, _ in _ranked(counts)]
    named = [f"“{word[:40]}”" if quote else word[:40] for word in ranked[:_NAMED]]
    rest = len(ranked) - len(named)
    return ", ".join(named) + (f" and {rest} more" if rest else "")


def _ranked(counts: Map[str, int]) -> list[tuple[str, int]]:
    filled = [(word, n) for word, n in counts.items() if word]
    return sorted(filled, key=lambda pair: (-pair[1], pair[0]))
