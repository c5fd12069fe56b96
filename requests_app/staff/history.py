"""A request's journal in words, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from requests_app.failure_codes import FAILURES, FailureCode
from requests_app.models import Event, ImagingRequest
from requests_app.vocabulary import EventKind, Touch
from requests_app.words import say

WORDS: dict[EventKind, tuple[str, str]] = {
    EventKind.DRAFTED: ("pencil", "Draft begun"),
    EventKind.RECEIVED: ("inbox", "Received"),
    EventKind.LOGGED: ("list", "Logged"),
    EventKind.HOLD_STARTED: ("circle-pause", "Hold"),
    EventKind.HOLD_ENDED: ("circle-play", "Hold ended"),
    EventKind.COMPLETE: ("circle-check", "Complete"),
    EventKind.APPROVED: ("circle-check", "Approved"),
    EventKind.SEARCH_STARTED: ("search", "Search started"),
    EventKind.LOCATED: ("image", "Images found"),
    EventKind.IMAGES_RECEIVED: ("upload", "Images attached"),
    EventKind.IMAGES_UNUSABLE: ("triangle-alert", "Images cannot be used"),
    EventKind.IMAGES_USABLE: ("circle-check", "Images checked"),
    EventKind.IMAGES_REMOVED: ("x", "Study removed"),
    EventKind.PREPARED: ("package-check", "Ready to send"),
    EventKind.SENT: ("send", "Sent"),
    EventKind.AVAILABLE: ("circle-check", "Available to the recipient"),
    EventKind.FIRST_OPENED: ("eye", "Opened by the recipient"),
    EventKind.DOWNLOADED: ("download", "Downloaded by the recipient"),
    EventKind.CONFIRMED_USABLE: ("circle-check", "Confirmed usable"),
    EventKind.DELIVERY_FAILED: ("triangle-alert", "Delivery failed"),
    EventKind.REDELIVERY_READY: ("rotate-cw", "Ready to send again"),
    EventKind.LINK_REVOKED: ("x", "Link closed"),
    EventKind.FAILURE_NOTED: ("triangle-alert", "Failure recorded"),
    EventKind.FAILURE_RECOVERED: ("check", "Failure mended"),
    EventKind.MANUAL_TOUCH: ("pencil", "Handled by hand"),
    EventKind.ASSIGNED: ("user-plus", "Assigned"),
    EventKind.EXTENDED: ("calendar-clock", "Extended"),
    EventKind.DENIED: ("x", "Denied"),
    EventKind.WITHDRAWN: ("x", "Withdrawn"),
    EventKind.NOT_FOUND: ("search-x", "Not found"),
    EventKind.DUPLICATE: ("list", "Duplicate"),
    EventKind.CLOSED: ("check", "Closed"),
}


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One line of the history."""

    icon: str
    words: str
    at: datetime
    who: str
    note: str


def history(request: ImagingRequest) -> list[Happening]:
    """Return what happened, the newest first."""
    events = request.events.select_related("actor").order_by("-seq")
    return [_line(event) for event in events]


def _line(event: Event) -> Happening:
    icon, words = WORDS[EventKind(event.kind)]
    if event.reason:
        words = f"{words}: {FAILURES[FailureCode(event.reason)].label} ({event.reason})"
    elif event.touch:
        words = f"{words}: {say(Touch(event.touch))}"
    return Happening(
        icon=icon,
        words=words,
        at=event.occurred_at,
        who=str(event.actor) if event.actor else "",
        note=event.note,
    )
