"""What requests usually still need, from how earlier ones went on from the same state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.core.cache import caches
from django.db import connection

from requests_app.vocabulary import Direction, EventKind, State

LOOKS_BACK = timedelta(days=182)
FEWEST = 30  # stories; fewer say too little to warn by
KEPT_FOR = 600  # seconds; the past changes slowly
Needs = Mapping[tuple[Direction, State], timedelta]

_P80 = """
WITH done AS (
    SELECT request_id, max(occurred_at) AS at FROM requests_app_event
    WHERE kind = %(available)s AND occurred_at > %(since)s AND occurred_at <= %(at)s
    GROUP BY request_id)
SELECT request.direction, event.state_to, percentile_cont(0.8) WITHIN GROUP
    (ORDER BY extract(epoch FROM done.at - event.occurred_at))
FROM requests_app_event event
JOIN done USING (request_id)
JOIN requests_app_imagingrequest request ON request.id = event.request_id
WHERE event.state_to <> '' AND event.occurred_at < done.at
GROUP BY request.direction, event.state_to HAVING count(*) >= %(fewest)s
"""


def last_midnight(at: datetime) -> datetime:
    """Return the moment up to which the past is looked at: the day's first, in UTC."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def needs_today(at: datetime) -> Needs:
    """Return `typical_needs` as lists of work and measures use it: the same all day."""
    return typical_needs(last_midnight(at))


def typical_needs(at: datetime) -> Needs:
    """Return the 80th percentile of elapsed time from entering a state to available.

    Of requests released in the half year before `at`; a state with fewer than 30 such
    stories is left out (DOMAIN section 3, at risk).
    """
    said: dict[str, str | int | datetime] = {
        "available": EventKind.AVAILABLE.value,
        "since": at - LOOKS_BACK,
        "at": at,
        "fewest": FEWEST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_P80, said)
        rows = cursor.fetchall()
    return {
        (Direction(direction), State(state)): timedelta(seconds=float(seconds))
        for direction, state, seconds in rows
    }


def needs_now(at: datetime) -> Needs:
    """Return `needs_today`, kept for ten minutes, since late entries may still change it."""
    kept, key = caches["process"], f"typical-needs-{last_midnight(at):%Y%m%d}"
    found: Needs | None = kept.get(key)
    if found is None:
        found = needs_today(at)
        kept.set(key, found, KEPT_FOR)
    return found
