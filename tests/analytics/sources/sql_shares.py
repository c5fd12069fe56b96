"""What PostgreSQL is asked of the tables of live work: shares, each as one statement.

The tables that these statements name are those of `measures.sql`.
"""

from tests.analytics.sources.sql_words import (
    DELIVERED,
    DISC,
    GONE,
    HELD,
    LINE,
    OF,
    SENT,
    SENT_OF,
    THEIRS,
    UNSURE,
    failed_by,
)

_PAUSES = ("IN01", "AU01", "AU02", "AU03", "AU04", "AU05", "LO05", "RV03", "TR08")
_PAPERS = ("IN01", "IN02", "AU01", "AU02", "AU04", "RV04")
TROUBLES = {
    "friction_contacts": (
        "EXISTS (SELECT FROM handled JOIN told USING (request_id, seq) WHERE request_id = story.id "
        f"AND touch IN ('call', 'fax', 'chase')) OR {failed_by(*_PAUSES)}"
    ),
    "friction_in_person": "intake = 'walk_in'",
    "friction_paper": f"intake IN ('fax', 'mail') OR {failed_by(*_PAPERS)}",
    "friction_fee": f"is_charged OR {failed_by('RV03')}",
    "friction_equipment": failed_by("US01", "US02"),
    "friction_opening": failed_by("TR03", "TR04", "TR05"),
    "friction_abandoned": f"state = 'withdrawn' OR {failed_by('FU04')}",
    "friction_again": failed_by("FU02"),
    "friction_disc_instead": f"NOT wanted ~ '^(physical|unknown)' AND {SENT_OF} AND {DISC}) > 0",
    "friction_complaint": failed_by("FU03"),
}
"""What befalls patients."""
_NONE = f"available IS NOT NULL AND NOT ({' OR '.join(TROUBLES.values())})"
_ENDED = (
    f"FROM story WHERE direction = 'outbound' AND {THEIRS} "
    "AND state IN ('delivered', 'closed', 'denied', 'not_found', 'withdrawn')"
)
_RELEASED = f"direction = 'outbound' AND ({SENT_OF}) > 0 OR {failed_by('TR09', 'TR10')})"
_OUT = f"{SENT} AND direction = 'outbound'"
_IN = "FROM told WHERE kind = 'images_received' AND direction = 'inbound'"
_ANSWERS = f"(due <= %(as_of)s OR stop IS NOT NULL) AND NOT ({GONE} AND ended < due)"


def asked(counts: str, rows: str, unknown: str = "FALSE") -> str:
    """Return the statement of a share: numerator, denominator, and how many are unknown."""
    return f"SELECT count(*) FILTER (WHERE {counts}), count(*), count(*) FILTER (WHERE {unknown}) {rows}"


def carried(direction: str) -> str:
    """Return the statement of the share of studies on discs."""
    return (
        f"SELECT coalesce(sum(n) FILTER (WHERE {DISC}), 0)::bigint, sum(n)::bigint, coalesce("
        f"sum(n) FILTER (WHERE {UNSURE}), 0)::bigint FROM carried WHERE direction = '{direction}'"
    )


_GRADES = "FROM judged"
_UNSAID = "grade = 'untested' OR grade <> 'immediate' AND NOT is_broken AND NOT is_unfit"
SHARES = {
    **{key: asked(trouble, _ENDED) for key, trouble in TROUBLES.items()},
    "frictionless_share": asked(_NONE, _ENDED),
    "physical_media_share_out": asked(DISC, _OUT, UNSURE),
    "physical_media_share_in": asked(DISC, _IN, UNSURE),
    "physical_media_requests_any": asked(
        f"{SENT_OF} AND {DISC}) > 0",
        f"FROM story WHERE direction = 'outbound' AND {SENT_OF}) > 0",
        f"{SENT_OF} AND {DISC}) = 0 AND {SENT_OF} AND {UNSURE}) > 0",
    ),
    "physical_media_requests_only": asked(
        f"{SENT_OF} AND NOT {DISC}) = 0",
        f"FROM story WHERE direction = 'outbound' AND {SENT_OF}) > 0",
        f"{SENT_OF} AND NOT {DISC} AND NOT {UNSURE}) = 0 AND {SENT_OF} AND {UNSURE}) > 0",
    ),
    "physical_media_studies_out": carried("outbound"),
    "physical_media_studies_in": carried("inbound"),
    "workaround_share_electronic": asked(LINE, f"{_OUT} AND NOT {HELD} AND NOT {UNSURE}"),
    "workaround_share_all": asked(LINE, _OUT, UNSURE),
    "disclosure_error_rate": asked(failed_by("TR09", "TR10"), f"FROM story WHERE {_RELEASED}"),
    "misdirected_share": asked(failed_by("TR09"), f"FROM story WHERE {_RELEASED}"),
    "over_scoped_share": asked(failed_by("TR10"), f"FROM story WHERE {_RELEASED}"),
    "repeat_imaging_share": asked(failed_by("FU01"), "FROM story WHERE direction = 'inbound'"),
    "logged_late_share": asked(
        failed_by("IN05"), f"FROM story WHERE EXISTS (SELECT FROM told {OF} AND kind = 'logged')"
    ),
    "zero_touch_share": asked(f"NOT EXISTS (SELECT FROM handled {OF})", DELIVERED),
    "first_pass_yield": asked(
        f"NOT EXISTS (SELECT FROM failure {OF}) AND {SENT_OF}) = 1", DELIVERED
    ),
    "conforming_share": asked(
        "fits", "FROM (SELECT bool_and(fits) AS fits FROM moved GROUP BY request_id) moves"
    ),
    "immediately_usable": asked(
        "grade = 'immediate' AND NOT is_broken AND NOT is_unfit",
        _GRADES,
        "grade = 'untested' AND NOT is_broken AND NOT is_unfit",
    ),
    "usable_after_rework": asked("grade = 'after_rework'", _GRADES, "grade = 'untested'"),
    "not_usable": asked("grade = 'not_usable'", _GRADES, "grade = 'untested'"),
    "technically_usable": asked(
        f"NOT is_broken AND NOT ({_UNSAID})", _GRADES, f"NOT is_broken AND ({_UNSAID})"
    ),
    "clinically_usable": asked(
        f"NOT is_unfit AND NOT ({_UNSAID})", _GRADES, f"NOT is_unfit AND ({_UNSAID})"
    ),
    "sla_compliance": asked(
        "available < due",
        "FROM promised WHERE (due <= %(as_of)s OR available IS NOT NULL) "
        f"AND state NOT IN ('denied', 'not_found') AND NOT ({GONE} AND ended < due)",
    ),
    **{
        f"{rule}_sla_compliance": asked(
            "stop < due", f"FROM ruled WHERE rule = '{rule}' AND {_ANSWERS}"
        )
        for rule in ("legal", "state", "mammography", "notice")
    },
    "before_appointment_share": asked(
        "available < needed_until",
        "FROM story WHERE direction = 'inbound' AND (needed_until <= %(as_of)s "
        "OR needed_until IS NOT NULL AND available IS NOT NULL) "
        f"AND state NOT IN ('denied', 'not_found') AND NOT ({GONE} AND ended < needed_until)",
    ),
}
"""Numerator, denominator, and how many are unknown."""
