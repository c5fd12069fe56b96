"""Steps and cases as statements of SQL over windows: slow, and what columns must give."""

import duckdb
import pyarrow as pa

from analytics.eventlog import OWN_WORD, REQUESTER, EventLog
from analytics.mirror.days import days_of
from analytics.mirror.faults import BIT
from analytics.mirror.words import is_text
from requests_app.lifecycle.states import TRANSITIONS
from requests_app.vocabulary import State, Touch

HUMAN = f"e.by_person AND e.actor IS NOT NULL AND e.actor <> '{REQUESTER}'"
# `day` is the day of receipt in the log's zone. `lost` runs from a failure or hold to its
# recovery, and is null until then.
STEPS = f"""
SELECT e.request_id, e.facility, e.direction, r.received, r.day, r.requester_type, r.legal_basis,
    r.modality, r.partner, r.priority, e.seq, e.occurred,
    e.activity, e.by_person, e.actor, e.staff_group, e.reason, e.channel, e.medium, e.touch, e.studies,
    lag(e.activity) OVER story AS previous,
    e.occurred - lag(e.occurred) OVER story AS elapsed,
    CASE WHEN e.reason IS NULL THEN NULL
        WHEN e.activity = 'hold_started' THEN
            min(e.occurred) FILTER (WHERE e.activity IN ($holds_end)) OVER after - e.occurred
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
        OVER (PARTITION BY e.request_id, e.activity, e.actor, e.touch ORDER BY e.occurred, e.seq)
        <= 300, FALSE)
        AS is_touch
FROM events e JOIN requests r USING (request_id)
WINDOW story AS (PARTITION BY e.request_id ORDER BY e.seq),
    after AS (PARTITION BY e.request_id ORDER BY e.seq
        ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING),
    mended AS (PARTITION BY e.request_id, e.reason ORDER BY e.seq
        ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
ORDER BY e.facility, r.received, e.request_id, e.seq
"""
_CODES = ", ".join(f"'{code}'" for code in BIT)
FAULTS = (
    f"coalesce(bit_or(CAST(1 AS BIGINT) << (list_position([{_CODES}], reason) - 1)) "
    f"FILTER (WHERE is_failure AND reason IN ({_CODES})), 0)"
)
_ALLOWED = ", ".join(
    f"'{origin}>{target}'" for origin in State for target in sorted(TRANSITIONS[origin])
)
_CONTACTS = ", ".join(f"'{touch}'" for touch in (Touch.CALL, Touch.FAX, Touch.CHASE))
CASES = f"""
SELECT r.* EXCLUDE (variant, attempts),
    CASE WHEN r.attempts IS NULL OR coalesce(s.ways, 0) = 0 THEN coalesce(s.ways, 0)
        ELSE nullif(r.attempts, 0) END AS deliveries,
    coalesce(s.ways, 0) AS ways, coalesce(s.failed_deliveries, 0) AS failed_deliveries,
    coalesce(s.failures, 0) AS failures,
    coalesce(s.touches, 0) AS touches,
    CASE WHEN s.ways > 0 THEN s.channel ELSE 'not_delivered' END AS channel,
    CASE WHEN s.ways > 0 THEN s.medium ELSE 'not_delivered' END AS medium,
    s.staff_group, coalesce(s.lost, 0) AS lost,
    coalesce(s.handoffs, 0) AS handoffs, coalesce(s.moves, 0) AS moves,
    coalesce(s.moves_outside, 0) AS moves_outside, r.variant, s.lasted,
    coalesce(s.physical_deliveries, 0) AS physical_deliveries,
    coalesce(s.unknown_deliveries, 0) AS unknown_deliveries, s.logged, s.arrived,
    list_min(list_transform(list_filter(s.found_usable, lambda one: one.seq > s.failed_first),
        lambda one: one.occurred)) AS usable_since, s.confirmed,
    coalesce(s.contacts, 0) AS contacts, coalesce(s.faults, 0) AS faults
FROM requests r LEFT JOIN (
    SELECT request_id,
        count(*) FILTER (WHERE activity = 'available') AS ways,
        count(*) FILTER (WHERE activity = 'delivery_failed') AS failed_deliveries,
        count(*) FILTER (WHERE is_failure) AS failures,
        count(*) FILTER (WHERE is_touch) AS touches,
        arg_max(channel, seq) FILTER (WHERE activity = 'available') AS channel,
        arg_max(medium, seq) FILTER (WHERE activity = 'available') AS medium,
        arg_max(staff_group, seq) FILTER (WHERE by_person AND actor <> '{REQUESTER}')
            AS staff_group,
        CAST(sum(lost) AS BIGINT) AS lost,
        count(*) FILTER (WHERE previous_actor <> actor) AS handoffs,
        count(state_to) AS moves,
        count(*) FILTER (WHERE state_from || '>' || state_to NOT IN ({_ALLOWED})) AS moves_outside,
        CAST(sum(coalesce(waited, 0)) AS BIGINT) AS lasted,
        count(*) FILTER (WHERE activity = 'available' AND medium = 'physical'
            AND coalesce(channel, '') <> 'physical_paper')
            AS physical_deliveries,
        count(*) FILTER (WHERE activity = 'available' AND coalesce(medium, 'unknown') = 'unknown')
            AS unknown_deliveries,
        min(occurred) FILTER (WHERE activity = 'logged') AS logged,
        min(occurred) FILTER (WHERE activity = 'images_received') AS arrived,
        min(occurred) FILTER (WHERE activity = 'confirmed_usable') AS confirmed,
        list(struct_pack(seq := seq, occurred := occurred))
            FILTER (WHERE activity = 'images_usable') AS found_usable,
        coalesce(min(seq) FILTER (WHERE activity = 'images_unusable'), -1) AS failed_first,
        count(*) FILTER (WHERE is_touch AND touch IN ({_CONTACTS})) AS contacts, {FAULTS} AS faults
    FROM steps GROUP BY request_id) s USING (request_id)
ORDER BY r.facility, r.received, r.request_id
"""
VARIANTS = """
SELECT request_id,
    md5(string_agg(length(activity) || ':' || activity, '' ORDER BY seq) FILTER (WHERE flows))
        AS variant
FROM steps GROUP BY request_id
"""


