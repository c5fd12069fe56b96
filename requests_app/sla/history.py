"""What requests usually still need, from how earlier ones went on from the same state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.core.cache import caches
from django.db import connection

from requests_app.failure_codes import PAUSING
from requests_app.sla.clock import ENDS_HOLDS
from requests_app.vocabulary import Direction, EventKind, State

LOOKS_BACK = timedelta(days=182)
MOST = 20_000  # stories of each direction, the latest; more say the same, and take long to read
FEWEST = 30  # stories; fewer say too little to warn by
KEPT_FOR = 600  # seconds; the past changes slowly
Stage = tuple[Direction, State, bool]
Needs = Mapping[Stage, timedelta]
"""What requests still need by way, state, and whether they are complete and wait for approval."""

# OFFSET 0: the stories are looked up one by one. Planned as a join, PostgreSQL would read the whole
# journal once more for those of the 40,000 latest requests.
_P80 = """
WITH released AS (
    SELECT request_id, max(occurred_at) AS at FROM requests_app_event
    WHERE kind = %(available)s AND occurred_at > %(since)s AND occurred_at <= %(at)s
    GROUP BY request_id),
done AS MATERIALIZED (
    SELECT * FROM (
        SELECT request_id, direction, at, row_number() OVER (
            PARTITION BY direction ORDER BY at DESC, request_id) AS place
        FROM released JOIN requests_app_imagingrequest request ON request.id = request_id) latest
    WHERE place <= %(most)s),
story AS MATERIALIZED (
    SELECT done.request_id, event.* FROM done CROSS JOIN LATERAL (
        SELECT kind, reason, state_to, occurred_at AS at, seq FROM requests_app_event
        WHERE request_id = done.request_id
            AND (state_to <> '' OR kind IN (%(complete)s, %(held)s)) OFFSET 0) event),
waits AS (
    SELECT request_id, range_agg(tstzrange(at, (
        SELECT min(after.occurred_at) FROM requests_app_event after
        WHERE after.request_id = hold.request_id
            AND (after.occurred_at, after.seq) > (hold.at, hold.seq)
            AND (after.kind = ANY(%(ends)s) OR after.kind = %(over)s AND (
                after.reason IN (hold.reason, '') OR NOT EXISTS (
                    SELECT FROM requests_app_event own
                    WHERE own.request_id = after.request_id AND own.kind = %(held)s
                        AND own.reason = after.reason
                        AND (own.occurred_at, own.seq) < (after.occurred_at, after.seq))
            ))))) AS spans
    FROM story hold WHERE kind = %(held)s AND reason = ANY(%(pausing)s)
    GROUP BY request_id),
entered AS (
    SELECT request_id, state_to AS state, FALSE AS is_complete, at FROM story WHERE state_to <> ''
    UNION ALL
    SELECT request_id, %(received)s, TRUE, at FROM story WHERE kind = %(complete)s)
SELECT done.direction, entered.state, entered.is_complete, percentile_cont(0.8) WITHIN GROUP
    (ORDER BY extract(epoch FROM done.at - entered.at - coalesce((
        SELECT sum(upper(span) - lower(span)) FROM unnest(
            waits.spans * tstzmultirange(tstzrange(entered.at, done.at))) AS span), '0')))
FROM entered
JOIN done USING (request_id)
LEFT JOIN waits USING (request_id)
WHERE entered.at < done.at
GROUP BY done.direction, entered.state, entered.is_complete HAVING count(*) >= %(fewest)s
"""


def stage_of(direction: Direction, state: State, *, is_complete: bool) -> Stage:
    """Return the stage of a request: between receipt and approval there are two."""
    return direction, state, is_complete and state is State.RECEIVED


def last_midnight(at: datetime) -> datetime:
    """Return the moment up to which the past is looked at: the day's first, in UTC."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def needs_today(at: datetime) -> Needs:
    """Return `typical_needs` as lists of work and measures use it: the same all day."""
    return typical_needs(last_midnight(at))


def typical_needs(at: datetime) -> Needs:
    """Return the 80th percentile of elapsed time from entering a stage to available.

    What a request waited on its requester is no part of it: clocks stand still meanwhile. A wait
    ends as a hold does in `clock.fold`. Of the latest 20,000 requests of each direction released
    in the half year before `at`; a stage with fewer than 30 such stories is left out (DOMAIN
    section 3, at risk).
    """
    said: dict[str, str | int | datetime | list[str]] = {
        "available": EventKind.AVAILABLE.value,
        "since": at - LOOKS_BACK,
        "at": at,
        "most": MOST,
        "fewest": FEWEST,
        "held": EventKind.HOLD_STARTED.value,
        "pausing": sorted(code.value for code in PAUSING),
        "over": EventKind.HOLD_ENDED.value,
        "ends": [kind.value for kind in ENDS_HOLDS],
        "received": State.RECEIVED.value,
        "complete": EventKind.COMPLETE.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(_P80, said)
        rows = cursor.fetchall()
    return {
        (Direction(direction), State(state), is_complete): timedelta(seconds=float(seconds))
        for direction, state, is_complete, seconds in rows
    }


def needs_now(at: datetime) -> Needs:
    """Return `needs_today`, kept for ten minutes, since late entries may still change it."""
    kept, key = caches["process"], f"typical-needs-{last_midnight(at):%Y%m%d}"
    found: Needs | None = kept.get(key)
    if found is None:
        found = needs_today(at)
        kept.set(key, found, KEPT_FOR)
    return found
