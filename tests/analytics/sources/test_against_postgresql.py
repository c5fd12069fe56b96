"""Measures of live work equal what PostgreSQL says of the tables, asked by other words."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.sources.live import live_log
from requests_app.demonstration.write import write_year
from requests_app.house.rules import seed_rules
from requests_app.models import Event, ImagingRequest, Policy
from requests_app.vocabulary import EventKind

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
AS_OF = datetime(2026, 11, 24, 13, tzinfo=UTC)
VIEWS = Path(__file__).with_name("measures.sql")
_TOOK = "SELECT (available - received) / 86400.0 AS days FROM story WHERE available IS NOT NULL"
_SENT = "FROM told WHERE kind = 'available'"
_DISC = (
    "channel IN ('physical_cd', 'physical_dvd', 'physical_usb', 'physical_film', 'physical_paper')"
)
_UNSURE = "channel IN ('', 'unknown')"
_GONE = "state IN ('withdrawn', 'duplicate', 'not_our_patient')"
_OPEN = (
    f"FROM story WHERE state NOT IN ('delivered', 'closed', 'denied', 'not_found') AND NOT {_GONE}"
)
_DELIVERED = "FROM story WHERE available IS NOT NULL"
_OF = "WHERE request_id = story.id"

_SENT_OF = f"(SELECT count(*) FROM told {_OF} AND kind = 'available'"
_LINE = "channel IN ('p2p_vpn_dicom', 'p2p_sftp', 'p2p_email', 'p2p_portal_oneoff')"
_FAULT = (
    f"EXISTS (SELECT FROM failure {_OF} AND reason IN "
    "('US01', 'US02', 'US03', 'US04', 'US05', 'US06', 'US07', 'US08', 'US09', 'US10'))"
)
_TESTED = f"EXISTS (SELECT FROM told {_OF} AND kind IN ('images_usable', 'images_unusable'))"
_MOVED = "(direction, kind) IN (('outbound', 'available'), ('inbound', 'images_received'))"
_ACCESS = "('patient_access', 'representative_access', 'third_party_directive')"
_TROUBLE = f"""EXISTS (SELECT FROM handled JOIN told USING (request_id, seq)
        WHERE request_id = story.id AND touch IN ('call', 'fax', 'chase'))
    OR EXISTS (SELECT FROM failure {_OF} AND reason IN ('IN01', 'AU01', 'AU02', 'AU03', 'AU04',
        'AU05', 'LO05', 'RV03', 'TR08', 'IN02', 'RV04', 'US01', 'US02', 'TR03', 'TR04', 'TR05',
        'FU02', 'FU03', 'FU04'))
    OR intake IN ('walk_in', 'fax', 'mail') OR is_charged OR state = 'withdrawn'
    OR NOT wanted ~ '^(physical|unknown)' AND {_SENT_OF} AND {_DISC}) > 0"""

VALUES = {
    "requests_closed": f"SELECT count(*) FROM story WHERE available IS NOT NULL AND NOT {_GONE} "
    "OR state IN ('denied', 'not_found', 'withdrawn', 'duplicate', 'not_our_patient')",
    "channel_fanout": (
        "SELECT count(DISTINCT (partner, channel)) FROM told "
        f"WHERE {_MOVED} AND partner <> '' AND NOT {_UNSURE}"
    ),
    "appointment_margin_median": (
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY (needed_until - available) / 86400.0) "
        "FROM story WHERE direction = 'inbound'"
    ),
    "hold_age_median": (
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY (%(as_of)s - at) / 86400.0) FROM holding"
    ),
    "hold_age_p90": (
        "SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY (%(as_of)s - at) / 86400.0) FROM holding"
    ),
    **{
        f"time_to_usable_from_receipt_{name}": (
            f"SELECT percentile_cont({q}) WITHIN GROUP (ORDER BY (at - received) / 86400.0) "
            "FROM seen WHERE at >= received"
        )
        for name, q in (("median", 0.5), ("p90", 0.9))
    },
    "requests_received": "SELECT count(received) FROM story",
    "open_requests": f"SELECT count(*) {_OPEN}",
    "open_age_mean": f"SELECT avg(%(as_of)s - received) / 86400 {_OPEN}",
    "turnaround_mean": f"SELECT avg(days) FROM ({_TOOK}) took",
    "turnaround_median": f"SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY days) FROM ({_TOOK}) took",
    "turnaround_p90": f"SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY days) FROM ({_TOOK}) took",
    "turnaround_p95": f"SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY days) FROM ({_TOOK}) took",
    "manual_touches_mean": (f"SELECT avg((SELECT count(*) FROM handled {_OF})) {_DELIVERED}"),
    "rework_rate": (
        f"SELECT avg((SELECT count(*) - 1 FROM told {_OF} AND kind = 'available')) {_DELIVERED}"
    ),
}
"""One number each."""

SHARES = {
    "physical_media_requests_any": (
        f"SELECT count(*) FILTER (WHERE {_SENT_OF} AND {_DISC}) > 0), count(*), count(*) FILTER "
        f"(WHERE {_SENT_OF} AND {_DISC}) = 0 AND {_SENT_OF} AND {_UNSURE}) > 0) "
        f"FROM story WHERE direction = 'outbound' AND {_SENT_OF}) > 0"
    ),
    "workaround_share_electronic": (
        f"SELECT count(*) FILTER (WHERE {_LINE}), count(*), 0 {_SENT} AND direction = 'outbound' "
        f"AND NOT {_DISC} AND NOT {_UNSURE}"
    ),
    "workaround_share_all": (
        f"SELECT count(*) FILTER (WHERE {_LINE}), count(*), count(*) FILTER (WHERE {_UNSURE}) "
        f"{_SENT} AND direction = 'outbound'"
    ),
    **{
        key: (
            "SELECT count(*) FILTER "
            f"(WHERE EXISTS (SELECT FROM failure {_OF} AND reason IN ({codes}))), "
            f"count(*), 0 FROM story WHERE direction = 'outbound' AND ({_SENT_OF}) > 0 "
            f"OR EXISTS (SELECT FROM failure {_OF} AND reason IN ('TR09', 'TR10')))"
        )
        for key, codes in (
            ("disclosure_error_rate", "'TR09', 'TR10'"),
            ("misdirected_share", "'TR09'"),
            ("over_scoped_share", "'TR10'"),
        )
    },
    "frictionless_share": (
        f"SELECT count(*) FILTER (WHERE available IS NOT NULL AND NOT ({_TROUBLE})), count(*), 0 "
        "FROM story WHERE direction = 'outbound' "
        "AND requester_type IN ('patient', 'representative') "
        "AND state IN ('delivered', 'closed', 'denied', 'not_found', 'withdrawn')"
    ),
    "physical_media_share_out": (
        f"SELECT count(*) FILTER (WHERE {_DISC}), count(*), count(*) FILTER (WHERE {_UNSURE}) "
        f"{_SENT} AND direction = 'outbound'"
    ),
    "physical_media_share_in": (
        f"SELECT count(*) FILTER (WHERE {_DISC}), count(*), count(*) FILTER (WHERE {_UNSURE}) "
        "FROM told WHERE kind = 'images_received' AND direction = 'inbound'"
    ),
    "zero_touch_share": (
        f"SELECT count(*) FILTER (WHERE NOT EXISTS (SELECT FROM handled {_OF})), count(*), 0 "
        f"{_DELIVERED}"
    ),
    "first_pass_yield": (
        f"SELECT count(*) FILTER (WHERE NOT EXISTS (SELECT FROM failure {_OF}) "
        f"AND 1 = (SELECT count(*) FROM told {_OF} AND kind = 'available')), count(*), 0 {_DELIVERED}"
    ),
    "immediately_usable": (
        f"SELECT count(*) FILTER (WHERE {_TESTED} AND NOT {_FAULT} "
        f"AND NOT EXISTS (SELECT FROM told {_OF} AND kind = 'images_unusable')), "
        f"count(*), count(*) FILTER (WHERE NOT {_TESTED} AND NOT {_FAULT}) "
        "FROM story WHERE direction = 'inbound' "
        f"AND EXISTS (SELECT FROM told {_OF} AND kind = 'images_received')"
    ),
    **{
        key: (
            "SELECT count(*) FILTER (WHERE stop < due), count(*), 0 FROM in_fifteen_days "
            f"WHERE (due <= %(as_of)s OR stop IS NOT NULL) AND NOT ({_GONE} AND ended < due) "
            f"AND direction = 'outbound' {only}"
        )
        for key, only in (
            ("state_sla_compliance", f"AND legal_basis IN {_ACCESS}"),
            ("mammography_sla_compliance", "AND modality = 'MG'"),
        )
    },
    "before_appointment_share": (
        "SELECT count(*) FILTER (WHERE available < needed_until), count(*), 0 FROM story "
        "WHERE direction = 'inbound' AND (needed_until <= %(as_of)s "
        "OR needed_until IS NOT NULL AND available IS NOT NULL) "
        f"AND state NOT IN ('denied', 'not_found') AND NOT ({_GONE} AND ended < needed_until)"
    ),
    "legal_sla_compliance": (
        "SELECT count(*) FILTER (WHERE stop < due), count(*), 0 FROM (SELECT *, coalesce(available, "
        "CASE WHEN state IN ('denied', 'not_found') THEN ended END) AS stop FROM lawful) l "
        "WHERE (due <= %(as_of)s OR stop IS NOT NULL) "
        f"AND NOT ({_GONE} AND ended < due)"
    ),
    "sla_compliance": (
        "SELECT count(*) FILTER (WHERE available < due), count(*), 0 FROM promised "
        "WHERE (due <= %(as_of)s OR available IS NOT NULL) AND state NOT IN ('denied', 'not_found') "
        f"AND NOT ({_GONE} AND ended < due)"
    ),
}
"""Numerator, denominator, and how many are unknown."""

GROUPS = {
    "deliveries_by_channel": (
        f"SELECT coalesce(nullif(channel, ''), 'unknown'), count(*) {_SENT} GROUP BY 1"
    ),
    "holds_by_cause": "SELECT reason, count(*) FROM holding GROUP BY 1",
    "failures_by_code": "SELECT reason, count(*) FROM failure GROUP BY 1",
    "failure_hours_by_code": (
        "SELECT reason, sum(mended - at) / 3600.0 FROM failure WHERE mended IS NOT NULL GROUP BY 1"
    ),
}
"""A word and its number."""


def hold_some() -> None:
    """Begin a hold of each of several causes, one an hour."""
    waiting = ImagingRequest.objects.filter(state__in=("received", "approved", "locating"))
    for number, (request, reason) in enumerate(
        zip(waiting, ("AU01", "LO03", "RV03", "RV01"), strict=False), start=1
    ):
        last = Event.objects.filter(request=request).order_by("seq").last()
        Event.objects.create(
            request=request,
            seq=last.seq + 1 if last else 1,
            kind=EventKind.HOLD_STARTED,
            occurred_at=AS_OF - timedelta(hours=number),
            recorded_at=AS_OF,
            reason=reason,
        )


def test_measures_of_live_work_are_what_the_tables_say() -> None:
    signed = {"enabled": True, "verified_on": AS_OF.date(), "verified_by": "a test"}
    seed_rules()
    Policy.objects.filter(key__in=("ca_copies", "mqsa_transfer")).update(**signed)
    write_year(seed=5, requests=90, as_of=AS_OF, password="only for a test")
    hold_some()
    at = {"as_of": int(AS_OF.timestamp())}
    found = compute(fold(live_log(AS_OF)), Selection())
    with connection.cursor() as cursor:
        cursor.execute(VIEWS.read_text().replace("%(as_of)s", str(at["as_of"])))

        def asked(sql: str) -> list[tuple[Any, ...]]:
            cursor.execute(sql, at)
            return cursor.fetchall()

        for key, sql in VALUES.items():
            assert found[key].value == pytest.approx(float(asked(sql)[0][0]), rel=1e-9), key
        for key, sql in SHARES.items():
            one = found[key]
            assert [(one.numerator, one.denominator, one.unknown)] == asked(sql), key
            assert one.n > 5, key
        for key, sql in GROUPS.items():
            groups = {group.group: group.value for group in found[key].by}
            assert len(groups) > 3, key
            assert groups == {word: pytest.approx(float(n), rel=1e-9) for word, n in asked(sql)}, (
                key
            )
