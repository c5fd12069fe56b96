"""Put a file's rows to those that a log has already: added, recognised, or corrected; never doubled.

A row is recognised where all its kept cells say the same, as often as it stands; a date may be
written in another way, as it is where a sheet is saved as CSV, and a column that the file lacks
says nothing. What is left is paired by what names the row: the request number; for rows without a
number all cells that are known when a request arrives, if the row here was still open; for events
the case, the activity and the time. A pair is a correction, and the new row takes the place of the
old one. A number of requests that were open at different times names each of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from analytics.external_logs.database import Database, quoted
from analytics.external_logs.earlier import Earlier, is_read_otherwise
from analytics.external_logs.mapping import Mapping
from analytics.external_logs.particulars import masked_rows
from analytics.external_logs.spans import KNOWN, are_apart, spans_of

LATER = frozenset(
    {
        *("completed_at", "complete_at", "status", "hold_start", "hold_end", "hold_reason"),
        *("failure_reason", "attempts", "usable", "staff", "need_by", "channel"),
    }
)
"""Fields that are filled in while a request is worked on."""
OF_AN_EVENT = ("case_id", "activity", "timestamp", "lifecycle")


@dataclass(frozen=True, kw_only=True)
class Merged:
    """The rows of the log afterwards, and what became of the rows of the file."""

    rows: pa.Table
    mapping: Mapping
    """How they are read: as the file is, and what it lacks as before."""
    headers: tuple[str, ...]
    added: int
    recognised: int = 0
    corrected: int = 0
    kept: int = 0
    again: int = 0
    """Of those added, the ones whose number was that of a request which had ended before."""
    replaced_whole: bool = False
    lacks: tuple[str, ...] = ()
    """The columns of the log that the file has not."""

    def remarks(self) -> list[str]:
        """Return what is to be said of columns that are not there, and of numbers given again."""
        return [*self._of_columns(), *self._of_numbers()]

    def _of_columns(self) -> list[str]:
        if not self.lacks:
            return []
        columns = "column" if len(self.lacks) == 1 else "columns"
        names = ", ".join(f"“{header}”" for header in self.lacks)
        said = f"This file has no {columns} {names}: rows that were there keep theirs, new ones "
        return [f"{said}have none."]

    def _of_numbers(self) -> list[str]:
        if not self.again:
            return []
        have, each = ("row has", "It is") if self.again == 1 else ("rows have", "Each is")
        said = (
            f"{self.again:,} {have} a number that the log knew already, for a request at another "
        )
        return [f"{said}time. {each} counted as a request of its own."]


def merge(
    earlier: Earlier | None, rows: pa.Table, mapping: Mapping, headers: tuple[str, ...]
) -> Merged:
    """Return the log's rows with those of a file put to them.

    Where the file is read in another way than the log was, it takes the log's place.
    """
    alone = Merged(rows=rows, mapping=mapping, headers=headers, added=rows.num_rows)
    if earlier is None:
        return alone
    if is_read_otherwise(earlier, mapping.layout, mapping.sources(), headers):
        return replace(alone, replaced_whole=True)
    lacks = earlier.lacking(mapping, headers)
    whole = replace(
        alone,
        mapping=earlier.completed(mapping, headers),
        headers=tuple(dict.fromkeys((*earlier.headers, *headers))),
        lacks=tuple(one for one in earlier.headers if one in lacks.values()),
    )
    earlier = replace(earlier, rows=masked_rows(earlier.rows, earlier.key))
    if not rows.num_rows or not earlier.rows.num_rows:
        both = earlier.rows if earlier.rows.num_rows else rows
        return replace(whole, rows=both, kept=earlier.rows.num_rows)
    same, fixed, again = _matched(earlier.rows, rows, whole.mapping, set(lacks))
    pairs = np.concatenate([same, fixed])
    stays = np.ones(earlier.rows.num_rows, dtype=bool)
    stays[pairs[:, 1]] = False
    left = earlier.rows.filter(pa.array(stays))
    return replace(
        whole,
        rows=_joined(left, _with_cells(rows, earlier.rows, pairs, set(lacks))),
        added=rows.num_rows - len(pairs),
        recognised=len(same),
        corrected=len(fixed),
        kept=left.num_rows,
        again=again,
    )


def _matched(
    earlier: pa.Table, rows: pa.Table, mapping: Mapping, lacks: set[str]
) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the pairs of rows that say the same and of corrections, and the numbers given again."""
    layout = mapping.layout
    fields = [name for name in rows.column_names if name != "row"]
    old_fields = [name for name in earlier.column_names if name != "row"]
    common = [name for name in fields if name in old_fields]
    everything = sorted({*fields, *old_fields} - lacks)
    spans = _spans(earlier, rows, mapping, has_numbers=_has_numbers(common, mapping))
    with Database() as database:
        for side, table, has in (("new", rows, fields), ("old", earlier, old_fields)):
            database.register(f"{side}_rows", table.append_column("i", _places(table)))
            database.register(f"{side}_spans", spans[side].append_column("i", _places(table)))
            database.execute(
                f"CREATE TEMP TABLE {side} AS SELECT {side}_rows.i, "
                f"{_hash(everything, has)} AS whole, {_hash(sorted(common), has)} AS shared, "
                f"{_name(common, mapping)} AS name, "
                f"{_moment('received_at', has)} AS came, "
                f"name || ' ' || came AS arrival, began, done, over "
                f"FROM {side}_rows JOIN {side}_spans USING (i)"
            )
        database.execute("CREATE TEMP TABLE there AS FROM old")
        same = _pairs(database, "whole")
        fixed = _pairs(database, "shared") if set(fields) != set(old_fields) else _NONE
        fixed = np.concatenate([fixed, _named(database, _may_change(layout, common))])
        again = database.table(
            f"SELECT count(*) FROM new n SEMI JOIN there o ON o.name = n.name AND {_IS_ANOTHER}"
        )
    return same, fixed, int(again[0][0].as_py())


