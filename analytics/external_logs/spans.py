"""From when until when requests were open: rows of one number that were not so at once are two."""

from __future__ import annotations

import pyarrow as pa

from analytics.external_logs.database import Database
from analytics.external_logs.days import with_whole_days
from analytics.external_logs.endings import outcome_by
from analytics.external_logs.mapping import Mapping
from analytics.external_logs.meant import MEANT, with_meanings

KNOWN = ("received_at", "at:received_at", "completed_at", "at:completed_at", "status")
"""The columns of kept rows that tell it."""
_SPANS = f"""
SELECT "at:received_at" AS began, "at:completed_at" AS done,
    CASE WHEN ({outcome_by('"at:completed_at"')}) IS NOT NULL
        THEN coalesce("at:completed_at", "at:received_at") END AS over
FROM known
"""
"""What ended without a date, by a word or a status, counts as over from its receipt on."""


def _is_before(one: str, other: str) -> str:
    """Return SQL for whether a row's request was over before another's came.

    One that came at the very moment, or on the very day, is another if it ended later or not yet.
    """
    return (
        f"coalesce({one}.over < {other}.began OR ({one}.over = {other}.began "
        f"AND coalesce({other}.done > {one}.over, TRUE)), FALSE)"
    )


def are_apart(one: str, other: str) -> str:
    """Return SQL for whether the requests of two rows were open at different times."""
    return f"({_is_before(one, other)} OR {_is_before(other, one)})"


def spans_of(rows: pa.Table, mapping: Mapping) -> pa.Table:
    """Return began, done and over, in seconds, of the kept rows of a list of requests.

    `over` is null while a request is open. A row with a time at one end only is counted in days,
    as it is in figures.
    """
    rows = with_whole_days(with_meanings(rows, mapping), mapping)
    with Database() as database:
        database.register_whole("known", rows, [MEANT["status"]], ["at:completed_at"])
        return database.table(_SPANS)
