"""What patients go through, again: one question after the other, of one request after the other."""

from __future__ import annotations

from functools import partial
from typing import Any

from requests_app.failure_codes import FAILURES
from tests.analytics.metrics.oracle_answers import Left, Measure, Row, share_of
from tests.analytics.metrics.oracle_quality import codes, touches

PAUSING = {code.value for code, what in FAILURES.items() if what.pauses_contract_clock}
OPTIONAL = {"friction_again": "FU02", "friction_complaint": "FU03"}
PAPERS = {"IN01", "IN02", "AU01", "AU02", "AU04", "RV04"}


def is_of_a_patient(row: Row) -> bool:
    """Whether a patient, or who acts for them, asked for images of ours."""
    is_theirs = row["requester_type"] in ("patient", "representative")
    return row["direction"] == "outbound" and is_theirs


def troubles(row: Row) -> dict[str, bool]:
    """What befell one request."""
    bears = codes(row)
    discs = [
        one
        for one in row["story"]
        if (one["activity"], one["medium"]) == ("available", "physical")
        and one["channel"] != "physical_paper"
    ]
    contacts = [one for one in touches(row) if one["touch"] in ("call", "fax", "chase")]
    return {
        "friction_contacts": bool(contacts) or bool(bears & PAUSING),
        "friction_in_person": row["intake"] == "walk_in",
        "friction_paper": row["intake"] in ("fax", "mail") or bool(bears & PAPERS),
        "friction_fee": row["is_charged"] is True or "RV03" in bears,
        "friction_equipment": bool(bears & {"US01", "US02"}),
        "friction_opening": bool(bears & {"TR03", "TR04", "TR05"}),
        "friction_abandoned": row["outcome"] == "withdrawn" or "FU04" in bears,
        "friction_again": "FU02" in bears,
        "friction_disc_instead": row["wanted"] in ("link", "push") and bool(discs),
        "friction_complaint": "FU03" in bears,
    }


def left_out(row: Row) -> Left | None:
    """Why a patient's request is not looked at."""
    if row["outcome"] is None:
        return Left("open")
    is_no_request = row["outcome"] in ("duplicate", "not_our_patient")
    return Left("duplicate or not our patient") if is_no_request else None


def has(row: Row, key: str) -> Any:
    """Whether a patient met a trouble."""
    return (left_out(row) or troubles(row)[key]) if is_of_a_patient(row) else None


def is_free(row: Row) -> Any:
    """Whether a patient got the images without any."""
    if not is_of_a_patient(row):
        return None
    return left_out(row) or (row["available"] is not None and not any(troubles(row).values()))


TROUBLES = (
    *("contacts", "in_person", "paper", "fee", "equipment", "opening", "abandoned", "again"),
    *("disc_instead", "complaint"),
)
MEASURES = {
    **{
        key: Measure(tell=partial(has, key=key), read=share_of, noted=OPTIONAL.get(key, ""))
        for key in (f"friction_{name}" for name in TROUBLES)
    },
    "frictionless_share": Measure(tell=is_free, read=share_of),
}
