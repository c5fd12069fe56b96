"""One row per request: rows become requests and the few events that they tell of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from analytics.external_logs.check import (
    Clock,
    Findings,
    Reason,
    blank,
    lonely,
    note_uncounted,
    note_unread,
    reject,
    totals,
    unread,
)
from analytics.external_logs.database import Database
from analytics.external_logs.mapping import Mapping
from analytics.external_logs.raw import RawLog, each_word
from analytics.external_logs.values import (
    channels_of,
    direction_of,
    outcome_of,
    speaks_our_channels,
    studies_of,
    usable_of,
)


def check_requests(raw: RawLog, cells: pa.Table, clock: Clock, findings: Findings) -> pa.Table:
    """Return the rows that can be used; every other row is listed with its reason."""
    received, completed = unread(cells, "received_at"), unread(cells, "completed_at")
    early = np.zeros(cells.num_rows, dtype=bool)
    if "completed_at" in cells.column_names:
        late = pc.less(cells["at:completed_at"], cells["at:received_at"]).fill_null(False)
        early = late.combine_chunks().to_numpy(zero_copy_only=False)
    missing = blank(cells, "received_at")

    def unreadable(name: str) -> Reason:
        return lambda place: clock.why_not(cells[name][place].as_py())

    reasons: list[tuple[Any, Reason]] = [
        (totals(raw.table, missing | received), "a totals row, not a request"),
        (raw.doubled, "the same row stands in the file before"),
        (lonely(raw.table) & (missing | received), "a heading between rows, not a request"),
        (missing, "no received date"),
        (received, unreadable("received_at")),
        (completed, unreadable("completed_at")),
        (early, "completed before it was received"),
    ]
    kept = reject(raw, cells, reasons, findings)
    note_uncounted(kept, findings)
    note_unread(kept, ("complete_at", "need_by", "hold_start", "hold_end"), findings)
    return _without_turned_holds(kept, findings)


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


_WORDS = """
SELECT i, 'row-' || i AS request_id,
    CASE WHEN request_id = '' THEN 'row ' || row ELSE request_id END AS number,
    CASE WHEN facility = '' THEN 'all' ELSE facility END AS facility,
    coalesce(meant_direction, 'outbound') AS direction,
    nullif(requester_type, '') AS requester_type, nullif(legal_basis, '') AS legal_basis,
    nullif(modality, '') AS modality, nullif(partner, '') AS partner,
    nullif(status, '') AS state,
    CASE WHEN meant_outcome IN ('withdrawn', 'duplicate') THEN meant_outcome
        WHEN "at:completed_at" IS NOT NULL THEN 'delivered' ELSE meant_outcome END AS outcome,
    "at:received_at" AS received, "at:complete_at" AS complete, "at:completed_at" AS available,
    "at:completed_at" AS ended, "at:need_by" AS due, "at:need_by" AS contract_due,
    "at:completed_at" AS contract_stop, meant_usable AS usable,
    "at:hold_start" AS hold_start, "at:hold_end" AS hold_end, nullif(hold_reason, '') AS hold_reason,
    nullif(left(failure_reason, 60), '') AS failure, nullif(staff, '') AS staff, channel AS word,
    meant_studies AS counted
FROM cells
"""
_EVENTS = """
WITH told AS (
    SELECT i, 0 AS rank, received AS occurred, 'received' AS activity, NULL AS reason,
        NULL AS channel, NULL AS medium, NULL::BIGINT AS studies FROM words
    UNION ALL SELECT i, 1, hold_start, 'hold_started', hold_reason, NULL, NULL, NULL
        FROM words WHERE hold_start IS NOT NULL
    UNION ALL SELECT i, 2, hold_end, 'hold_ended', NULL, NULL, NULL, NULL FROM words
        WHERE hold_start IS NOT NULL AND hold_end IS NOT NULL
    UNION ALL SELECT i, 3, received, 'failure_noted', failure, NULL, NULL, NULL FROM words
        WHERE failure IS NOT NULL
    UNION ALL SELECT i, 4 + 2 * nth, available, 'available', NULL, w.channel, w.medium,
        CASE WHEN w.ways = 1 THEN counted END
        FROM words JOIN ways w USING (word) WHERE available IS NOT NULL
    UNION ALL SELECT i, 5 + 2 * nth, available, 'images_received', NULL, w.channel, w.medium,
        CASE WHEN w.ways = 1 THEN counted END
        FROM words JOIN ways w USING (word) WHERE available IS NOT NULL AND direction = 'inbound'
)
SELECT request_id, facility, direction,
    CAST(row_number() OVER (PARTITION BY i ORDER BY occurred, rank) AS INTEGER) AS seq,
    occurred, activity, TRUE AS by_person, staff AS actor, reason, channel, medium,
    studies
FROM told JOIN words USING (i) ORDER BY i, seq
"""


def build_requests(
    cells: pa.Table, mapping: Mapping, database: Database
) -> tuple[pa.Table, pa.Table]:
    """Return the tables of requests and of events of the kept rows."""
    own = dict(mapping.values.get("channel", {}))
    full = complete(cells, FIELDS, TIMES)
    meant = {
        "meant_direction": each_word(full["direction"], direction_of, pa.string()),
        "meant_outcome": each_word(full["status"], outcome_of, pa.string()),
        "meant_usable": each_word(full["usable"], usable_of, pa.string()),
        "meant_studies": each_word(full["studies"], studies_of, pa.int64()),
    }
    if "usable" not in cells.column_names:
        meant["meant_usable"] = pa.chunked_array([pa.nulls(cells.num_rows, pa.string())])
    for name, column in meant.items():
        full = full.append_column(name, column)
    full = full.append_column("i", pa.array(np.arange(1, full.num_rows + 1)))
    database.register("cells", full)
    database.register("ways", ways(full["channel"], own))
    requests = database.table(f"{_WORDS} ORDER BY facility, received, i")
    database.register("words", requests)
    return requests, database.table(_EVENTS)


def ways(channel: pa.ChunkedArray, own: dict[str, str]) -> pa.Table:
    """Return, for each different text of the channel column, the channels that it names.

    `ways` is how many there are: where several are, nobody knows which of them carried how much.
    """
    counted = pc.value_counts(channel.combine_chunks()).to_pylist()
    translate = speaks_our_channels({one["values"]: one["counts"] for one in counted}, own)
    rows = []
    for one in counted:
        word = one["values"]
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
TIMES = ("received_at", "completed_at", "complete_at", "need_by", "hold_start", "hold_end")


def complete(cells: pa.Table, texts: Iterable[str], times: Iterable[str]) -> pa.Table:
    """Return the cells with a blank column for every text and time that the file does not have."""
    n = cells.num_rows
    for name in texts:
        if name not in cells.column_names:
            cells = cells.append_column(name, pa.chunked_array([pa.repeat("", n)]))
    for name in times:
        if f"at:{name}" not in cells.column_names:
            cells = cells.append_column(f"at:{name}", pa.chunked_array([pa.nulls(n, pa.int64())]))
    return cells
