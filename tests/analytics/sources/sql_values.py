"""What PostgreSQL is asked of the tables of live work: counts, means, quantiles, waits, words.

The tables that these statements name are those of `measures.sql`; each statement is one measure.
"""

from tests.analytics.sources.sql_words import (
    DELIVERED,
    LINKED,
    MOVED,
    OF,
    SENT,
    THEIRS,
    UNSURE,
)

_ENDED = "FROM story WHERE NOT is_open AND coalesce(ended, available) IS NOT NULL"
_BAND = "SELECT FROM standing WHERE band"
COUNTS = {
    "requests_received": "SELECT FROM story WHERE received IS NOT NULL",
    "requests_closed": f"SELECT {_ENDED}",
    "open_requests": "SELECT FROM story WHERE is_open",
    "on_track_requests": f"{_BAND} = 'on_track'",
    "at_risk_requests": f"{_BAND} = 'at_risk'",
    "late_requests": f"{_BAND} IN ('late', 'very_late')",
    "very_late_requests": f"{_BAND} = 'very_late'",
    "held_requests": f"{_BAND} = 'held'",
}
"""Rows to be counted."""

_TOOK = "SELECT available - received AS of FROM story WHERE available IS NOT NULL"
_AGE = "SELECT %(as_of)s - received AS of FROM story WHERE is_open"
_HANDS = """SELECT (SELECT count(*) FROM (SELECT actor_id <> lag(actor_id) OVER (ORDER BY seq) AS new
    FROM told WHERE request_id = story.id AND by_person AND actor_id IS NOT NULL
        AND actor_id IS DISTINCT FROM requester_id) hands WHERE new) AS of"""
MEANS = {
    "turnaround_mean": (86400, _TOOK),
    "open_age_mean": (86400, _AGE),
    "manual_touches_mean": (1, f"SELECT (SELECT count(*) FROM handled {OF}) AS of {DELIVERED}"),
    "rework_rate": (
        1,
        f"SELECT (SELECT count(*) - 1 FROM told {OF} AND kind = 'available') AS of {DELIVERED}",
    ),
    "handoffs_mean": (1, f"{_HANDS} {DELIVERED}"),
}
"""By what to divide, and the numbers to be averaged."""

_HOLDING = "SELECT %(as_of)s - at AS of FROM holding"
_WORKS = "SELECT at - arrived AS of FROM seen WHERE direction = 'inbound' AND at >= arrived"
_SEEN = "SELECT at - received AS of FROM seen WHERE at >= received"
_MARGIN = "SELECT needed_until - available AS of FROM story WHERE direction = 'inbound'"
QUANTILES = {
    "turnaround_median": (0.5, 86400, _TOOK),
    "turnaround_p90": (0.9, 86400, _TOOK),
    "turnaround_p95": (0.95, 86400, _TOOK),
    "contract_turnaround_median": (0.5, 86400, "SELECT took AS of FROM worked WHERE is_stopped"),
    "open_age_p90": (0.9, 86400, _AGE),
    "hold_age_median": (0.5, 86400, _HOLDING),
    "hold_age_p90": (0.9, 86400, _HOLDING),
    "time_to_usable_median": (0.5, 3600, _WORKS),
    "time_to_usable_p90": (0.9, 3600, _WORKS),
    "time_to_usable_from_receipt_median": (0.5, 86400, _SEEN),
    "time_to_usable_from_receipt_p90": (0.9, 86400, _SEEN),
    "appointment_margin_median": (0.5, 86400, _MARGIN),
}
"""The share, by what to divide, and the numbers to be put in order; null is none."""

_SINCE = (
    "SELECT coalesce(available, %(as_of)s) - received AS of, available IS NOT NULL AS done "
    "FROM story WHERE available IS NOT NULL OR is_open"
)
_WORKED = "SELECT took AS of, is_stopped AS done FROM worked"
_OPENED = (
    "SELECT coalesce(opened, %(as_of)s) - available AS of, opened IS NOT NULL AS done FROM story "
    f"WHERE direction = 'outbound' AND {LINKED} AND available IS NOT NULL "
    "AND coalesce(opened >= available, TRUE)"
)
WAITS = {
    "turnaround_censored_median": (0.5, _SINCE),
    "turnaround_censored_p90": (0.9, _SINCE),
    "turnaround_censored_p95": (0.95, _SINCE),
    "contract_turnaround_censored_median": (0.5, _WORKED),
    "contract_turnaround_censored_p90": (0.9, _WORKED),
    "contract_turnaround_censored_p95": (0.95, _WORKED),
    "first_view_median": (0.5, _OPENED),
    "first_view_p90": (0.9, _OPENED),
    "patient_first_view_median": (0.5, f"{_OPENED} AND {THEIRS}"),
    "patient_first_view_p90": (0.9, f"{_OPENED} AND {THEIRS}"),
}
"""The share that has to have ended, and how long each took or has taken (in seconds) so far."""

PAIRS = {
    "net_flow": (
        "SELECT came - went, came + went, went, NULL FROM "
        f"(SELECT count(received) AS came FROM story) a, (SELECT count(*) AS went {_ENDED}) b"
    ),
    "channel_fanout": (
        "SELECT count(DISTINCT (partner, channel)), count(*), count(DISTINCT (partner, channel)), "
        f"NULL FROM told WHERE {MOVED} AND partner <> '' AND NOT {UNSURE}"
    ),
}
"""Value, n, numerator and denominator."""

WORDS = {
    "deliveries_by_channel": f"SELECT coalesce(nullif(channel, ''), 'unknown') AS word, 1 AS of {SENT}",
    "holds_by_cause": "SELECT reason AS word, 1 AS of FROM holding",
    "failures_by_code": "SELECT reason AS word, 1 AS of FROM failure",
    "failure_hours_by_code": (
        "SELECT reason AS word, (mended - at) / 3600.0 AS of FROM failure WHERE mended IS NOT NULL"
    ),
}
"""A word and its number."""
