"""Where a request stands, in a patient's words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from requests_app.failure_codes import FailureCode
from requests_app.models import Delivery, ImagingRequest, Policy
from requests_app.sla.calendar import BusinessCalendar
from requests_app.sla.clock import Timeline
from requests_app.sla.explain import DueDate
from requests_app.sla.policy import calendar_for, deciding, due_dates, rules_for, timeline_of
from requests_app.vocabulary import Channel, DeliveryState, State
from requests_app.words import say


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the way; `when` is empty until it is done."""

    words: str
    when: date | None = None
    is_now: bool = False


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A headline, what it means, the steps, and until when the answer is promised."""

    headline: str
    steps: tuple[Step, ...]
    today: date
    due: date | None = None
    legal: date | None = None
    needs_answer: str = ""
    went_by: str = ""
    ends: date | None = None

    @property
    def is_late(self) -> bool:
        """True after the promised day."""
        return self.due is not None and self.today > self.due


HEADLINES: dict[State, str] = {
    State.DRAFT: "Your request is not sent yet",
    State.RECEIVED: "We have your request",
    State.CLARIFYING: "We need something from you",
    State.APPROVED: "We are looking for your images",
    State.LOCATING: "We are looking for your images",
    State.RETRIEVED: "We found your images",
    State.UNUSABLE: "We are looking for your images",
    State.READY: "Your images are ready to leave",
    State.DELIVERING: "Your images are on their way",
    State.DELIVERY_FAILED: "We are sending your images again",
    State.DELIVERED: "Your images were sent to you",
    State.CLOSED: "Your images were sent to you",
    State.DENIED: "We could not release these images",
    State.WITHDRAWN: "This request was withdrawn",
    State.NOT_FOUND: "We found no such images",
    State.DUPLICATE: "We have this request already",
}
"""What a patient reads first, for every state."""

NEEDED: dict[FailureCode, str] = {
    FailureCode.IN01: "Your form is not complete yet.",
    FailureCode.AU01: "We need a signed permission that is still valid.",
    FailureCode.AU02: "Your signed permission is missing a part.",
    FailureCode.AU03: "We need to make sure who you are.",
    FailureCode.AU04: "We need to see that you may act for the patient.",
    FailureCode.AU05: "We need one more signed permission.",
    FailureCode.LO05: "Please tell us which images you mean.",
    FailureCode.RV03: "A fee is not paid yet.",
    FailureCode.TR08: "Your images wait to be picked up.",
}
"""What we wait for, for every reason that waits on the requester."""

_WAY: tuple[tuple[str, str, str], ...] = (
    ("received", "We got your request", "We get your request"),
    ("complete", "We checked who may have the images", "We check who may have the images"),
    ("located", "We found the images", "We look for the images"),
    ("available", "We sent them to you", "We send them to you"),
)
"""The way of a request: its mark, in the past once done, in the present before."""

_NO_LINK = "the way that you agreed with us"


def progress_of(
    request: ImagingRequest, at: datetime, policies: Iterable[Policy] | None = None
) -> Progress:
    """Return a request's progress at a moment; a list passes the rules that it read once."""
    timeline = timeline_of(sorted(request.events.all(), key=lambda event: event.seq))
    calendar = calendar_for(request.facility)
    rules = rules_for(request, policies) if request.is_open else ()
    dues = due_dates(rules, timeline, calendar, as_of=at)
    due = deciding(dues, timeline, at=at)
    needs = _needs(request, timeline)
    delivery = _delivery(request)
    return Progress(
        headline=HEADLINES[State.CLARIFYING] if needs else HEADLINES[State(request.state)],
        steps=_steps(request, timeline, calendar),
        today=calendar.local_day(at),
        due=due.due if due is not None else None,
        legal=_legal(dues),
        needs_answer=needs,
        went_by=_went_by(delivery),
        ends=_ends(delivery, calendar, at),
    )


def _steps(
    request: ImagingRequest, timeline: Timeline, calendar: BusinessCalendar
) -> tuple[Step, ...]:
    steps: list[Step] = []
    is_now = request.is_open
    for mark, done, to_do in _WAY:
        moment = getattr(timeline, mark)
        if moment is not None:
            steps.append(Step(words=done, when=calendar.local_day(moment)))
        elif request.is_open:
            steps.append(Step(words=to_do, is_now=is_now))
            is_now = False
    if timeline.ended_at is not None:
        words = HEADLINES[State(request.state)]
        steps.append(Step(words=words, when=calendar.local_day(timeline.ended_at)))
    return tuple(steps)


def _needs(request: ImagingRequest, timeline: Timeline) -> str:
    held = timeline.open_hold
    if not request.is_open or held is None or not held.requester_caused or held.reason is None:
        return ""
    return NEEDED[held.reason]


def _legal(dues: tuple[DueDate, ...]) -> date | None:
    return next((one.due for one in dues if one.rule.key == "hipaa_access"), None)


def _delivery(request: ImagingRequest) -> Delivery | None:
    if request.is_open:
        return None
    sent = (one for one in request.deliveries.all() if one.state == DeliveryState.AVAILABLE)
    return max(sent, key=lambda one: (one.created_at, one.pk), default=None)


def _went_by(delivery: Delivery | None) -> str:
    if delivery is None:
        return ""
    return say(Channel(delivery.channel)) if delivery.channel != Channel.UNKNOWN else _NO_LINK


def _ends(delivery: Delivery | None, calendar: BusinessCalendar, at: datetime) -> date | None:
    """Return the last day of a link that still opens."""
    link = getattr(delivery, "link", None)
    return calendar.local_day(link.expires_at) if link is not None and link.is_live(at) else None
