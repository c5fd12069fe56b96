"""One row per request: rows become requests and the few events that they tell of."""

from __future__ import annotations

from collections.abc import Mapping as Map
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from analytics.external_logs.channel_words import counted
from analytics.external_logs.check import (
    Clock,
    Findings,
    Reason,
    blank,
    flags,
    lonely,
    note_uncounted,
    note_unmeant,
    note_unread,
    note_ways,
    reject,
    totals,
    unread,
    with_counts,
)
from analytics.external_logs.database import Database
from analytics.external_logs.days import early
from analytics.external_logs.endings import (
    available_by,
    ended_by_word,
    note_texts,
    note_undated,
    outcome_by,
)
from analytics.external_logs.mapping import Mapping
from analytics.external_logs.meant import ASKED, MEANT, tells_way, way_of, with_meanings
from analytics.external_logs.raw import RawLog
from analytics.external_logs.values import NO_FAILURE, channels_of, speaks_our_channels


def check_requests(
    raw: RawLog, cells: pa.Table, mapping: Mapping, clock: Clock, findings: Findings
) -> pa.Table:
    """Return the rows that can be used; every other row is listed with its reason."""
    received, completed = unread(cells, "received_at"), unread(cells, "completed_at")
    completed &= ~ended_by_word(raw, mapping)
    missing, unnumbered = blank(cells, "received_at"), blank(cells, "request_id")

    def unreadable(name: str) -> Reason:
        return lambda place: clock.why_not(cells[name][place].as_py())

    reasons: list[tuple[Any, Reason]] = [
        (totals(raw.table, missing | received), "a totals row, not a request"),
        (raw.doubled & ~unnumbered, "the same row stands in the file before"),
        (lonely(raw.table) & (missing | received), "a heading between rows, not a request"),
        (missing, "no received date"),
        (received, unreadable("received_at")),
        (completed, unreadable("completed_at")),
        (early(cells, clock.zone), "completed before it was received"),
        (clock.is_later(cells, "received_at"), "received after the as-of time"),
    ]
    kept = reject(raw, cells, reasons, findings)
    note_uncounted(kept, mapping, findings)
    note_unmeant(kept, mapping, findings, ASKED)
    if "direction" in kept.column_names:
        note_ways(int((~flags(tells_way(kept, mapping))).sum()), "rows", findings)
    note_undated(kept, mapping, findings)
    note_texts(raw, kept, mapping, findings)
    _note_same(raw.doubled & unnumbered & np.isin(raw.numbers, kept["row"]), findings)
    note_unread(kept, ("complete_at", "need_by", "hold_start", "hold_end"), findings)
    return _without_turned_holds(kept, findings)


def _note_same(same: Any, findings: Findings) -> None:
    """Without a number nobody knows that two rows are one request: both are counted, and it is said."""
    if rows := int(same.sum()):
        findings.remarks.append(
            f"{rows:,} row{' is' if rows == 1 else 's are'} the same as another, and no request "
            "number says that they are one request: each is counted."
        )


def _without_turned_holds(cells: pa.Table, findings: Findings) -> pa.Table:
    if not {"hold_start", "hold_end"} <= set(cells.column_names):
        return cells
    turned = pc.less(cells["at:hold_end"], cells["at:hold_start"]).fill_null(False)
    rows = int(pc.sum(turned).as_py() or 0)
    if rows:
        findings.could_not_read("hold", rows, "a hold that ends before it begins")
        nothing = pa.scalar(None, pa.int64())
        for name in ("at:hold_end", "at:hold_start"):
            place = cells.column_names.index(name)
            cells = cells.set_column(place, name, pc.if_else(turned, nothing, cells[name]))
    return cells


