"""Put a file's rows to those that a log has already: added, recognised, or corrected; never doubled.

A row is recognised where all its kept cells say the same, as often as it stands; a date may be
written in another way, as it is where a sheet is saved as CSV. What is left is
paired by what names the row: the request number; for rows without a number all cells that are
known when a request arrives, if the row here was still open; for events the case, the activity
and the time. A pair is a correction, and the new row takes the place of the old one. A number that
comes with a receipt after the end of its request names another one.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from analytics.external_logs.database import Database, quoted
from analytics.external_logs.mapping import Mapping
from analytics.external_logs.particulars import masked_rows
from analytics.external_logs.values import counts_resends

LATER = frozenset(
    {
        *("completed_at", "complete_at", "status", "hold_start", "hold_end", "hold_reason"),
        *("failure_reason", "attempts", "usable", "staff", "need_by", "channel"),
    }
)
"""Fields that are filled in while a request is worked on."""
ANCHORS = ("received_anchor", "completed_anchor")
"""Fields of an event log whose column may give way to one of its activities."""
OF_AN_EVENT = ("case_id", "activity", "timestamp", "lifecycle")


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What a log holds already: its rows, how they were read, and the key of its codes."""

    rows: pa.Table
    layout: str
    sources: dict[str, str]
    headers: tuple[str, ...]
    key: str
    has_times: bool


@dataclass(frozen=True, kw_only=True)
class Merged:
    """The rows of the log afterwards, and what became of the rows of the file."""

    rows: pa.Table
    added: int
    recognised: int = 0
    corrected: int = 0
    kept: int = 0
    again: int = 0
    """Of those added, the ones whose number was that of a request which had ended before."""
    replaced_whole: bool = False

    def remarks(self) -> list[str]:
        """Return what is to be said of the numbers that were given again."""
        if not self.again:
            return []
        have, each = ("row has", "It is") if self.again == 1 else ("rows have", "Each is")
        said = f"{self.again:,} {have} a number that the log knew already, and came after that "
        return [f"{said}request had ended. {each} counted as a request of its own."]


def as_before(mapping: Mapping, said: Map[str, object], earlier: Earlier | None) -> Mapping:
    """Return the mapping with the receipt by the first event, where the log has it so.

    A column of receipt that nobody named must not take the place of a whole log.
    """
    if earlier is None or said.get("received") or "requests" in (earlier.layout, mapping.layout):
        return mapping
    is_new = "received_anchor" in mapping.sources() and "received_anchor" not in earlier.sources
    return replace(mapping, received="first_event") if is_new else mapping


def is_read_otherwise(
    earlier: Earlier, layout: str, sources: dict[str, str], headers: tuple[str, ...]
) -> bool:
    """Say whether the file is read in another way than the log was, so that rows cannot be matched.

    That is so where rows are requests there and events here, where a field comes from another
    column although the one that it came from is still there, where only one of the two takes
    receipt or completion from a column that both have, or where one counts all times that images
    were sent and the other those after the first.
    """
    if (earlier.layout == "requests") != (layout == "requests"):
        return True
    both = set(headers) & set(earlier.headers)
    for anchor in ANCHORS:
        there, here = earlier.sources.get(anchor), sources.get(anchor)
        if there != here and both & {there, here}:
            return True
    sent = [one["attempts"] for one in (earlier.sources, sources) if "attempts" in one]
    if len(set(map(counts_resends, sent))) > 1:
        return True
    return any(
        name in sources and sources[name] != header and header in headers
        for name, header in earlier.sources.items()
    )


def merge(earlier: Earlier, rows: pa.Table, layout: str, *, of_studies: bool = False) -> Merged:
    """Return the log's rows with those of a file put to them.

    Rows that are studies of a request share its number, which therefore names none of them.
    """
    earlier = replace(earlier, rows=masked_rows(earlier.rows, earlier.key))
    if not rows.num_rows or not earlier.rows.num_rows:
        both = earlier.rows if earlier.rows.num_rows else rows
        return Merged(rows=both, added=rows.num_rows, kept=earlier.rows.num_rows)
    fields = [name for name in rows.column_names if name != "row"]
    old_fields = [name for name in earlier.rows.column_names if name != "row"]
    common = [name for name in fields if name in old_fields]
    with Database() as database:
        database.register("new_rows", rows.append_column("i", _places(rows)))
        database.register("old_rows", earlier.rows.append_column("i", _places(earlier.rows)))
        for side, has in (("new", fields), ("old", old_fields)):
            everything = sorted({*fields, *old_fields})
            database.execute(
                f"CREATE TEMP TABLE {side} AS SELECT i, {_hash(everything, has)} AS whole, "
                f"{_hash(sorted(common), has)} AS shared, {_name(layout, common, of_studies)} AS name, "
                f"{_moment('received_at', has)} AS came, {_moment('completed_at', has)} AS over, "
                f"name || ' ' || came AS arrival FROM {side}_rows"
            )
        database.execute("CREATE TEMP TABLE there AS FROM old")
        same = _pairs(database, "whole")
        fixed = _pairs(database, "shared") if set(fields) != set(old_fields) else _NONE
        fixed = np.concatenate([fixed, _named(database, _may_change(layout, common))])
        again = database.table(f"SELECT count(*) FROM new n WHERE EXISTS ({_ENDED})")
    gone = np.concatenate([same[:, 1], fixed[:, 1]])
    stays = np.ones(earlier.rows.num_rows, dtype=bool)
    stays[gone] = False
    left = earlier.rows.filter(pa.array(stays))
    return Merged(
        rows=_joined(left, rows),
        added=rows.num_rows - len(same) - len(fixed),
        recognised=len(same),
        corrected=len(fixed),
        kept=left.num_rows,
        again=again[0][0].as_py(),
    )


