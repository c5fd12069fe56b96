"""Which column means what: headers people use for our fields, and the layout of a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

SYNONYMS: dict[str, tuple[str, ...]] = {
    "case_id": (
        "case:concept:name",
        "case id",
        "case",
        "caseid",
        "case_id",
        "trace",
        *("case number", "case #", "case no", "case no.", "order id", "order number", "order #"),
        "patient",
        "order",
    ),
    "activity": (
        *("concept:name", "activity", "event", "task", "step", "action", "handling", "event name"),
        *("activity name", "event type", "event_type"),
    ),
    "timestamp": (
        *("time:timestamp", "timestamp", "time", "event time", "complete timestamp", "date time"),
        *("event_time", "event date", "event_date", "datetime"),
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
        *("request no", "request no.", "request num", "request#", "req no", "req no.", "req num"),
        *("req number", "req#", "req. #", "req. no.", "request_id", "log no", "log no."),
        *("log number", "ticket no", "ticket no.", "ticket number", "ticket id", "roi no"),
        *("roi no.", "roi number", "tracking no", "tracking no."),
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
    "studies": (
        *("# studies", "studies", "number of studies", "no. of studies", "# of studies"),
        *("study count", "studies sent"),
    ),
    "modality": ("modality", "exam", "procedure", "study type"),
    "status": ("done?", "status", "open/closed", "disposition", "state"),
    "hold_start": ("hold", "pending since", "hold start", "on hold since"),
    "hold_end": ("hold end", "off hold", "hold released"),
    "hold_reason": ("hold reason", "waiting on", "reason for hold"),
    "legal_basis": ("legal basis", "purpose", "auth type"),
    "failure_reason": ("problem", "issue", "reject reason", "failure", "failure reason"),
    "attempts": ("resent", "2nd cd", "attempts", "resend"),
    "usable": ("opened ok?", "uploaded?", "import ok", "opened ok", "usable"),
    "staff": ("tech", "initials", "burned by", "staff", "org:resource", "resource", "employee"),
}
"""Headers seen for each field, in lower case; the first match wins."""

FIELD_WORDS: dict[str, str] = {
    "case_id": "Case number",
    "activity": "Activity",
    "timestamp": "Time of the event",
    "start_timestamp": "Start of the event",
    "lifecycle": "Start or complete",
    "request_id": "Request number",
    "received_at": "Received",
    "completed_at": "Completed",
    "complete_at": "Ready to be worked on",
    "need_by": "Deadline",
    "direction": "In or out",
    "requester_type": "Requester type",
    "partner": "Other facility",
    "facility": "Our facility",
    "channel": "Channel",
    "studies": "Number of studies",
    "modality": "Exam",
    "status": "Status",
    "hold_start": "Hold began",
    "hold_end": "Hold ended",
    "hold_reason": "Hold reason",
    "legal_basis": "Legal basis",
    "failure_reason": "Problem",
    "attempts": "Attempts",
    "usable": "Opened on arrival",
    "staff": "Staff",
    "record_number": "Random code",
}
"""What the page calls our fields."""

RECORD_NUMBERS: tuple[str, ...] = (
    *("mrn", "mrn #", "mrn no", "medical record number", "medical record #", "medical record no"),
    *("med rec #", "record number", "record #", "patient id", "patient #", "patient number"),
    *("pt id", "pt #", "pid", "chart #", "chart number", "mrn#", "mrn number", "patient mrn"),
    *("pt mrn", "mr #", "mr#", "mr no", "mr number", "pat id", "pat #", "empi", "empi #"),
)
"""Headers of numbers that name a person in a hospital: replaced by random codes."""

PRIVATE: tuple[str, ...] = (
    *("patient name", "pt name", "patient", "pt", "name", "last name", "first name"),
    *("dob", "d.o.b", "d.o.b.", "date of birth", "birth date", "birthdate", "ssn", "phone", "fax"),
    *("address", "email", "e-mail", "accession", "accession #", "accession number", "zip"),
    *("surname", "given name", "family name", "guarantor", "next of kin", "zip code", "addr"),
    *("street", "contact", "contact name", "contact person", "contact info", "contact number"),
    *("contact #", "account #", "account no", "account number", "fin", "fin #", "fin no"),
    *("fin number", "ss #", "ss#", "insured id", "subscriber id", "member id", "policy #"),
    *("policy number", "encounter #", "encounter number", "visit #", "visit number"),
)
"""Headers whose cells are dropped."""

_PRIVATE_WORDS = re.compile(
    r"\b(shipping|billing|mailing|home|street) address\b|"
    r"\b(dob|birth|ssn|social security|mrn|medical record|phone|cell|fax|e-?mail)\b"
    r"|\b(birth ?(date|day)|telephone|zip ?code|postal code|postcode|acct|empi|next of kin)\b"
    r"|\b(guarantor|insured|surname|addr)\b|\baddress (line )?\d\b"
    r"|\b(patient|pat|pt|first|last|maiden|middle|full|given|family|requester|requestor|mother"
    r"|guardian|spouse|caller|contact)('s)? ?names?\b"
    r"|^(patient|pat|pt)\b(?!.*\b(type|class|portal|notified)\b)"
)
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
EVENT_FIELDS = ("case_id", "activity", "timestamp")


def plain(header: str) -> str:
    """Return a header without case, extra blanks and a trailing colon."""
    return re.sub(r"\s+", " ", header).strip().rstrip(":").lower()


def spoken(header: str) -> str:
    """Return a header as people say it: date_of_birth and DateOfBirth are "date of birth"."""
    return plain(_HUMPS.sub(" ", header.replace("_", " ")))


ALL_HEADERS = frozenset(
    {name for names in SYNONYMS.values() for name in names}
    | {*PRIVATE, *RECORD_NUMBERS, *map(spoken, SYNONYMS)}
)


def is_known(header: str) -> bool:
    """Say whether a header is one of those that we know, in whatever way it is written."""
    return plain(header) in ALL_HEADERS or spoken(header) in ALL_HEADERS


def by_names(headers: Sequence[str]) -> dict[str, str]:
    """Return {name: header}: as written without case, else as people say it; the first is taken."""
    said = {spoken(header): header for header in reversed(headers)}
    return said | {plain(header): header for header in reversed(headers)}


def is_private(header: str) -> bool:
    """Say whether a header names a person's particulars."""
    names = {name(header.strip()).removeprefix("case:") for name in (plain, spoken)}
    return bool(names & {*PRIVATE, *RECORD_NUMBERS}) or any(map(_PRIVATE_WORDS.search, names))


