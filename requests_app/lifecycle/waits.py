"""Which holds of a request are open, by the folding that its clocks run on, and what they bar."""

from requests_app.failure_codes import BARRING, FAILURES, FailureCode
from requests_app.models import ImagingRequest
from requests_app.refusals import TransitionRefused
from requests_app.sla.clock import OF_HOLDS, Hold
from requests_app.sla.policy import timeline_of
from requests_app.vocabulary import TAKES_A_FORM, State

DEMANDS_A_FORM = frozenset({FailureCode.AU01, FailureCode.AU02})
LEAVING = frozenset({State.READY, State.DELIVERING})
"""From where the next step is one that a wait for the requester bars."""


def open_holds(request: ImagingRequest) -> tuple[Hold, ...]:
    """Return the holds that have not ended, the first to begin first."""
    return timeline_of(request.events.filter(kind__in=OF_HOLDS).order_by("seq")).open_holds


def reason_of_end(request: ImagingRequest) -> FailureCode | None:
    """Return the reason that an end must name to end every open hold: None ends several."""
    reasons = {hold.reason for hold in open_holds(request)}
    return reasons.pop() if len(reasons) == 1 else None


def barred_by(request: ImagingRequest) -> tuple[FailureCode, ...]:
    """Return for what the requester is waited for, and without which no image may leave."""
    return tuple(hold.reason for hold in open_holds(request) if hold.reason in BARRING)


def is_demanded_in_vain(request: ImagingRequest, reason: FailureCode | None) -> bool:
    """Say whether a reason demands an authorization where none is needed."""
    return reason in DEMANDS_A_FORM and request.legal_basis not in TAKES_A_FORM


def check_not_held(request: ImagingRequest) -> None:
    """Raise TransitionRefused where a hold is open: one at a time."""
    if open_holds(request):
        raise TransitionRefused("This request is on hold already. End that hold first.")


def check_may_leave(request: ImagingRequest) -> None:
    """Raise TransitionRefused while something is open that the requester must settle first."""
    bars = barred_by(request)
    if bars:
        labels = " and ".join(dict.fromkeys(FAILURES[code].label for code in bars))
        raise TransitionRefused(
            f"This request is on hold for its requester ({labels}). End the hold first: until "
            "then nothing is sent, handed over or marked as arrived."
        )
