"""Where a request stands, in a patient's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from requests_app.models import ImagingRequest
from requests_app.sla.policy import calendar_for, deciding, due_dates, rules_for, timeline_of
from requests_app.vocabulary import State


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the way; `when` is empty until it is done."""

    words: str
    when: date | None = None
    is_now: bool = False


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A headline, the steps, and until when the answer is promised."""

    headline: str
    steps: tuple[Step, ...]
    due: date | None


_HEADLINES: dict[State, str] = {
    State.CLARIFYING: "We need something from you",
    State.DELIVERED: "Your images were sent to you",
    State.CLOSED: "Your images were sent to you",
    State.DENIED: "We could not release these images",
    State.WITHDRAWN: "This request was withdrawn",
    State.NOT_FOUND: "We found no such images",
    State.DUPLICATE: "We have this request already",
}


def progress_of(request: ImagingRequest, at: datetime) -> Progress:
    """Return a request's progress at a moment."""
    timeline = timeline_of(request.events.order_by("seq"))
    calendar = calendar_for(request.facility)
    marks = (
        ("We got your request", timeline.received),
        ("We checked who may have the images", timeline.complete),
        ("We found the images", timeline.located),
        ("We sent them to you", timeline.available),
    )
    steps, seen_open = [], False
    for words, moment in marks:
        steps.append(
            Step(
                words=words,
                when=calendar.local_day(moment) if moment else None,
                is_now=moment is None and not seen_open and request.is_open,
            )
        )
        seen_open = seen_open or moment is None
    dues = due_dates(rules_for(request), timeline, calendar, as_of=at)
    due = deciding(dues, timeline, at=at)
    return Progress(
        headline=_HEADLINES.get(State(request.state), "Your images are on their way"),
        steps=tuple(steps),
        due=due.due if due is not None and request.is_open else None,
    )