_SAYS_NONE = f"lower(trim(failure_reason)) IN {NO_FAILURE}"
_COMPLETED = '"at:completed_at"'
_OUTCOME = outcome_by(_COMPLETED)
_IS_HELD = f"({_OUTCOME}) IS NULL AND hold_end = ''"
_COLUMNS: dict[str, tuple[str, str]] = {
    "requester_type": ("requester_type", "nullif(requester_type, '')"),
    "legal_basis": ("legal_basis", "nullif(legal_basis, '')"),
    "modality": ("modality", "nullif(modality, '')"),
    "partner": ("partner", "nullif(partner, '')"),
    "state": ("status", "nullif(status, '')"),
    "complete": ("complete_at", '"at:complete_at"'),
    "available": ("completed_at", "{available}"),
    "ended": ("completed_at", '"at:completed_at"'),
    "contract_stop": ("completed_at", "{available}"),
    "due": ("need_by", '"at:need_by"'),
    "contract_due": ("need_by", '"at:need_by"'),
    "usable": ("usable", "coalesce(meant_usable, 'untested')"),
    "hold_start": ("hold_start", '"at:hold_start"'),
    "hold_end": ("hold_end", '"at:hold_end"'),
    "hold_reason": ("hold_reason", "nullif(hold_reason, '')"),
    "failure": (
        "failure_reason",
        f"CASE WHEN NOT {_SAYS_NONE} THEN nullif(left(failure_reason, 60), '') END",
    ),
    "staff": ("staff", "nullif(staff, '')"),
    "word": ("channel", "channel"),
    "counted": ("studies", "meant_studies"),
}
"""What a request has where the file has the field: a column of nothing else would cost memory."""
_HELD = {
    "held_since": ("hold_start", f'CASE WHEN {_IS_HELD} THEN "at:hold_start" END'),
    "held_for": ("hold_start", f"CASE WHEN {_IS_HELD} THEN nullif(hold_reason, '') END"),
}
_WORDS = """
SELECT i, 'row-' || i AS request_id,
    CASE WHEN request_id = '' THEN 'row ' || row ELSE request_id END AS number,
    CASE WHEN facility = '' THEN 'all' ELSE facility END AS facility,
    {direction} AS direction,
    {outcome} AS outcome,
    "at:received_at" AS received, {attempts} AS attempts{columns}
FROM cells ORDER BY facility, received, i
"""
_STEPS: tuple[tuple[str, str], ...] = (
    (
        "received_at",
        """0 AS rank, received AS occurred, 'received' AS activity, NULL AS reason,
        NULL AS channel, NULL AS medium, NULL::BIGINT AS studies FROM words""",
    ),
    (
        "hold_start",
        """1, hold_start, 'hold_started', {hold_reason}, NULL, NULL, NULL FROM words
        WHERE hold_start IS NOT NULL""",
    ),
    (
        "hold_end",
        """2, hold_end, 'hold_ended', NULL, NULL, NULL, NULL FROM words
        WHERE {hold_start} IS NOT NULL AND hold_end IS NOT NULL""",
    ),
    (
        "failure_reason",
        """3, received, 'failure_noted', failure, NULL, NULL, NULL FROM words
        WHERE failure IS NOT NULL""",
    ),
    (
        "completed_at",
        """4 + 2 * nth, available, 'available', NULL, w.channel, w.medium,
        CASE WHEN w.ways = 1 THEN {counted} END
        FROM words JOIN ways w ON w.word = {sent} WHERE available IS NOT NULL""",
    ),
    (
        "completed_at",
        """5 + 2 * nth, available, 'images_received', NULL, w.channel, w.medium,
        CASE WHEN w.ways = 1 THEN {counted} END
        FROM words JOIN ways w ON w.word = {sent}
        WHERE available IS NOT NULL AND direction = 'inbound'""",
    ),
)
"""The steps that a row tells of, where the file has the field that they begin with."""
_BLANK = {"hold_reason": "NULL", "hold_start": "NULL", "counted": "NULL"}


