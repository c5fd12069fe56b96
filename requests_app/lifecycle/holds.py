"""Holds: waits that are recorded, and paused for only where the requester causes them."""

from datetime import datetime

from django.db import transaction

from requests_app.failure_codes import FAILURES, FailureCode
from requests_app.lifecycle.journal import Particulars, record
from requests_app.lifecycle.permissions import check_work
from requests_app.lifecycle.transition import lock, transition
from requests_app.models import Event, ImagingRequest, User
from requests_app.refusals import TransitionRefused
from requests_app.vocabulary import TAKES_A_FORM, EventKind, State

DEMANDS_A_FORM = frozenset({FailureCode.AU01, FailureCode.AU02})
NO_FORM_NEEDED = (
    "No hold began: by this right no authorization is needed. The attempt is recorded as an "
    "exposure (RV04); go on without one."
)


def open_hold(request: ImagingRequest) -> Event | None:
    """Return the hold that has not ended, if any."""
    last = (
        request.events.filter(kind__in=(EventKind.HOLD_STARTED, EventKind.HOLD_ENDED))
        .order_by("-seq")
        .first()
    )
    return last if last is not None and last.kind == EventKind.HOLD_STARTED else None


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
        if open_hold(locked) is not None:
            raise TransitionRefused("This request is on hold already. End that hold first.")
        if reason in DEMANDS_A_FORM and locked.legal_basis not in TAKES_A_FORM:
            exposure = Particulars(reason=FailureCode.RV04, note=note)
            return record(locked, EventKind.FAILURE_NOTED, by=by, at=at, particulars=exposure)
        waits_on_requester = FAILURES[reason].pauses_contract_clock
        if waits_on_requester and locked.state == State.RECEIVED:
            return transition(request, to=State.CLARIFYING, by=by, at=at, particulars=what)
        return record(locked, EventKind.HOLD_STARTED, by=by, at=at, particulars=what)


def release(request: ImagingRequest, *, by: User | None, at: datetime, note: str = "") -> Event:
    """End the open hold."""
    with transaction.atomic():
        locked = lock(request)
        check_work(by, locked)
        started = open_hold(locked)
        if started is None:
            raise TransitionRefused("This request is not on hold.")
        what = Particulars(
            reason=FailureCode(started.reason) if started.reason else None, note=note
        )
        if locked.state == State.CLARIFYING:
            return transition(request, to=State.RECEIVED, by=by, at=at, particulars=what)
        return record(locked, EventKind.HOLD_ENDED, by=by, at=at, particulars=what)
