"""Steps as one statement of SQL over windows: slow, and what columns must give."""

import duckdb
import pyarrow as pa

from analytics.eventlog import REQUESTER, EventLog
from analytics.mirror.days import days_of
from analytics.mirror.flow import with_flow
from requests_app.vocabulary import State

HUMAN = f"e.by_person AND e.actor IS NOT NULL AND e.actor <> '{REQUESTER}'"
# `day` is the day of receipt in the log's zone. `lost` runs from a failure or hold to its
# recovery, and is null until then.
STEPS = f"""
SELECT e.request_id, e.facility, e.direction, r.received, r.day, r.requester_type, r.legal_basis,
    r.modality, r.partner, r.priority, e.seq, e.occurred,
    e.activity, e.by_person, e.actor, e.reason, e.channel, e.medium, e.touch, e.studies,
    lag(e.activity) OVER story AS previous,
    e.occurred - lag(e.occurred) OVER story AS elapsed,
    CASE WHEN e.reason IS NULL THEN NULL
        WHEN e.activity = 'hold_started' THEN
            min(e.occurred) FILTER (WHERE e.activity = 'hold_ended') OVER after - e.occurred
        WHEN e.activity = 'delivery_failed' THEN
            min(e.occurred) FILTER (WHERE e.activity = 'available') OVER after - e.occurred
        WHEN e.activity = 'images_unusable' THEN
            min(e.occurred) FILTER (WHERE e.activity IN ('images_usable', 'located', 'prepared'))
                OVER after - e.occurred
        WHEN e.activity = 'failure_noted' THEN
            min(e.occurred) FILTER (WHERE e.activity = 'failure_recovered') OVER mended - e.occurred
    END AS lost,
    e.flows, CASE WHEN e.flows THEN lag(CASE WHEN e.flows THEN e.activity END IGNORE NULLS)
        OVER story END AS follows,
    CASE WHEN e.flows THEN e.occurred - lag(CASE WHEN e.flows THEN e.occurred END IGNORE NULLS)
        OVER story END AS waited,
    e.state_to, CASE WHEN e.state_to IS NOT NULL THEN
        coalesce(lag(e.state_to IGNORE NULLS) OVER story, '{State.DRAFT}') END AS state_from,
    CASE WHEN {HUMAN} THEN
        lag(CASE WHEN {HUMAN} THEN e.actor END IGNORE NULLS) OVER story END AS previous_actor,
    e.activity IN ('hold_started', 'delivery_failed', 'images_unusable', 'failure_noted')
        AND e.reason IS NOT NULL AS is_failure,
    e.activity = 'manual_touch' AND NOT coalesce(e.occurred - lag(e.occurred)
        OVER (PARTITION BY e.request_id, e.activity, e.actor, e.touch ORDER BY e.seq) <= 300, FALSE)
        AS is_touch
FROM events e JOIN requests r USING (request_id)
WINDOW story AS (PARTITION BY e.request_id ORDER BY e.seq),
    after AS (PARTITION BY e.request_id ORDER BY e.seq
        ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING),
    mended AS (PARTITION BY e.request_id, e.reason ORDER BY e.seq
        ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
ORDER BY e.facility, r.received, e.request_id, e.seq
"""
VARIANTS = """
SELECT request_id,
    md5(string_agg(length(activity) || ':' || activity, '' ORDER BY seq) FILTER (WHERE flows))
FROM steps GROUP BY request_id
"""


def by_windows(log: EventLog) -> tuple[pa.Table, dict[str, str | None]]:
    """Return the steps of a log, without their business time, and the variants of requests."""
    with duckdb.connect(config={"threads": 2}) as database:
        days = days_of(log.requests["received"], log.zone)
        database.register("requests", log.requests.append_column("day", days))
        database.register("events", with_flow(log.events))
        steps = database.sql(STEPS).to_arrow_table()
        database.register("steps", steps)
        return steps, dict(database.sql(VARIANTS).fetchall())