def build_requests(
    cells: pa.Table, mapping: Mapping, database: Database
) -> tuple[pa.Table, pa.Table, dict[str, int]]:
    """Return the tables of requests and of events of the kept rows, and each channel word's rows."""
    has = set(cells.column_names)
    cells = with_counts(with_meanings(cells, mapping), mapping)
    cells = cells.append_column("i", pa.array(np.arange(1, cells.num_rows + 1)))
    database.register_whole("cells", cells, (*FIELDS, *MEANT.values()), TIMES)
    told = {**_COLUMNS, **(_HELD if mapping.tells_holds() else {})}
    columns = [f", {sql} AS {name}" for name, (field, sql) in told.items() if field in has]
    words = {"attempts": _attempts(mapping), "outcome": _OUTCOME, "direction": way_of(mapping)}
    words["columns"] = "".join(columns).format(available=available_by(_COMPLETED, mapping))
    requests = database.table(_WORDS.format(**words))
    channel = cells["channel"] if "channel" in has else pa.chunked_array([pa.array([""])])
    said = counted(channel)
    database.register("ways", ways(said, mapping.values.get("channel", {})))
    database.register("words", requests)
    return requests, _events(database, has, set(requests.column_names)), said


def _attempts(mapping: Mapping) -> str:
    """Return SQL for how often a row says that the images were sent, 0 where it does not say.

    Where no column counts it, a problem that is said to be none was none of sending either.
    """
    if "attempts" in mapping.columns:
        return "coalesce(meant_attempts, 0)"
    if "failure_reason" in mapping.columns:
        return f"CASE WHEN {_SAYS_NONE} THEN 1 ELSE 0 END"
    return "0"


def _events(database: Database, has: set[str], columns: set[str]) -> pa.Table:
    words = {name: name if name in columns else blank for name, blank in _BLANK.items()}
    words["sent"] = "words.word" if "word" in columns else "''"
    staff = "staff" if "staff" in columns else "NULL"
    told = " UNION ALL ".join(
        f"SELECT i, request_id, facility, direction, TRUE AS by_person, {staff} AS actor, "
        + sql.format(**words)
        for field, sql in _STEPS
        if field in has
    )
    return numbered(database.table(f"SELECT * FROM ({told}) ORDER BY i, occurred, rank"))


def numbered(events: pa.Table) -> pa.Table:
    """Return events, which stand in order of `i`, with their place within it, from one."""
    i = events["i"].to_numpy()
    seq = np.arange(len(i)) - np.searchsorted(i, i) + 1
    return events.drop_columns(["i", "rank"]).append_column("seq", pa.array(seq.astype(np.int32)))


def ways(said: Map[str, int], own: Map[str, str]) -> pa.Table:
    """Return, for each different text of the channel column, the channels that it names.

    `ways` is how many there are: where several are, nobody knows which of them carried how much.
    """
    translate = speaks_our_channels(said, own)
    rows = []
    for word in said:
        pairs: list[tuple[str | None, str | None]] = [(None, None)]
        if word:
            pairs = [(way, str(medium)) for way, medium in channels_of(word, own)]
            pairs = pairs if translate else [(word, "unknown")]
        rows += [(word, nth, *pair, len(pairs)) for nth, pair in enumerate(pairs)]
    names = ("word", "nth", "channel", "medium", "ways")
    kinds = (pa.string(), pa.int64(), pa.string(), pa.string(), pa.int64())
    parts = zip(*rows, strict=True) if rows else [()] * 5
    arrays = [pa.array(part, kind) for part, kind in zip(parts, kinds, strict=True)]
    return pa.table(arrays, names=list(names))


FIELDS = (
    *("request_id", "received_at", "completed_at", "complete_at", "need_by", "direction"),
    *("requester_type", "partner", "facility", "channel", "modality", "status", "hold_start"),
    *("hold_end", "hold_reason", "legal_basis", "failure_reason", "usable", "staff", "studies"),
)
TIMES = tuple(
    f"at:{name}"
    for name in ("received_at", "completed_at", "complete_at", "need_by", "hold_start", "hold_end")
)
