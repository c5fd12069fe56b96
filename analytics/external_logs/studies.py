"""Rows that are studies, put together as the requests that they belong to."""

from __future__ import annotations

import pyarrow as pa

from analytics.external_logs.check import with_counts
from analytics.external_logs.database import Database, quoted
from analytics.external_logs.mapping import Mapping
from analytics.external_logs.meant import with_meanings
from analytics.external_logs.values import CLOSED, NO_FAILURE

_FILLED = """first({0} ORDER BY "row") FILTER (WHERE {0} <> '')"""
_ANY = f"coalesce({_FILLED}, '')"
_SEVERAL = "coalesce(string_agg(DISTINCT {0}, ' + ' ORDER BY {0}) FILTER (WHERE {0} <> ''), '')"
_HOLDS = """bool_or("at:hold_start" IS NOT NULL AND hold_end = '')"""
_TOGETHER: dict[str, str] = {
    "row": "min({0})",
    "at:received_at": "min({0})",
    "at:need_by": "min({0})",
    "at:hold_start": "min({0})",
    "at:complete_at": "CASE WHEN count({0}) = count(*) THEN max({0}) END",
    "at:completed_at": """CASE WHEN bool_and(is_over) THEN max({0})
        WHEN bool_and(is_over OR {0} IS NOT NULL) THEN max({0}) FILTER (WHERE NOT is_over) END""",
    "completed_at": f"""CASE WHEN bool_and(is_over) THEN {_ANY}
        WHEN bool_or(NOT is_over AND "at:completed_at" IS NULL
            AND meant_outcome IS DISTINCT FROM '{CLOSED}') THEN ''
        ELSE coalesce(first({{0}} ORDER BY "row") FILTER (
            WHERE NOT is_over AND "at:completed_at" IS NULL AND {{0}} <> ''),
        first({{0}} ORDER BY "row") FILTER (WHERE NOT is_over)) END""",
    "at:hold_end": f"CASE WHEN NOT {_HOLDS} THEN max({{0}}) END",
    "hold_end": f"CASE WHEN {_HOLDS} THEN '' ELSE coalesce({_FILLED}, '') END",
    "status": f"""CASE WHEN bool_and(is_over) THEN first({{0}} ORDER BY "row") ELSE coalesce(
        first({{0}} ORDER BY "row") FILTER (WHERE NOT is_over AND "at:completed_at" IS NULL
            AND meant_outcome IS DISTINCT FROM '{CLOSED}'),
        first({{0}} ORDER BY "row") FILTER (WHERE NOT is_over AND "at:completed_at" IS NULL),
        first({{0}} ORDER BY "row") FILTER (WHERE NOT is_over)) END""",
    "usable": """arg_max({0}, CASE meant_usable WHEN 'not_usable' THEN 3
        WHEN 'after_rework' THEN 2 WHEN 'immediate' THEN 0 ELSE 1 END)""",
    "attempts": f"coalesce(arg_max({{0}}, meant_attempts), {_FILLED}, '')",
    "failure_reason": f"""coalesce(first({{0}} ORDER BY "row") FILTER (
        WHERE {{0}} <> '' AND lower(trim({{0}})) NOT IN {NO_FAILURE}), {_FILLED}, '')""",
    "studies": """CASE WHEN count(meant_studies) = count(*)
        THEN CAST(sum(meant_studies) AS VARCHAR) ELSE '' END""",
    "channel": _SEVERAL,
    "modality": _SEVERAL,
}
"""What the studies of a request say together; of every other field the first that says something."""
_TEXTS = ("status", "hold_end", "meant_outcome", "meant_usable")
_TIMES = ("at:completed_at", "at:hold_start", "meant_attempts", "meant_studies")


def as_requests(rows: pa.Table, mapping: Mapping) -> pa.Table:
    """Return rows of one request number and receipt as one row; those without a number stay.

    A request is completed with the last of its studies that did not end otherwise, and open while
    one of them is. What did not open decides for all.
    """
    if mapping.layout != "requests" or mapping.row != "study" or not rows.num_rows:
        return rows
    told = with_counts(with_meanings(rows, mapping), mapping)
    columns = [
        f"{_TOGETHER.get(name, _ANY).format(quoted(name))} AS {quoted(name)}"
        for name in rows.column_names
    ]
    if "studies" not in rows.column_names:
        columns.append("CAST(count(*) AS VARCHAR) AS studies")
    over = f"coalesce(meant_outcome, '') NOT IN ('', '{CLOSED}') AS is_over"
    with Database() as database:
        database.register_whole("told", told, (*_TEXTS, "request_id"), _TIMES)
        return database.table(
            f"SELECT {', '.join(columns)} FROM (SELECT *, {over} FROM told) GROUP BY "
            "CASE WHEN request_id = '' THEN 'row ' || \"row\" "
            "ELSE 'number ' || \"at:received_at\" || ' ' || request_id END "
            'ORDER BY min("row")'
        )
