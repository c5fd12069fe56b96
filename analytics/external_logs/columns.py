"""Which column means what: headers people use for our fields, and the layout of a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from analytics.external_logs.read import RawLog

SYNONYMS: dict[str, tuple[str, ...]] = {
    "case_id": (
        "case:concept:name",
        "case id",
        "case",
        "caseid",
        "case_id",
        "trace",
        "patient",
        "order",
    ),
    "activity": ("concept:name", "activity", "event", "task", "step", "action", "handling"),
    "timestamp": (
        "time:timestamp",
        "timestamp",
        "time",
        "event time",
        "complete timestamp",
        "date time",
    ),
    "start_timestamp": ("start_timestamp", "start timestamp", "start time", "started"),
    "lifecycle": (
        "lifecycle:transition",
        "lifecycle",
        "transition",
        "registration_type",
        "event type",
    ),
    "request_id": (
        *("request #", "req #", "req id", "request id", "request number", "log #", "ticket"),
        *("ticket #", "roi #", "tracking #", "tracking number", "tracking id"),
    ),
    "received_at": (
        *("date received", "received", "rcvd", "date rcvd", "date in", "request date"),
        *("date requested", "received date", "submitted date", "date submitted", "case:startdate"),
    ),
    "completed_at": (
        *("date completed", "completed", "date sent", "date out", "released", "date released"),
        *("mailed", "fulfilled", "picked up", "closed date", "date closed", "case:enddate"),
    ),
    "complete_at": (
        "auth rec'd",
        "auth received",
        "hipaa form",
        "date complete",
        "ready to process",
    ),
    "need_by": ("due", "need by", "deadline", "appt date", "due date", "case:deadline"),
    "direction": ("in/out", "incoming/outgoing", "import/export", "direction"),
    "requester_type": ("requestor", "requester", "requester type", "requestor type"),
    "partner": (
        "facility sent to",
        "company",
        "sent to",
        "received from",
        "osh",
        "outside facility",
    ),
    "facility": (
        "site",
        "campus",
        "location",
        "sub-office",
        "department",
        "case:department",
        "facility",
    ),
    "channel": (
        *("method", "delivery", "format", "media", "how sent", "channel", "delivery method"),
        *("case:channel", "sent via", "medium"),
    ),
    "modality": ("modality", "exam", "procedure", "study type"),
    "status": ("done?", "status", "open/closed", "disposition", "state"),
    "hold_start": ("hold", "pending since", "hold start", "on hold since"),
    "hold_end": ("hold end", "off hold", "hold released"),
    "failure_reason": ("problem", "issue", "reject reason", "failure", "failure reason"),
    "attempts": ("resent", "2nd cd", "attempts", "resend"),
    "usable": ("opened ok?", "uploaded?", "import ok", "opened ok", "usable"),
    "staff": ("tech", "initials", "burned by", "staff", "org:resource", "resource", "employee"),
}
"""Headers seen for each field, in lower case; the first match wins."""

PRIVATE: tuple[str, ...] = (
    *("patient name", "pt name", "patient", "pt", "name", "last name", "first name", "mrn"),
    *("medical record number", "dob", "date of birth", "birth date", "ssn", "phone", "address"),
    *("email", "accession", "accession #"),
)
"""Headers whose cells are never stored."""

EVENT_FIELDS = ("case_id", "activity", "timestamp")


def plain(header: str) -> str:
    """Return a header without case, extra blanks and a trailing colon."""
    return re.sub(r"\s+", " ", header).strip().rstrip(":").lower()


def infer_columns(raw: RawLog) -> dict[str, str]:
    """Return {field: header} for the headers that are understood."""
    by_name = {plain(header): header for header in reversed(raw.headers)}
    found: dict[str, str] = {}
    for field, names in SYNONYMS.items():
        for name in names:
            if name in by_name and by_name[name] not in found.values():
                found[field] = by_name[name]
                break
    return found if is_event_log(found) else _as_requests(found)


def is_event_log(columns: Iterable[str]) -> bool:
    """Say whether the columns tell of events rather than of whole requests."""
    return set(EVENT_FIELDS) <= set(columns)


def _as_requests(found: dict[str, str]) -> dict[str, str]:
    """In a list of requests a column named `patient` or `order` is no case number."""
    return {name: header for name, header in found.items() if name not in EVENT_FIELDS}


def infer_layout(raw: RawLog, columns: dict[str, str]) -> str:
    """Return requests, events or start_complete."""
    if not is_event_log(columns):
        return "requests"
    if "lifecycle" not in columns:
        return "events"
    words = {value.lower() for value in raw.column(columns["lifecycle"])}
    return "start_complete" if "start" in words and "complete" in words else "events"


def private_headers(headers: Sequence[str], columns: dict[str, str]) -> tuple[str, ...]:
    """Return the headers that hold a person's particulars and are not used as a case number."""
    used = set(columns.values())
    return tuple(one for one in headers if plain(one) in PRIVATE and one not in used)
