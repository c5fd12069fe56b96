"""One row per event: cases are the groups of their events."""

from __future__ import annotations

from collections.abc import Mapping as Map
from typing import Any

import pyarrow as pa
from pyarrow import compute as pc

from analytics.eventlog import OWN_WORD
from analytics.external_logs.channel_words import counted
from analytics.external_logs.check import (
    Clock,
    Findings,
    Reason,
    blank,
    note_turned,
    note_uncounted,
    note_unmeant,
    note_unread,
    note_ways,
    reject,
    unread,
    with_counts,
)
from analytics.external_logs.database import Database
from analytics.external_logs.endings import available_by, outcome_by
from analytics.external_logs.mapping import Anchor, Mapping
from analytics.external_logs.meant import tells_way, way_of, with_meanings
from analytics.external_logs.raw import RawLog
from analytics.external_logs.requests_layout import numbered, ways

ATTRIBUTES = ("facility", "requester_type", "partner", "modality", "channel", "need_by", "studies")
TEXTS = (
    *(*ATTRIBUTES, "staff", "received_anchor", "completed_anchor", "direction", "status"),
    *("meant_direction", "meant_outcome"),
)
TIMES = ("start_timestamp", "need_by", "received_anchor", "completed_anchor")


_TURNED = (
    ("start_timestamp", "timestamp", "a start after its end"),
    ("received_anchor", "completed_anchor", "an end of the case before its receipt"),
)


def check_events(
    raw: RawLog, cells: pa.Table, mapping: Mapping, clock: Clock, findings: Findings
) -> pa.Table:
    """Return the rows that can be used; every other row is listed with its reason."""
    moments = cells["timestamp"]
    reasons: list[tuple[Any, Reason]] = [
        (blank(cells, "case_id"), "no case number"),
        (blank(cells, "activity"), "no activity"),
        (blank(cells, "timestamp"), "no time"),
        (
            unread(cells, "timestamp"),
            lambda place: clock.why_not(moments[place].as_py(), kind="time"),
        ),
        (clock.is_later(cells, "timestamp"), "happened after the as-of time"),
    ]
    note_unread(cells, TIMES, findings)
    for one, other, what in _TURNED:
        note_turned(cells, one, other, what, findings)
    note_uncounted(cells, mapping, findings)
    _note_ways(cells, mapping, findings)
    return reject(raw, cells, reasons, findings)


def _note_ways(cells: pa.Table, mapping: Mapping, findings: Findings) -> None:
    """Note words of directions that say nothing, and the cases no row of which says one."""
    if "direction" not in cells.column_names:
        return
    note_unmeant(cells, mapping, findings, ["direction"])
    told = cells["case_id"].filter(tells_way(cells, mapping))
    cases, known = (pc.count_distinct(one).as_py() for one in (cells["case_id"], told))
    note_ways(cases - known, "cases", findings)


