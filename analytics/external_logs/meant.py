"""Words of a log as a mapping means them, and as ours; those of channels are read later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import pyarrow as pa
from pyarrow import compute as pc

from analytics.external_logs.mapping import ENDED
from analytics.external_logs.mapping import Mapping as HowRead
from analytics.external_logs.raw import RawLog, each_word
from analytics.external_logs.values import CLOSED, UNKNOWN_WAY, direction_of, outcome_of, usable_of

ASKED = ("direction", "usable")
"""Fields whose words somebody is asked about where they say nothing that we know."""
MEANT = {"direction": "meant_direction", "status": "meant_outcome", "usable": "meant_usable"}
"""The column in which stands what the words of a field mean."""


def as_meant(rows: pa.Table, values: Mapping[str, Mapping[str, str]]) -> pa.Table:
    """Return rows with the words that `values` gives, by field, for those written."""
    for field, own in values.items():
        if field not in ("channel", "completed_at") and field in rows.column_names:
            meant = each_word(rows[field], partial(_meaning, own), pa.string())
            rows = rows.set_column(rows.column_names.index(field), field, meant)
    return rows


def _meaning(own: Mapping[str, str], word: str) -> str:
    return own.get(word, word)


def with_meanings(cells: pa.Table, mapping: HowRead) -> pa.Table:
    """Return the kept cells with what directions, statuses and arrivals mean beside them."""
    for field, meaning in meanings_of(mapping).items():
        if field in cells.column_names:
            meant = each_word(cells[field], meaning, pa.string())
            cells = cells.append_column(MEANT[field], meant)
    return _with_ends(cells, mapping)


def _with_ends(cells: pa.Table, mapping: HowRead) -> pa.Table:
    """Return cells with the ends that are kept in place of a date, believed before a status.

    They may be those of an earlier file, of whose words this mapping need not speak. A word that
    only says that it is over ("Sent") does not undo what a status says of how it ended.
    """
    if mapping.layout != "requests" or "completed_at" not in cells.column_names:
        return cells
    # No other words are kept there: a row with one that nobody called an end is rejected.
    is_end = pc.is_in(cells["completed_at"], value_set=pa.array(sorted(ENDED)))
    if not pc.any(is_end).as_py():
        return cells
    ended = pc.if_else(is_end, cells["completed_at"], pa.scalar(None, pa.string()))
    name = MEANT["status"]
    if name not in cells.column_names:
        return cells.append_column(name, ended)
    place, status = cells.column_names.index(name), cells[name]
    tells_how = pc.is_in(status, value_set=pa.array(sorted(ENDED - {CLOSED})))
    is_only_over = pc.and_(tells_how, pc.equal(ended, CLOSED).fill_null(False))
    both = pc.if_else(is_only_over, status, pc.coalesce(ended, status))
    return cells.set_column(place, name, both)


def meanings_of(mapping: HowRead) -> dict[str, Callable[[str], str | None]]:
    """Return what reads the words of each field that has our words; None of one that says nothing.

    A word that the mapping gives a meaning is read as that.
    """
    header = mapping.columns.get("status", "")
    readers: dict[str, Callable[[str], str | None]] = {
        "direction": direction_of,
        "status": lambda word: outcome_of(word, header),
        "usable": usable_of,
    }
    return {
        field: partial(_read, reader, mapping.values.get(field, {}))
        for field, reader in readers.items()
    }


def unmeant_words(raw: RawLog, mapping: HowRead) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield, for directions and arrivals, the words that say nothing and their rows, by frequency."""
    meanings = meanings_of(mapping)
    for field in ASKED if mapping.layout == "requests" else ASKED[:1]:
        if field in mapping.columns:
            said = Counter(raw.column(mapping.columns[field]))
            yield (
                field,
                [
                    {"word": word, "rows": rows}
                    for word, rows in said.most_common()
                    if word and meanings[field](word) is None
                ],
            )


def _read(reader: Callable[[str], str | None], own: Mapping[str, str], word: str) -> str | None:
    return reader(own.get(word, word))


def tells_way(cells: pa.Table, mapping: HowRead) -> pa.ChunkedArray:
    """Say of each row whether its direction says in or out."""
    meant = each_word(cells["direction"], meanings_of(mapping)["direction"], pa.string())
    return pc.is_valid(meant)


def way_of(mapping: HowRead) -> str:
    """Return SQL for the direction: outbound where no column tells, unknown where a cell does not."""
    if "direction" not in mapping.columns:
        return "'outbound'"
    return f"coalesce(nullif(meant_direction, ''), '{UNKNOWN_WAY}')"
