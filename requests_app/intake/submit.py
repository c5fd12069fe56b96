"""One verb for every door (portal, staff, API): file a request, once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db import IntegrityError, connection, transaction

from requests_app.lifecycle.journal import Particulars, record
from requests_app.models import Facility, ImagingRequest, User
from requests_app.notices.outbox import queue_notice
from requests_app.refusals import KeyUsed
from requests_app.tokens import hash_of, tracking_token
from requests_app.vocabulary import (
    Channel,
    Direction,
    EventKind,
    Intake,
    LegalBasis,
    Priority,
    RequesterType,
    State,
)


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What a requester says; the fields are those of ImagingRequest."""

    facility: Facility
    requester_type: RequesterType
    legal_basis: LegalBasis
    requester_name: str
    recipient_name: str
    patient_family_name: str
    scope: str
    direction: Direction = Direction.OUTBOUND
    intake: Intake = Intake.PORTAL
    priority: Priority = Priority.ROUTINE
    requester_email: str = ""
    recipient_email: str = ""
    partner: str = ""
    patient_given_name: str = ""
    patient_birth_date: date | None = None
    patient_record_number: str = ""
    modality: str = ""
    studies_from: date | None = None
    studies_to: date | None = None
    wants_reports: bool = True
    preferred_channel: Channel = Channel.LINK_SECURE
    need_by: date | None = None
    submission_key: str | None = None
    requester: User | None = None
    is_demonstration: bool = False


@dataclass(frozen=True, kw_only=True)
class Filed:
    """The filed request, the secret of its tracking page, and whether it was there already."""

    request: ImagingRequest
    tracking_token: str
    already: bool = False


def submit(
    submission: Submission, *, by: User | None, at: datetime, logged_at: datetime | None = None
) -> Filed:
    """File a request: RECEIVED at `at`, logged at `logged_at` (the same moment at a web door).

    A second submit with the same key and words returns the first request and changes nothing;
    KeyUsed where the key came before with other words.
    """
    earlier = _earlier(submission)
    if earlier is not None:
        return earlier
    try:
        with transaction.atomic():
            request = _create(submission, at)
            record(
                request,
                EventKind.RECEIVED,
                by=by,
                at=at,
                particulars=Particulars(state_from=State.DRAFT, state_to=State.RECEIVED),
            )
            if logged_at is not None:
                record(request, EventKind.LOGGED, by=by, at=logged_at)
            if request.requester_email and not request.is_demonstration:
                queue_notice(request, kind="received", address=request.requester_email, at=at)
    except IntegrityError:
        # The same form arrived twice at once: the other one was first.
        again = _earlier(submission)
        if again is None:
            raise
        return again
    return Filed(request=request, tracking_token=tracking_token(request.number))


def _earlier(submission: Submission) -> Filed | None:
    if not submission.submission_key:
        return None
    found = ImagingRequest.objects.filter(submission_key=submission.submission_key).first()
    if found is None:
        return None
    if found.submission_digest not in ("", _digest(submission)):
        raise KeyUsed(
            "This was sent before with other words, and that request stands. Send it once more "
            "if you want a second request; otherwise change the first one."
        )
    return Filed(request=found, tracking_token=tracking_token(found.number), already=True)


def _digest(submission: Submission) -> str:
    """Return what tells two submissions with one key apart."""
    said = {name: getattr(submission, name) for name in _field_names()}
    said |= {"facility": submission.facility.slug, "requester": None}
    return sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _create(submission: Submission, at: datetime) -> ImagingRequest:
    fields = {name: getattr(submission, name) for name in _field_names()}
    number = _next_number()
    return ImagingRequest.objects.create(
        **fields,
        number=number,
        submission_digest=_digest(submission) if submission.submission_key else "",
        state=State.RECEIVED,
        received_at=at,
        tracking_hash=hash_of(tracking_token(number)),
    )


def _field_names() -> tuple[str, ...]:
    return tuple(Submission.__dataclass_fields__)


def _next_number() -> str:
    """Return the next request number from a database sequence, such as R-004817."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('imaging_request_number')")
        (value,) = cursor.fetchone()
    return f"R-{value:06d}"
