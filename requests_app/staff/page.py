"""What the page of one request shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from requests_app.failure_codes import FAILURES
from requests_app.intake.authorization import ELEMENTS, is_needed
from requests_app.intake.completeness import is_complete, missing
from requests_app.lifecycle.holds import open_hold
from requests_app.lifecycle.permissions import in_scope, may_move
from requests_app.lifecycle.states import TRANSITIONS
from requests_app.models import Authorization, ImagingRequest, Study, User
from requests_app.sla.clock import Timeline
from requests_app.sla.explain import DueDate
from requests_app.sla.policy import calendar_for, due_dates, rules_for, standing, timeline_of
from requests_app.staff.queue import in_words
from requests_app.vocabulary import MEDIUM_OF, Channel, Role, State, Touch

WORKERS = (Role.RELEASE_STAFF, Role.SUPERVISOR, Role.ADMINISTRATOR)
_TAKES_IMAGES = (State.APPROVED, State.LOCATING, State.RETRIEVED, State.UNUSABLE)
_MOVES: dict[State, tuple[str, str]] = {
    State.LOCATING: ("search", "Start the search"),
    State.READY: ("ready", "Make ready"),
    State.UNUSABLE: ("unusable", "Mark unusable"),
    State.CLOSED: ("close", "Close"),
    State.DENIED: ("deny", "Deny"),
    State.WITHDRAWN: ("withdraw", "Withdraw"),
    State.NOT_FOUND: ("not-found", "No such images"),
    State.DUPLICATE: ("duplicate", "Duplicate"),
}


def page_of(asked: ImagingRequest, person: User) -> dict[str, Any]:
    """Return the context of the request page, as it stands now."""
    at = timezone.now()
    events = list(asked.events.select_related("actor").order_by("seq"))
    timeline, calendar = timeline_of(events), calendar_for(asked.facility)
    dues = due_dates(rules_for(asked), timeline, calendar, as_of=at)
    stands = standing(dues, timeline, calendar, at=at) if asked.is_open else None
    state, works = State(asked.state), person.has_role(*WORKERS) and in_scope(person, asked)
    complete = is_complete(asked)
    return {
        "asked": asked,
        "zone": asked.facility.zone,
        "standing": stands,
        "standing_words": in_words(stands) if stands else "",
        "due": dues[0] if dues else None,
        "days": _days(dues[0]) if dues else [],
        "clocks": [_clock(due, timeline, at) for due in dues],
        "events": list(reversed(events)),
        "timeline": timeline,
        "studies": [_study(study) for study in asked.studies.all()],
        "deliveries": asked.deliveries.select_related("link"),
        "receipts": asked.receipts.all(),
        "works": works,
        "lacks": missing(asked, at.date()) if state is State.RECEIVED and not complete else (),
        "may_complete": state is State.RECEIVED and not complete,
        "may_approve": state is State.RECEIVED and complete,
        "may_attach": works and state in _TAKES_IMAGES,
        "may_send": state is State.READY,
        "on_the_way": state is State.DELIVERING,
        "is_delivered": state is State.DELIVERED,
        "may_resend": state is State.DELIVERY_FAILED,
        "held": open_hold(asked),
        "moves": _moves(asked, person, state),
        "needs_authorization": is_needed(asked),
        "elements": _elements(asked),
        "pausing": {code: one.label for code, one in FAILURES.items() if one.enabled},
        "touches": list(Touch),
        "channels": [channel for channel in Channel if channel is not Channel.LINK_SECURE],
        "medium": MEDIUM_OF[Channel(asked.preferred_channel)].value,
    }


def _days(due: DueDate) -> list[dict[str, str]]:
    last = due.days[-1]
    found = []
    for day in due.days:
        kind = "counted" if day.counted else "hold" if day.why.startswith("held") else "skipped"
        found.append(
            {"name": f"{day.date:%a %-d}", "why": day.why, "css": "due" if day is last else kind}
        )
    return found[-60:]


def _clock(due: DueDate, timeline: Timeline, at: datetime) -> dict[str, Any]:
    stopped = timeline.stopped
    late = (stopped or at) >= due.due_at
    band = "late" if late else "done" if stopped else "on_track"
    words = "Met" if stopped and not late else "Late" if late else "Running"
    return {"due": due, "rule": due.rule, "band": band, "words": words}


def _study(study: Study) -> dict[str, Any]:
    images = [image for series in study.series.all() for image in series.instances.all()]
    return {
        "study": study,
        "images": sum(image.frames for image in images),
        "size": sum(image.size for image in images),
        "words": study.verdict.replace("_", " "),
    }


def _moves(asked: ImagingRequest, person: User, state: State) -> list[tuple[str, str]]:
    targets = [to for to in _MOVES if to in TRANSITIONS[state]]
    return [_MOVES[to] for to in targets if may_move(person, asked, to)]


def _elements(asked: ImagingRequest) -> list[dict[str, Any]]:
    found = Authorization.objects.filter(request=asked).first()
    return [
        {"element": element, "passes": bool(found and getattr(found, element.field))}
        for element in ELEMENTS
    ]
