"""Holds: waits that are recorded, and paused for only where the requester causes them."""

from datetime import datetime

from django.db import transaction

from requests_app.failure_codes import FAILURES, FailureCode
from requests_app.lifecycle.journal import Particulars, record
from requests_app.lifecycle.permissions import check_work
from requests_app.lifecycle.transition import lock, transition
from requests_app.lifecycle.waits import (
    check_not_held,
    is_demanded_in_vain,
    open_holds,
    reason_of_end,
)
from requests_app.models import Event, ImagingRequest, User
from requests_app.refusals import TransitionRefused
from requests_app.vocabulary import EventKind, State

NO_FORM_NEEDED = (
    "No hold began: by this right no authorization is needed. The attempt is recorded as an "
    "exposure (RV04); go on without one."
)


def is_exposure(event: Event) -> bool:
    """Say whether `hold` answered that a form was demanded where none is needed."""
    return event.reason == FailureCode.RV04 and event.kind == EventKind.FAILURE_NOTED


def hold(
    request: ImagingRequest, *, reason: FailureCode, by: User | None, at: datetime, note: str = ""
) -> Event:
    """Begin a wait; a request just received and waiting on its requester is then clarifying.

    To demand an authorization where none is needed is itself a barrier: no wait begins, and the
    attempt is journalled as a failure of ours (RV04), which is the event that is returned.
    """
    what = Particulars(reason=reason, note=note)
    with transaction.atomic():
        locked = lock(request)
        check_work(by, locked)
        if not locked.is_open:
            raise TransitionRefused("This request has ended; it cannot be put on hold.")
        check_not_held(locked)
        if reason is FailureCode.TR08 and locked.state != State.DELIVERING:
            raise TransitionRefused("Nothing waits to be picked up: no delivery is under way.")
        if is_demanded_in_vain(locked, reason):
            exposure = Particulars(reason=FailureCode.RV04, note=note)
            return record(locked, EventKind.FAILURE_NOTED, by=by, at=at, particulars=exposure)
        waits_on_requester = FAILURES[reason].pauses_contract_clock
        if waits_on_requester and locked.state == State.RECEIVED:
            return transition(request, to=State.CLARIFYING, by=by, at=at, particulars=what)
        return record(locked, EventKind.HOLD_STARTED, by=by, at=at, particulars=what)


def release(request: ImagingRequest, *, by: User | None, at: datetime, note: str = "") -> Event:
    """End every open hold, by one event: it names their reason, or none where they have several."""
    with transaction.atomic():
        locked = lock(request)
        check_work(by, locked)
        if not locked.is_open:
            raise TransitionRefused("This request has ended, and its holds with it.")
        if not open_holds(locked):
            raise TransitionRefused("This request is not on hold.")
        what = Particulars(reason=reason_of_end(locked), note=note)
        if locked.state == State.CLARIFYING:
            return transition(request, to=State.RECEIVED, by=by, at=at, particulars=what)
        return record(locked, EventKind.HOLD_ENDED, by=by, at=at, particulars=what)
