"""What is heard of a request after its images left, or after it ended without any."""

from datetime import datetime

from django.db import transaction

from requests_app.failure_codes import FAILURES, FailureCode
from requests_app.lifecycle.effort import note_failure
from requests_app.lifecycle.permissions import check_work
from requests_app.lifecycle.transition import lock
from requests_app.models import Event, ImagingRequest, User
from requests_app.refusals import TransitionRefused
from requests_app.vocabulary import Direction, State

FOLLOW_UPS = (FailureCode.FU01, FailureCode.FU02, FailureCode.FU03, FailureCode.FU04)
_RELEASED = frozenset({State.DELIVERED, State.CLOSED})
_UNSERVED = frozenset({State.DENIED, State.NOT_FOUND, State.WITHDRAWN})


def heard_codes(request: ImagingRequest) -> tuple[FailureCode, ...]:
    """Return what may still be heard of a request as it stands; nothing while it is worked on.

    Outside images that cannot be used may be taken again before anything ended. A release that
    was misdirected is a failed delivery while the request is delivered: that step ends its links.
    """
    state = State(request.state)
    if state in _UNSERVED:
        return FOLLOW_UPS
    if request.direction == Direction.INBOUND:
        if state is State.UNUSABLE:
            return (FailureCode.FU01,)
        return FOLLOW_UPS if state in _RELEASED else ()
    if state is State.CLOSED:
        return (*FOLLOW_UPS, FailureCode.TR09, FailureCode.TR10)
    return (*FOLLOW_UPS, FailureCode.TR10) if state is State.DELIVERED else ()


def hear(
    request: ImagingRequest, code: FailureCode, *, by: User | None, at: datetime, note: str = ""
) -> Event:
    """Record what was heard of a request later; it moves nothing and reopens nothing."""
    with transaction.atomic():
        locked = lock(request)
        check_work(by, locked)
        if code not in heard_codes(locked):
            raise TransitionRefused(
                f"{FAILURES[code].label} ({code}) cannot be heard of a request that is "
                f"{locked.state.replace('_', ' ')}."
            )
        return note_failure(locked, code, by=by, at=at, note=note)
