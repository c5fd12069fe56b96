"""Which activities move a request, and where to; told from events alone."""

from __future__ import annotations

from analytics.eventlog import OWN_WORD
from requests_app.failure_codes import PAUSING, FailureCode

RECEIVED, CHECKED, WAITS = "received", "complete", "clarifying"
"""Just in; complete, so that the contract clock runs; waiting on the requester."""

MOVES: dict[str, str] = {
    "received": RECEIVED,
    "approved": "approved",
    "search_started": "locating",
    "located": "retrieved",
    "images_unusable": "unusable",
    "prepared": "ready",
    "sent": "delivering",
    "delivery_failed": "delivery_failed",
    "redelivery_ready": "ready",
    "available": "delivered",
}
"""The state that a request is in after an event; holds are waits beside it."""
ENDS = frozenset({"denied", "withdrawn", "not_found", "duplicate"})
HOLDS = frozenset({"hold_started", "hold_ended"})
ENDS_HOLDS = ENDS | {"available", "closed"}
"""What ends every hold, as in `requests_app.sla.clock`."""


def state_after(state: str, activity: str) -> str:
    """Return where a request stands after an event that is no hold."""
    if activity == "complete":  # complete is a fact, and a move only for what was just received
        return CHECKED if state == RECEIVED else state
    if activity.startswith(OWN_WORD):  # an imported event log brings its own: each is a state
        return activity.removeprefix(OWN_WORD)
    return MOVES.get(activity, state)


def waits_on_requester(reason: str | None) -> bool:
    """Say whether a hold is the requester's; one without a code of ours is taken to be."""
    return reason in PAUSING or reason not in FailureCode.__members__