def match_headers(headers: Sequence[str]) -> dict[str, str]:
    """Return {field: header} for the headers that are understood."""
    by_name = by_names(headers)
    found: dict[str, str] = {}
    for field, names in SYNONYMS.items():
        for name in (*names, spoken(field)):
            if name in by_name and by_name[name] not in found.values():
                found[field] = by_name[name]
                break
    record = next((by_name[name] for name in RECORD_NUMBERS if name in by_name), None)
    number = found.get("request_id") or record
    if number and not {"case_id", "received_at", "completed_at"} & set(found):
        # Steps name what they belong to by the number of the request, or of the patient.
        steps = {name: header for name, header in found.items() if header != number}
        steps["case_id"] = number
        found = steps if is_event_log(steps) else found
    if is_event_log(found):
        return found
    # In a list of requests a column named `patient` or `order` is no case number.
    found = {name: header for name, header in found.items() if name not in EVENT_FIELDS}
    return found | ({"record_number": record} if record else {})


def is_event_log(columns: Iterable[str]) -> bool:
    """Say whether the columns tell of events rather than of whole requests."""
    return set(EVENT_FIELDS) <= set(columns)


def infer_layout(columns: dict[str, str], lifecycle: Iterable[str]) -> str:
    """Return requests, events or start_complete."""
    if not is_event_log(columns):
        return "requests"
    words = {value.lower() for value in lifecycle}
    return "start_complete" if "start" in words and "complete" in words else "events"
