"""The changes that triggers wrote down (migration 0004): who is waiting to be folded anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

ROOM = "64MB"  # for each join; those of all events would go through files
_STATE = """
SELECT (SELECT snapshot FROM analytics_publishedmirror WHERE source = %(source)s),
    EXISTS (SELECT FROM analytics_change WHERE since IS NULL OR since < %(before)s)
"""
# A row of no request names a place; a place's changes touch what it received since then.
_TAKE = """
WITH taken AS (
    DELETE FROM analytics_change WHERE since IS NULL OR since < %(before)s RETURNING *),
places AS (
    SELECT facility.id AS facility_id, taken.since FROM taken JOIN requests_app_facility facility
        ON coalesce(taken.facility_id, facility.id) = facility.id
        AND coalesce(taken.organization_id, facility.organization_id) = facility.organization_id
    WHERE request_id IS NULL),
touched AS (
    SELECT request_id, since < %(midnight)s AS is_past FROM taken WHERE request_id IS NOT NULL
    UNION ALL
    SELECT request.id, FALSE FROM places JOIN requests_app_imagingrequest request
        USING (facility_id) WHERE places.since IS NULL OR request.received_at >= places.since)
SELECT coalesce(array_agg(DISTINCT request_id), '{}'), coalesce(bool_or(is_past), FALSE),
    (SELECT count(*) FROM taken),
    EXISTS (SELECT FROM taken WHERE coalesce(request_id, facility_id, organization_id) IS NULL
        AND since IS NULL)
FROM touched
"""
_LATER = """
INSERT INTO analytics_change (request_id, since)
SELECT request_id, min(occurred_at) FROM requests_app_event WHERE occurred_at >= %(before)s
GROUP BY request_id
"""
_CLEAR = "DELETE FROM analytics_change"
_SETTLE = """
INSERT INTO analytics_publishedmirror (source, snapshot) VALUES (%(source)s, %(snapshot)s)
ON CONFLICT (source) DO UPDATE SET snapshot = excluded.snapshot
"""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Changes that were taken: the requests to read anew.

    `is_everything` where no request can be named; `has_past` where events of before the day
    changed, so that what requests usually need may differ.
    """

    ids: frozenset[int]
    has_past: bool
    rows: int
    is_everything: bool


@contextmanager
def one_moment() -> Iterator[str]:
    """Read everything as of one moment of the database, in one transaction; yield its watermark.

    The watermark names the transactions that are seen (pg_current_snapshot), late ones and all.
    Inside somebody else's transaction later statements may see more; what they see beyond the
    changes taken is still in the outbox, and is folded again.
    """
    is_ours = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if is_ours:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute(f"SET LOCAL work_mem = '{ROOM}'")
        cursor.execute("SELECT pg_current_snapshot()::text")
        (watermark,) = cursor.fetchone()
        yield watermark


def state(source: str, *, before: datetime) -> tuple[str | None, bool]:
    """Return the snapshot that holds all earlier changes, and whether any are waiting."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE, {"source": source, "before": before})
        snapshot, is_waiting = cursor.fetchone()
    return snapshot, is_waiting


def take(*, before: datetime, midnight: datetime) -> Taken:
    """Take the changes up to a moment out of the outbox; they are back if this transaction fails.

    What is to happen later stays there until its moment comes.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"before": before, "midnight": midnight})
        ids, has_past, rows, is_everything = cursor.fetchone()
    return Taken(ids=frozenset(ids), has_past=has_past, rows=rows, is_everything=is_everything)


def clear(*, before: datetime) -> None:
    """Empty the outbox for a reading of everything, but for what is to happen later."""
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR)
        cursor.execute(_LATER, {"before": before})


def settle(source: str, snapshot: str) -> None:
    """Say which snapshot holds everything that was taken."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, {"source": source, "snapshot": snapshot})
