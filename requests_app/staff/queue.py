"""The queue: open requests with their next step and due date, most urgent first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q

from requests_app.models import Event, Facility, ImagingRequest, Policy, User
from requests_app.sla.policy import (
    Band,
    Standing,
    calendar_for,
    due_dates,
    rules_for,
    standing,
    timeline_of,
)
from requests_app.vocabulary import MEDIUM_OF, Channel, State

NEXT_STEP: dict[State, str] = {
    State.RECEIVED: "Check",
    State.CLARIFYING: "Wait for requester",
    State.APPROVED: "Find the study",
    State.LOCATING: "Find the study",
    State.RETRIEVED: "Make ready",
    State.UNUSABLE: "Get images again",
    State.READY: "Send",
    State.DELIVERING: "Wait for delivery",
    State.DELIVERY_FAILED: "Send again",
}
TABS: dict[str, tuple[str, frozenset[State] | None]] = {
    "all": ("All", None),
    "check": ("To check", frozenset({State.RECEIVED})),
    "find": ("To find", frozenset({State.APPROVED, State.LOCATING, State.UNUSABLE})),
    "send": ("To send", frozenset({State.RETRIEVED, State.READY, State.DELIVERY_FAILED})),
    "way": ("On the way", frozenset({State.DELIVERING})),
    "wait": ("Clarifying", frozenset({State.CLARIFYING})),
}
_ORDER = {Band.VERY_LATE: 0, Band.LATE: 1, Band.AT_RISK: 2, Band.ON_TRACK: 3, Band.HELD: 4}
PAGE = 25


@dataclass(frozen=True, kw_only=True)
class Line:
    """One request of the queue."""

    request: ImagingRequest
    standing: Standing
    words: str
    next_step: str
    medium: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The queue's filters, as the address holds them."""

    tab: str = "all"
    facility: str = ""
    band: str = ""
    direction: str = ""
    state: str = ""
    find: str = ""
    mine: bool = False


def wanted_of(query: dict[str, str]) -> Wanted:
    """Return the filters of an address; words it does not know are ignored."""
    return Wanted(
        tab=query.get("tab", "all") if query.get("tab", "all") in TABS else "all",
        facility=query.get("facility", "")[:60],
        band=query.get("band", ""),
        direction=query.get("direction", ""),
        state=query.get("state", ""),
        find=query.get("find", "").replace("\x00", "")[:80].strip(),
        mine=query.get("mine") == "1",
    )


def lines(user: User, wanted: Wanted, *, at: datetime) -> list[Line]:
    """Return the open requests that a person may see, filtered, most urgent first."""
    requests = _filtered(ImagingRequest.objects.visible_to(user).open(), user, wanted)
    found = [line for line in _read(requests, at) if not wanted.band or _is_in(line, wanted.band)]
    return sorted(found, key=_urgency)


def _is_in(line: Line, band: str) -> bool:
    if band == "late":
        return line.standing.band in (Band.LATE, Band.VERY_LATE)
    return line.standing.band == band


def _urgency(line: Line) -> tuple[int, float, int]:
    due = line.standing.due
    return (
        _ORDER[line.standing.band],
        due.due_at.timestamp() if due else float("inf"),
        line.request.pk,
    )


def _filtered(requests: object, user: User, wanted: Wanted) -> Iterable[ImagingRequest]:
    found: object = requests
    states = TABS[wanted.tab][1]
    keep = Q()
    if states is not None:
        keep &= Q(state__in=states)
    for name in ("direction", "state"):
        if value := getattr(wanted, name):
            keep &= Q(**{name: value})
    if wanted.facility:
        keep &= Q(facility__slug=wanted.facility)
    if wanted.mine:
        keep &= Q(assigned_to=user)
    if wanted.find:
        keep &= (
            Q(number__icontains=wanted.find)
            | Q(patient_family_name__icontains=wanted.find)
            | Q(studies__accession_number__iexact=wanted.find)
        )
    story = Prefetch("events", queryset=Event.objects.order_by("seq"))
    return (
        found.filter(keep)  # type: ignore[attr-defined, no-any-return]
        .select_related("facility", "assigned_to")
        .prefetch_related(story)
        .distinct()
    )


def _read(requests: Iterable[ImagingRequest], at: datetime) -> Iterable[Line]:
    policies = list(Policy.objects.all())
    facilities = Facility.objects.prefetch_related("holidays")
    calendars = {one.pk: calendar_for(one) for one in facilities}
    for request in requests:
        calendar, timeline = calendars[request.facility_id], timeline_of(request.events.all())
        dues = due_dates(rules_for(request, policies), timeline, calendar, as_of=at)
        stands = standing(dues, timeline, calendar, at=at)
        yield Line(
            request=request,
            standing=stands,
            words=in_words(stands),
            next_step=_next_step(request, complete=timeline.complete is not None),
            medium=MEDIUM_OF[Channel(request.preferred_channel)].value,
        )


def _next_step(request: ImagingRequest, *, complete: bool) -> str:
    state = State(request.state)
    return "Approve" if state is State.RECEIVED and complete else NEXT_STEP.get(state, "")


def in_words(stands: Standing) -> str:
    """Return a standing as people say it."""
    left = stands.days_left
    if stands.band is Band.HELD:
        return "On hold"
    if left is None:
        return "No due date"
    days = f"{abs(left)} day" + ("" if abs(left) == 1 else "s")
    if left < 0:
        return f"{days} late"
    return "Due today" if left == 0 else f"{days} left"
