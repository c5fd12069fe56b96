"""What people did and what went wrong beside the moves: touches, failures, assignments."""

from datetime import datetime

from django.db import transaction

from requests_app.failure_codes import FailureCode
from requests_app.lifecycle.journal import Particulars, record
from requests_app.lifecycle.permissions import check_work
from requests_app.lifecycle.transition import lock
from requests_app.models import Event, ImagingRequest, User
from requests_app.refusals import NotAllowed, TransitionRefused
from requests_app.vocabulary import EventKind, Touch


def touch(
    request: ImagingRequest, kind: Touch, *, by: User | None, at: datetime, note: str = ""
) -> Event:
    """Record that a person handled the request by hand."""
    check_work(by, request)
    return record(
        request,
        EventKind.MANUAL_TOUCH,
        by=by,
        at=at,
        particulars=Particulars(touch=kind, note=note),
    )


def note_failure(
    request: ImagingRequest, code: FailureCode, *, by: User | None, at: datetime, note: str = ""
) -> Event:
    """Record that something failed at some stage, without moving the request."""
    check_work(by, request)
    return record(
        request,
        EventKind.FAILURE_NOTED,
        by=by,
        at=at,
        particulars=Particulars(reason=code, note=note),
    )


def unmended(request: ImagingRequest) -> list[FailureCode]:
    """Return what was noted as failed and not mended since, the oldest first."""
    told = request.events.filter(kind__in=(EventKind.FAILURE_NOTED, EventKind.FAILURE_RECOVERED))
    waiting: dict[FailureCode, None] = {}
    for kind, reason in told.order_by("seq").values_list("kind", "reason"):
        if kind == EventKind.FAILURE_NOTED:
            waiting.setdefault(FailureCode(reason))
        else:
            waiting.pop(FailureCode(reason), None)
    return list(waiting)


def recover(
    request: ImagingRequest, code: FailureCode, *, by: User | None, at: datetime, note: str = ""
) -> Event:
    """Record that a noted failure was mended; hours lost run from the one to the other."""
    with transaction.atomic():
        locked = lock(request)
        check_work(by, locked)
        if code not in unmended(locked):
            raise TransitionRefused(
                f"No failure {code} of this request waits to be mended. Record it first."
            )
        what = Particulars(reason=code, note=note)
        return record(locked, EventKind.FAILURE_RECOVERED, by=by, at=at, particulars=what)


def assign(request: ImagingRequest, *, to: User, by: User | None, at: datetime) -> Event:
    """Give a request to a person who works for its facility."""
    with transaction.atomic():
        locked = lock(request)
        check_work(by, locked)
        if not to.visible_facilities().filter(pk=locked.facility_id).exists():
            raise NotAllowed(
                "That person does not work for this facility. Choose someone who does."
            )
        locked.assigned_to = to
        locked.save(update_fields=("assigned_to",))
        event = record(locked, EventKind.ASSIGNED, by=by, at=at)
    request.assigned_to = to
    return event
