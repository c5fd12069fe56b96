"""Fold a log into `cases` (a row a request) and `steps` (a row an event), by DuckDB."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from analytics.eventlog import EventLog
from analytics.mirror.business import with_business
from analytics.mirror.days import days_of
from analytics.mirror.faults import FAULTS
from analytics.mirror.flow import with_flow
from analytics.mirror.steps import Story, in_words, steps_of
from analytics.mirror.variants import variants_of
from requests_app.lifecycle.states import TRANSITIONS
from requests_app.vocabulary import State, Touch

_ALLOWED = ", ".join(
    f"'{origin}>{target}'" for origin in State for target in sorted(TRANSITIONS[origin])
)
_CONTACTS = ", ".join(f"'{touch}'" for touch in (Touch.CALL, Touch.FAX, Touch.CHASE))
_CASES = f"""
SELECT r.* EXCLUDE (variant), coalesce(s.deliveries, 0) AS deliveries, coalesce(s.failed_deliveries, 0)
        AS failed_deliveries, coalesce(s.failures, 0) AS failures,
    coalesce(s.touches, 0) AS touches, s.channel, s.medium, coalesce(s.lost, 0) AS lost,
    coalesce(s.handoffs, 0) AS handoffs, coalesce(s.moves, 0) AS moves,
    coalesce(s.moves_outside, 0) AS moves_outside, r.variant, s.lasted,
    coalesce(s.physical_deliveries, 0) AS physical_deliveries,
    coalesce(s.unknown_deliveries, 0) AS unknown_deliveries, s.logged, s.arrived,
    list_min(list_transform(list_filter(s.found_usable, lambda one: one.seq > s.failed_first),
        lambda one: one.occurred)) AS usable_since,
    coalesce(s.contacts, 0) AS contacts, coalesce(s.faults, 0) AS faults
FROM requests r LEFT JOIN (
    SELECT request_id,
        count(*) FILTER (WHERE activity = 'available') AS deliveries,
        count(*) FILTER (WHERE activity = 'delivery_failed') AS failed_deliveries,
        count(*) FILTER (WHERE is_failure) AS failures,
        count(*) FILTER (WHERE is_touch) AS touches,
        arg_max(channel, seq) FILTER (WHERE activity = 'available') AS channel,
        arg_max(medium, seq) FILTER (WHERE activity = 'available') AS medium,
        CAST(sum(lost) AS BIGINT) AS lost,
        count(*) FILTER (WHERE previous_actor <> actor) AS handoffs,
        count(state_to) AS moves,
        count(*) FILTER (WHERE state_from || '>' || state_to NOT IN ({_ALLOWED})) AS moves_outside,
        CAST(sum(coalesce(waited, 0)) AS BIGINT) AS lasted,
        count(*) FILTER (WHERE activity = 'available' AND medium = 'physical')
            AS physical_deliveries,
        count(*) FILTER (WHERE activity = 'available' AND coalesce(medium, 'unknown') = 'unknown')
            AS unknown_deliveries,
        min(occurred) FILTER (WHERE activity = 'logged') AS logged,
        min(occurred) FILTER (WHERE activity = 'images_received') AS arrived,
        list(struct_pack(seq := seq, occurred := occurred))
            FILTER (WHERE activity = 'images_usable') AS found_usable,
        coalesce(min(seq) FILTER (WHERE activity = 'images_unusable'), -1) AS failed_first,
        count(*) FILTER (WHERE is_touch AND touch IN ({_CONTACTS})) AS contacts, {FAULTS} AS faults
    FROM steps GROUP BY request_id) s USING (request_id)
ORDER BY r.facility, r.received, r.request_id
"""


AT_ONCE = 1 << 16  # requests
_BY = [(name, "ascending") for name in ("facility", "received", "request_id")]


@dataclass(kw_only=True, eq=False)
class Change:
    """How a mirror differs from the one before: rows of requests that went, and those that came.

    A request whose rows changed is in both. The mirror before is let go once nobody follows it.
    """

    before: Mirror | None
    gone: Mirror
    come: Mirror


@dataclass(frozen=True, kw_only=True, eq=False)
class Mirror:
    """A folded log, ready to be measured; known by itself, never compared table by table."""

    log: EventLog
    cases: pa.Table
    steps: pa.Table
    change: Change | None = None


def _ordered(log: EventLog) -> pa.Table:
    """Return requests with their days of receipt and end, by facility, receipt and number."""
    requests = log.requests
    for name, moment in (("day", "received"), ("ended_day", "ended")):
        requests = requests.append_column(name, days_of(requests[moment], log.zone))
    requests = in_words(requests)
    return requests.take(pc.sort_indices(requests, sort_keys=_BY))


def fold(log: EventLog) -> Mirror:
    """Return the two flat tables of a log; so many requests at once, that memory stays bounded."""
    requests = _ordered(log)
    story = Story.of(requests, with_flow(log.events))
    with duckdb.connect(config={"threads": 2}) as database:
        parts = [
            _part(database, log, requests.slice(first, AT_ONCE), story.part(first, first + AT_ONCE))
            for first in range(0, max(requests.num_rows, 1), AT_ONCE)
        ]
    cases, steps = (pa.concat_tables(tables) for tables in zip(*parts, strict=True))
    return Mirror(log=log, cases=cases, steps=steps)


def _part(
    database: duckdb.DuckDBPyConnection, log: EventLog, requests: pa.Table, story: Story
) -> tuple[pa.Table, pa.Table]:
    steps = with_business(steps_of(requests, story), log)
    told = requests.append_column("variant", variants_of(story, requests.num_rows))
    database.register("requests", told)
    database.register("steps", steps)
    return database.sql(_CASES).to_arrow_table(), in_words(steps)
