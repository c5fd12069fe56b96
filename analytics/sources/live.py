"""Live work as an event log: the only reader of requests_app's models in analytics."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import Count, Max

from analytics.eventlog import EVENTS, REQUESTER, REQUESTS, EventLog, table_of
from requests_app.failure_codes import FailureCode
from requests_app.models import Event, Facility, ImagingRequest, Policy
from requests_app.sla.calendar import BusinessCalendar
from requests_app.sla.clock import Timeline, paused
from requests_app.sla.explain import DueDate
from requests_app.sla.history import typical_needs
from requests_app.sla.policy import (
    calendar_for,
    due_dates,
    foremost,
    rules_for,
    standing,
    timeline_of,
)
from requests_app.sla.rules import CONTRACT, Rule
from requests_app.sla.stop import stop_of
from requests_app.vocabulary import MEDIUM_OF, Channel, Direction, EventKind, State

Record = dict[str, Any]
_OUTCOMES = {
    State.DELIVERED: "delivered",
    State.CLOSED: "delivered",
    State.DENIED: "denied",
    State.WITHDRAWN: "withdrawn",
    State.NOT_FOUND: "not_found",
    State.DUPLICATE: "duplicate",
}


_SETTINGS = """
SELECT md5(concat(
    (SELECT string_agg(p::text, '|' ORDER BY p.id) FROM requests_app_policy p),
    (SELECT string_agg(h::text, '|' ORDER BY h.id) FROM requests_app_holiday h),
    (SELECT string_agg(f::text, '|' ORDER BY f.id) FROM requests_app_facility f)))
"""


def watermark() -> str:
    """Return a word that changes whenever the live log would read differently.

    Events are only ever added, and their numbers are handed out before they commit; their
    count changes with every commit, late ones too, so the pair skips none. Rules, holidays and
    facilities are few and can be edited: they are hashed whole.
    """
    events = Event.objects.aggregate(n=Count("pk"), last=Max("pk"))
    with connection.cursor() as cursor:
        cursor.execute(_SETTINGS)
        (settings,) = cursor.fetchone()
    return f"{events['n']}-{events['last'] or 0}-{settings}"


def live_log(as_of: datetime) -> EventLog:
    """Return everything as it stands, with due dates derived now from events and policy."""
    facilities = Facility.objects.prefetch_related("holidays")
    calendars = {one.pk: calendar_for(one) for one in facilities}
    slugs = {one.pk: one.slug for one in facilities}
    policies = list(Policy.objects.all())
    journal = Event.objects.filter(occurred_at__lte=as_of).order_by("request_id", "seq")
    stories = {pk: list(story) for pk, story in groupby(journal, key=attrgetter("request_id"))}
    reader = _Reader(calendars, slugs, policies, as_of)
    requests: list[Record] = []
    events: list[Record] = []
    for request in _filed():
        story = stories.get(request.pk)
        if story:
            requests.append(reader.request(request, story))
            events += reader.events(request, story)
    requests.sort(key=lambda row: (row["facility"], row["received"] or 0, row["request_id"]))
    return EventLog(
        name="live",
        as_of=int(as_of.timestamp()),
        zone=min(((one.slug, one.zone) for one in facilities), default=("", "UTC"))[1],
        requests=table_of(requests, REQUESTS),
        events=table_of(events, EVENTS),
        calendars={one.slug: calendars[one.pk] for one in facilities},
        calendar="each facility's own business days, 24 hours each, without its holidays",
    )


def calendars() -> dict[str, BusinessCalendar]:
    """Return the calendar of every facility by its slug."""
    places = Facility.objects.prefetch_related("holidays")
    return {one.slug: calendar_for(one) for one in places}


def _filed() -> Iterable[ImagingRequest]:
    filed = ImagingRequest.objects.exclude(state=State.DRAFT)
    return filed.select_related("facility").order_by("pk")


class _Reader:
    """Turns stored requests into rows."""

    def __init__(
        self,
        calendars: dict[int, BusinessCalendar],
        slugs: dict[int, str],
        policies: list[Policy],
        as_of: datetime,
    ) -> None:
        self.needs = typical_needs(as_of)
        self.calendars, self.slugs, self.policies, self.as_of = calendars, slugs, policies, as_of

    def request(self, request: ImagingRequest, story: list[Event]) -> Record:
        """Return the row of one request."""
        calendar, timeline = self.calendars[request.facility_id], timeline_of(story)
        state = _state_at(story)
        rules = rules_for(request, self.policies)
        dues = due_dates(rules, timeline, calendar, as_of=self.as_of)
        due = foremost(dues, timeline, at=self.as_of)
        outcome, stop = _outcome(state, story), _contract_stop(rules, timeline)
        row: Record = {
            "request_id": str(request.pk),
            "number": request.number,
            "facility": self.slugs[request.facility_id],
            "direction": request.direction,
            "requester_type": request.requester_type,
            "legal_basis": request.legal_basis,
            "modality": request.modality or None,
            "partner": request.partner or None,
            "priority": request.priority,
            "intake": request.intake,
            "state": state.value,
            "outcome": outcome,
            "received": _seconds(timeline.received),
            "complete": _seconds(timeline.complete),
            "available": _seconds(timeline.available),
            "first_opened": _seconds(timeline.first_opened),
            "closed": _seconds(timeline.closed),
            "ended": _seconds(timeline.ended_at or timeline.available),
            "contract_due": _due_of(dues, "contract"),
            "contract_stop": _seconds(stop),
            "contract_seconds": _business_seconds(timeline, stop, calendar),
            "legal_due": _due_of(dues, "hipaa_access"),
            "due": _seconds(due.due_at) if due else None,
            "due_unit": due.rule.unit.value if due else None,
            "held_since": _seconds(timeline.open_hold.started) if timeline.open_hold else None,
            "usable": _usable(request, story),
        }
        if outcome is None:
            row["band"] = self._band(request, state, dues, timeline)
        return row

    def _band(
        self, request: ImagingRequest, state: State, dues: tuple[DueDate, ...], timeline: Timeline
    ) -> str:
        usual = self.needs.get((Direction(request.direction), state))
        calendar = self.calendars[request.facility_id]
        now = standing(dues, timeline, calendar, at=self.as_of, needs=usual)
        return now.band.value

    def events(self, request: ImagingRequest, story: Iterable[Event]) -> list[Record]:
        """Return the rows of its events."""
        facility = self.slugs[request.facility_id]
        return [
            {
                "request_id": str(request.pk),
                "facility": facility,
                "direction": request.direction,
                "seq": event.seq,
                "occurred": int(event.occurred_at.timestamp()),
                "activity": event.kind,
                "by_person": event.by_person,
                "actor": _actor(request, event),
                "reason": event.reason or None,
                "channel": event.channel or None,
                "medium": MEDIUM_OF[Channel(event.channel)].value if event.channel else None,
                "touch": event.touch or None,
                "state_to": event.state_to or None,
            }
            for event in story
        ]


def _actor(request: ImagingRequest, event: Event) -> str | None:
    if event.actor_id is None:
        return None
    return REQUESTER if event.actor_id == request.requester_id else str(event.actor_id)


def _outcome(state: State, story: list[Event]) -> str | None:
    """Return how a request ended: a stranger's request is not ours to fulfil (IN03)."""
    reasons = [event.reason for event in story if event.state_to == State.NOT_FOUND]
    if state is State.NOT_FOUND and reasons[-1:] == [FailureCode.IN03]:
        return "not_our_patient"
    return _OUTCOMES.get(state)