def by_windows(log: EventLog) -> tuple[pa.Table, pa.Table]:
    """Return the cases and steps of a log, these without their business time."""
    with duckdb.connect(config={"threads": 2}) as database:
        requests = log.requests
        for name, moment in (("day", "received"), ("ended_day", "ended")):
            requests = requests.append_column(name, days_of(requests[moment], log.zone))
        database.register("told", requests)
        database.register("happened", log.events)
        aside = f"SELECT 1 FROM happened WHERE activity LIKE '{OWN_WORD}%'"
        database.execute(
            "CREATE VIEW events AS SELECT happened.*, coalesce(activity <> 'manual_touch' AND NOT "
            f"(activity = 'available' AND EXISTS ({aside})), TRUE) AND NOT coalesce("
            "attempts IS NOT NULL AND activity IN ('available', 'images_received') AND row_number() "
            "OVER (PARTITION BY request_id, activity ORDER BY seq) > 1, FALSE) AS flows "
            "FROM happened JOIN told USING (request_id)"
        )
        database.execute("CREATE VIEW requests AS SELECT * FROM told")
        ends = "'hold_ended', 'available'" if log.is_live else "'hold_ended'"
        steps = database.sql(STEPS.replace("$holds_end", ends)).to_arrow_table()
        database.register("steps", steps)
        database.execute(
            "CREATE OR REPLACE VIEW requests AS SELECT told.*, variant FROM told "
            f"LEFT JOIN ({VARIANTS}) USING (request_id)"
        )
        return database.sql(CASES).to_arrow_table(), steps


def plain(table: pa.Table) -> pa.Table:
    """Return a table whose words stand for themselves."""
    kinds = ((one.name, pa.string() if is_text(one.type) else one.type) for one in table.schema)
    return table.cast(pa.schema(kinds))