def _has_numbers(common: list[str], mapping: Mapping) -> bool:
    """Say whether rows are named by numbers of requests.

    Rows that are studies of a request share its number, which therefore names none of them.
    """
    is_of_requests = mapping.layout == "requests" and mapping.row != "study"
    return is_of_requests and "request_id" in common


def _spans(
    earlier: pa.Table, rows: pa.Table, mapping: Mapping, *, has_numbers: bool
) -> dict[str, pa.Table]:
    """Return when the requests of rows were open, where their numbers may be given again."""
    if not has_numbers:
        nothing = {name: pa.nulls(rows.num_rows, pa.int64()) for name in ("began", "done", "over")}
        blank = {name: pa.nulls(earlier.num_rows, pa.int64()) for name in nothing}
        return {"new": pa.table(nothing), "old": pa.table(blank)}
    told = [
        table.select([name for name in KNOWN if name in table.column_names])
        for table in (earlier, rows)
    ]
    found = spans_of(_joined(*told), mapping)
    return {"old": found.slice(0, earlier.num_rows), "new": found.slice(earlier.num_rows)}


def _with_cells(rows: pa.Table, earlier: pa.Table, pairs: np.ndarray, lacks: set[str]) -> pa.Table:
    """Return a file's rows with the cells of columns that it lacks, as the log's rows have them."""
    places = np.full(rows.num_rows, -1, dtype=np.int64)
    places[pairs[:, 0]] = pairs[:, 1]
    taken = pa.array(places, mask=places < 0)
    for name in earlier.column_names:
        if name.removeprefix("at:") in lacks:
            rows = rows.append_column(name, earlier[name].take(taken))
    return rows


_IS_NUMBER = "starts_with(name, 'number ')"
_IS_ANOTHER = f"starts_with(n.name, 'number ') AND {are_apart('n', 'o')}"
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


def _name(common: list[str], mapping: Mapping) -> str:
    """Return SQL for what names a row; null where nothing does."""
    if mapping.layout != "requests":
        return _hash([one for one in OF_AN_EVENT if one in common], common)
    known = [one for one in common if one not in LATER and not one.startswith("at:")]
    stem = "'stem ' || " + _hash(known, common)
    if not _has_numbers(common, mapping):
        return stem
    return f"CASE WHEN request_id <> '' THEN 'number ' || request_id ELSE {stem} END"


def _named(database: Database, may_change: str) -> np.ndarray:
    """Return the pairs of one name: first those that arrived at one moment, then the latest.

    Of the requests of one number only one that was open at the same time can be the same.
    """
    found = [_pairs(database, "arrival", may_change)]
    found += [_nearest(database, is_later=one) for one in (False, True)]
    return np.concatenate([*found, _pairs(database, "name", may_change, unless=_IS_ANOTHER)])


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
    """Return (new, old) places of rows that agree, the latest first."""
    nth = f"row_number() OVER (PARTITION BY {by} ORDER BY came DESC NULLS LAST, i) AS nth"
    return _taken(
        database,
        f"""WITH n AS (SELECT *, {nth} FROM new),
        o AS (SELECT *, {nth} FROM old WHERE i IN (SELECT i FROM old_rows WHERE {only_old}))
        SELECT n.i AS n, o.i AS o FROM n JOIN o ON n.{by} = o.{by} AND n.nth = o.nth
        WHERE NOT ({unless})""",
    )


def _nearest(database: Database, *, is_later: bool) -> np.ndarray:
    """Return the pairs of numbered rows whose requests were open at once.

    It is the last that came before the new one, or the first that came later.
    """
    order, sign = ("", "<=") if is_later else ("DESC", ">=")
    first = "row_number() OVER (PARTITION BY name, began ORDER BY i) = 1"
    return _taken(
        database,
        f"""WITH n AS (FROM new WHERE {_IS_NUMBER}),
        o AS (FROM old WHERE {_IS_NUMBER} QUALIFY {first})
        SELECT n.i AS n, o.i AS o
        FROM n ASOF JOIN o ON n.name = o.name AND n.began {sign} o.began
        WHERE NOT {are_apart("n", "o")}
        QUALIFY row_number() OVER (PARTITION BY o.i ORDER BY n.began {order}, n.i) = 1""",
    )


def _taken(database: Database, sql: str) -> np.ndarray:
    """Return the pairs that a query finds; their rows are then out of play."""
    database.execute(f"CREATE OR REPLACE TEMP TABLE pairs AS {sql}")
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