def _state_at(story: list[Event]) -> State:
    moves = [event.state_to for event in story if event.state_to]
    return State(moves[-1]) if moves else State.RECEIVED


def _seconds(at: datetime | None) -> int | None:
    return int(at.timestamp()) if at is not None else None


def _due_of(dues: tuple[DueDate, ...], key: str) -> int | None:
    return next((int(due.due_at.timestamp()) for due in dues if due.rule.key == key), None)


def _contract_stop(rules: Iterable[Rule], timeline: Timeline) -> datetime | None:
    """When the contract clock was kept or broken; an end that does not count leaves it open."""
    rule = next((rule for rule in rules if rule.key == CONTRACT.key), CONTRACT)
    stop = stop_of(rule, timeline)
    return stop.at if stop is not None and stop.counts else None


def _business_seconds(
    timeline: Timeline, stop: datetime | None, calendar: BusinessCalendar
) -> int | None:
    """Business seconds from complete to the stop, less the requester-caused waits between."""
    start = timeline.complete
    if start is None or stop is None:
        return None
    waits = paused(timeline.holds, until=stop)
    held = sum(calendar.business_seconds(max(a, start), b) for a, b in waits if b > start)
    return calendar.business_seconds(start, stop) - held


def _usable(request: ImagingRequest, story: list[Event]) -> str | None:
    """Grade images that arrived from outside by what the journal says of them."""
    kinds = [event.kind for event in story]
    if request.direction != "inbound" or EventKind.IMAGES_RECEIVED not in kinds:
        return None
    if EventKind.IMAGES_UNUSABLE in kinds:
        mended = kinds.index(EventKind.IMAGES_UNUSABLE)
        later = kinds[mended:]
        return "after_rework" if EventKind.IMAGES_USABLE in later else "not_usable"
    return "immediate" if EventKind.IMAGES_USABLE in kinds else "untested"