_CASES = """
CREATE TEMP TABLE cases AS
WITH told AS (
SELECT dense_rank() OVER (ORDER BY case_id) AS i, case_id,
    {received} AS received, {completed} AS completed,
    first(meant_direction ORDER BY "at:timestamp", "row") FILTER (WHERE meant_direction <> '')
        AS meant_direction,
    last(coalesce(meant_outcome, '') ORDER BY "at:timestamp", "row") FILTER (WHERE status <> '')
        AS meant_outcome,
    {texts},
    first("at:need_by" ORDER BY "at:timestamp", "row") FILTER (WHERE need_by <> '') AS due,
    max(meant_studies) AS counted, coalesce(max(meant_attempts), 0) AS attempts
FROM cells GROUP BY case_id
)
SELECT *, {direction} AS direction, {outcome} AS outcome, {available} AS available FROM told
"""
_REQUESTS = """
SELECT 'case-' || i AS request_id, case_id AS number, coalesce(facility, 'all') AS facility,
    direction, requester_type, partner, modality, outcome, received, available,
    completed AS ended, due, due AS contract_due, available AS contract_stop, attempts
FROM cases ORDER BY 3, received, request_id
"""
_PAIRED = """
CREATE TEMP TABLE happened AS
WITH told AS (
    SELECT *, CASE WHEN lower(lifecycle) = 'start' THEN -1
        WHEN lower(lifecycle) IN ('complete', 'ate_abort', 'pi_abort') THEN 1 ELSE 0 END AS ends
    FROM cells
), walked AS (
    SELECT *, sum(ends) OVER one AS ahead, sum(CASE WHEN ends = -1 THEN 1 ELSE 0 END) OVER one AS begun
    FROM told WINDOW one AS (PARTITION BY case_id, activity ORDER BY "at:timestamp", ends, "row"
        ROWS UNBOUNDED PRECEDING)
), paired AS (
    SELECT case_id, activity, count(*) FILTER (WHERE ends = 1) - greatest(0, max(ahead)) AS pairs
    FROM walked GROUP BY case_id, activity
)
SELECT walked.* FROM walked JOIN paired USING (case_id, activity)
WHERE NOT (ends = -1 AND begun <= pairs)
"""
"""A start and what ends the same are one step, which happened when it was over.

An end takes the earliest start that waits. Ends that found none waiting are as many as ends were
ever ahead of starts.
"""
_EVENTS = f"""
WITH told AS (
    SELECT case_id, 0 AS rank, "at:timestamp" AS occurred, "row" AS place,
        '{OWN_WORD}' || activity AS activity, TRUE AS by_person, nullif(staff, '') AS actor,
        NULL AS channel, NULL AS medium, NULL::BIGINT AS studies FROM happened
    UNION ALL
    SELECT case_id, 1, available, nth, 'available', FALSE, NULL, w.channel, w.medium,
        CASE WHEN w.ways = 1 THEN counted END
        FROM cases JOIN ways w ON w.word = coalesce(cases.channel, '') WHERE available IS NOT NULL
    UNION ALL
    SELECT case_id, 2, available, nth, 'images_received', FALSE, NULL, w.channel, w.medium,
        CASE WHEN w.ways = 1 THEN counted END
        FROM cases JOIN ways w ON w.word = coalesce(cases.channel, '')
        WHERE available IS NOT NULL AND direction = 'inbound'
)
SELECT 'case-' || i AS request_id, coalesce(facility, 'all') AS facility, direction,
    i, rank, told.occurred, told.activity, by_person, actor, told.channel, told.medium,
    told.studies
FROM told JOIN cases USING (case_id) ORDER BY i, rank, told.occurred, place
"""
_FIRST = """first({0} ORDER BY "at:timestamp", "row") FILTER (WHERE {0} <> '') AS {0}"""


def build_events(
    cells: pa.Table, mapping: Mapping, database: Database
) -> tuple[pa.Table, pa.Table, dict[str, int]]:
    """Return the tables of requests and of events of the kept rows, and each channel word's cases."""
    cells = with_meanings(with_counts(cells, mapping), mapping)
    blanks = [*(f"at:{name}" for name in TIMES), "meant_studies", "meant_attempts"]
    database.register_whole("cells", cells, TEXTS, blanks)
    received, first = _anchor(mapping.received, "received", is_first=True)
    # Where its own column is blank, a case was received by its first event at the latest.
    received = f"coalesce({received}, {_EARLIEST})" if _is_column(mapping.received) else received
    completed, last = _anchor(mapping.completed, "completed", is_first=False)
    texts = ", ".join(
        _FIRST.format(name) for name in ATTRIBUTES if name not in ("need_by", "studies")
    )
    database.execute(
        _CASES.format(
            **{"received": received, "completed": completed, "texts": texts},
            direction=way_of(mapping),
            outcome=outcome_by("completed"),
            available=available_by("completed", mapping),
        ),
        [*first, *last],
    )
    named = database.table("SELECT coalesce(channel, '') AS channel FROM cases")
    said = counted(named["channel"])
    database.register("ways", ways(said, mapping.values.get("channel", {})))
    is_paired = mapping.layout == "start_complete" and "lifecycle" in cells.column_names
    database.execute(_PAIRED if is_paired else "CREATE TEMP VIEW happened AS FROM cells")
    return database.table(_REQUESTS), numbered(database.table(_EVENTS)), said


_EARLIEST = 'least(min("at:timestamp"), min("at:start_timestamp"))'


def _is_column(anchor: Anchor) -> bool:
    return isinstance(anchor, Map) and "column" in anchor


def _anchor(anchor: Anchor, name: str, *, is_first: bool) -> tuple[str, list[Any]]:
    """Return SQL over the rows of a case, and its parameters."""
    if anchor == "first_event":
        return _EARLIEST, []
    if anchor == "last_event":
        return 'max("at:timestamp")', []
    if isinstance(anchor, Map) and "activity" in anchor:
        pick = "min" if is_first else "max"
        words = [str(word) for word in anchor["activity"]]
        return f'{pick}("at:timestamp") FILTER (WHERE list_contains(?, activity))', [words]
    if _is_column(anchor):
        text, time = f"{name}_anchor", f'"at:{name}_anchor"'
        return f'first({time} ORDER BY "at:timestamp", "row") FILTER (WHERE {text} <> \'\')', []
    return "CAST(NULL AS BIGINT)", []
