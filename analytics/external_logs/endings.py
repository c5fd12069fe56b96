"""How the requests of a log ended, and which completions are deliveries."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping as Map
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from analytics.external_logs.check import Findings, flags
from analytics.external_logs.mapping import BLANK, ENDED, Mapping
from analytics.external_logs.meant import MEANT, with_meanings
from analytics.external_logs.raw import RawLog, each_word
from analytics.external_logs.undated import (
    UNREADABLE,
    is_spoken_of,
    is_text,
    reader_of,
    says_no_value,
)
from analytics.external_logs.values import CLOSED

UNDATED = "ended_undated"
"""The outcome of a request whose status says that it is over, and no date says when."""
_READ = {BLANK: "still open", CLOSED: "over, nobody wrote when"}
_CLOSING = re.compile(r"\bclos|\bend", re.IGNORECASE)


def outcome_by(completed: str) -> str:
    """Return SQL for how a request ended, given that for when it was completed.

    What a status says is believed before its date: a denied one that was closed was not sent.
    """
    return f"""CASE WHEN meant_outcome NOT IN ('', '{CLOSED}') THEN meant_outcome
        WHEN {completed} IS NOT NULL THEN 'delivered'
        WHEN meant_outcome = '{CLOSED}' THEN '{UNDATED}' END"""


def available_by(completed: str, mapping: Mapping) -> str:
    """Return SQL for when images were there: at the completion of what was not ended otherwise.

    Where a log knows closing dates alone, and nothing of sending, a closing is all there is.
    """
    if tells_closings(mapping):
        return completed
    return f"CASE WHEN ({outcome_by(completed)}) = 'delivered' THEN {completed} END"


def ended_by_word(raw: RawLog, mapping: Mapping) -> Any:
    """Say of each row whether a word stands in place of its completion that was said to be an end.

    A word that is called as one of our meanings, such as denied, has it only where somebody says so.
    """
    header = mapping.sources().get("completed_at")
    if header is None or not is_spoken_of(mapping):
        return np.zeros(raw.table.num_rows, dtype=bool)
    meaning = reader_of(mapping)
    return flags(each_word(raw.cells(header), lambda text: meaning(text) in ENDED, pa.bool_()))


def note_texts(raw: RawLog, kept: pa.Table, mapping: Mapping, findings: Findings) -> None:
    """Say as what the texts were read that stand for a completion and that no answer names."""
    header = mapping.sources().get("completed_at")
    if header is None or not mapping.undated:
        return
    own, meaning = mapping.values.get("completed_at", {}), reader_of(mapping)
    is_kept = np.isin(raw.numbers, kept["row"])
    said: Counter[str] = Counter()
    for text, rows in _texts(raw.cells(header), is_kept, own, mapping.undated):
        meant = meaning(text)
        said["no date, and rejected" if meant is None else _READ.get(meant, meant)] += rows
    if not said:
        return
    parts = ", ".join(
        f"{rows:,} as {means.replace('_', ' ')}" for means, rows in said.most_common()
    )
    rows = said.total()
    has, are = ("row has", "It was") if rows == 1 else ("rows have", "They were")
    findings.remarks.append(
        f"{rows:,} {has} a text in “{header}” that is no date and that no answer names. {are} read "
        f"so: {parts}."
    )


def _texts(
    cells: pa.ChunkedArray, is_kept: Any, own: Map[str, str], undated: str
) -> Iterator[tuple[str, int]]:
    """Yield such texts and their rows; those of rows that are rejected only where all of them are."""
    if undated != UNREADABLE:
        cells = cells.filter(pa.array(is_kept))
    for one in cells.value_counts().to_pylist():
        text = one["values"]
        if is_text(text) and text not in own and not says_no_value(text):
            yield text, one["counts"]


def tells_closings(mapping: Mapping) -> bool:
    """Say whether the completion of a log is that of closing a request, however it ended."""
    header = mapping.sources().get("completed_at", "")
    return bool(_CLOSING.search(header)) and "channel" not in mapping.columns


def note_undated(cells: pa.Table, mapping: Mapping, findings: Findings) -> None:
    """Say how many rows are closed by their status and have no date of completion."""
    told = [name for name in ("status", "completed_at") if name in cells.column_names]
    meant = with_meanings(cells.select(told), mapping)
    if MEANT["status"] not in meant.column_names:
        return
    undated = pc.equal(meant[MEANT["status"]], CLOSED).fill_null(False)
    if "completed_at" in cells.column_names:
        undated = pc.and_(undated, pc.is_null(cells["at:completed_at"]))
    if rows := int(pc.sum(undated).as_py() or 0):
        findings.remarks.append(
            f"{rows:,} row{' says' if rows == 1 else 's say'} that the request is over, and no date "
            "says when: counted neither as open nor as delivered, in time or late."
        )