_OVER = "starts_with(n.name, 'number ') AND n.came > o.over AND o.over >= o.came"
_ENDED = f"FROM there o WHERE o.name = n.name AND {_OVER}"
_NONE = np.empty((0, 2), dtype=np.int64)


def _places(table: pa.Table) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(np.arange(table.num_rows))])


def _hash(fields: list[str], has: list[str]) -> str:
    parts = [_said(one, has) for one in fields if not one.startswith("at:")]
    return f"md5(concat_ws(chr(31), {', '.join(parts)}))"


def _said(field: str, has: list[str]) -> str:
    """Return SQL for what a cell says: its moment, however it is written, else its text."""
    if field not in has:
        return "''"
    texts = [f"CAST({quoted(f'at:{field}')} AS VARCHAR)"] if f"at:{field}" in has else []
    return f"coalesce({', '.join([*texts, quoted(field), chr(39) * 2])})"


def _name(layout: str, common: list[str], of_studies: bool) -> str:
    """Return SQL for what names a row; null where nothing does."""
    if layout != "requests":
        return _hash([one for one in OF_AN_EVENT if one in common], common)
    known = [one for one in common if one not in LATER and not one.startswith("at:")]
    stem = "'stem ' || " + _hash(known, common)
    if "request_id" not in common or of_studies:
        return stem
    return f"CASE WHEN request_id <> '' THEN 'number ' || request_id ELSE {stem} END"


def _named(database: Database, may_change: str) -> np.ndarray:
    """Return the pairs of one name: first those that arrived at one moment, then the latest."""
    arrived = _pairs(database, "arrival", may_change)
    return np.concatenate([arrived, _pairs(database, "name", may_change, unless=_OVER)])


def _may_change(layout: str, common: list[str]) -> str:
    """Return which old rows may be corrected: those with a number, and those that were open."""
    if layout != "requests":
        return "TRUE"
    is_open = "completed_at = ''" if "completed_at" in common else "FALSE"
    numbered = "request_id <> ''" if "request_id" in common else "FALSE"
    return f"({numbered}) OR ({is_open})"


def _moment(field: str, has: list[str]) -> str:
    return quoted(f"at:{field}") if f"at:{field}" in has else "CAST(NULL AS BIGINT)"


def _pairs(
    database: Database, by: str, only_old: str = "TRUE", unless: str = "FALSE"
) -> np.ndarray:
    """Return (new, old) places of rows that agree, the latest first; they are then out of play."""
    nth = f"row_number() OVER (PARTITION BY {by} ORDER BY came DESC NULLS LAST, i) AS nth"
    database.execute(
        f"""CREATE OR REPLACE TEMP TABLE pairs AS
        WITH n AS (SELECT *, {nth} FROM new),
        o AS (SELECT *, {nth} FROM old WHERE i IN (SELECT i FROM old_rows WHERE {only_old}))
        SELECT n.i AS n, o.i AS o FROM n JOIN o ON n.{by} = o.{by} AND n.nth = o.nth
        WHERE coalesce(NOT ({unless}), TRUE)"""
    )
    for side, column in (("new", "n"), ("old", "o")):
        database.execute(f"DELETE FROM {side} WHERE i IN (SELECT {column} FROM pairs)")
    found = database.table("SELECT n, o FROM pairs")
    return np.stack([found["n"].to_numpy(), found["o"].to_numpy()], axis=1).astype(np.int64)


def _joined(left: pa.Table, rows: pa.Table) -> pa.Table:
    """Return old and new rows under each other; a field that one side lacks is blank there."""
    return _blanks_filled(pa.concat_tables([left, rows], promote_options="default"))


def _blanks_filled(table: pa.Table) -> pa.Table:
    for place, name in enumerate(table.column_names):
        if table.schema.field(name).type == pa.string() and table[name].null_count:
            table = table.set_column(place, name, table[name].fill_null(""))
    return table
