"""Which holds of a request are open, by the folding that its clocks run on."""

from requests_app.failure_codes import FailureCode
from requests_app.models import ImagingRequest
from requests_app.refusals import TransitionRefused
from requests_app.sla.clock import OF_HOLDS, Hold
from requests_app.sla.policy import timeline_of


def open_holds(request: ImagingRequest) -> tuple[Hold, ...]:
    """Return the holds that have not ended, the first to begin first."""
    return timeline_of(request.events.filter(kind__in=OF_HOLDS).order_by("seq")).open_holds


def reason_of_end(request: ImagingRequest) -> FailureCode | None:
    """Return the reason that an end must name to end every open hold: None ends several."""
    reasons = {hold.reason for hold in open_holds(request)}
    return reasons.pop() if len(reasons) == 1 else None


def check_not_held(request: ImagingRequest) -> None:
    """Raise TransitionRefused where a hold is open: one at a time."""
    if open_holds(request):
        raise TransitionRefused("This request is on hold already. End that hold first.")
