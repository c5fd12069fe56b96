"""What time alone brings about: late logging, unopened links, late arrivals, closing.

Each sweep writes what it finds once, however often it runs, and looks back only so far that a
first run does not flood old journals.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from requests_app.failure_codes import FailureCode
from requests_app.lifecycle.journal import Particulars, record
from requests_app.lifecycle.transition import lock, transition
from requests_app.models import Delivery, Event, Facility, ImagingRequest
from requests_app.refusals import TransitionConflict
from requests_app.sla.policy import calendar_for
from requests_app.vocabulary import Channel, DeliveryState, Direction, EventKind, State

LOOKS_BACK = timedelta(days=60)
IN_ONE_GO = 500
DAY = timedelta(days=1)


def note_late_logging(at: datetime) -> int:
    """Note IN05 where a request was logged more than one business day after receipt."""
    logged = _recent(EventKind.LOGGED, at, lacking=FailureCode.IN05)
    found = 0
    for event in logged.filter(occurred_at__gt=F("request__received_at") + DAY):
        received = event.request.received_at
        calendar = calendar_for(event.request.facility)
        days = received and calendar.business_days_between(
            calendar.local_day(received), calendar.local_day(event.occurred_at)
        )
        if days and days > 1:
            found += _note_once(event.request, FailureCode.IN05, at=at)
    return found


def note_late_arrivals(at: datetime) -> int:
    """Note US08 where outside images were there only after the day they were needed by."""
    arrived = _recent(EventKind.AVAILABLE, at, lacking=FailureCode.US08)
    inbound = arrived.filter(request__direction=Direction.INBOUND, request__need_by__isnull=False)
    return sum(
        _note_once(event.request, FailureCode.US08, at=at)
        for event in inbound
        if event.request.need_by
        and event.request.facility.local_day(event.occurred_at) > event.request.need_by
    )


def note_unopened_links(at: datetime) -> int:
    """Note TR03 where a link ended before anybody opened it."""
    ended = Delivery.objects.filter(
        state=DeliveryState.AVAILABLE,
        first_opened_at=None,
        link__revoked_at=None,
        link__expires_at__lte=at,
        link__expires_at__gte=at - LOOKS_BACK,
    ).exclude(Exists(_noted(FailureCode.TR03).filter(delivery=OuterRef("pk"))))
    return sum(
        _note_once(one.request, FailureCode.TR03, at=at, delivery=one)
        for one in ended.select_related("request")[:IN_ONE_GO]
    )


def close_delivered(at: datetime) -> int:
    """Close what was delivered longer ago than its facility waits for complaints."""
    return sum(
        _close(request, days, at)
        for facility in Facility.objects.exclude(closes_after_days=None)
        for days in (facility.closes_after_days or 0,)
        for request in _delivered_before(facility, at - days * DAY)
    )


SWEEPS: dict[str, Callable[[datetime], int]] = {
    "logged late": note_late_logging,
    "arrived late": note_late_arrivals,
    "links unopened": note_unopened_links,
    "closed": close_delivered,
}


def sweep(at: datetime) -> dict[str, int]:
    """Run every sweep; return how many requests each one touched."""
    return {name: one(at) for name, one in SWEEPS.items()}


def _recent(kind: EventKind, at: datetime, *, lacking: FailureCode) -> QuerySet[Event]:
    noted = _noted(lacking).filter(request=OuterRef("request"))
    return (
        Event.objects.filter(kind=kind, occurred_at__lte=at, occurred_at__gte=at - LOOKS_BACK)
        .exclude(Exists(noted))
        .select_related("request__facility")
        .prefetch_related("request__facility__holidays")
        .order_by("pk")
    )


def _noted(code: FailureCode) -> QuerySet[Event]:
    return Event.objects.filter(kind=EventKind.FAILURE_NOTED, reason=code)


def _note_once(
    request: ImagingRequest, code: FailureCode, *, at: datetime, delivery: Delivery | None = None
) -> bool:
    """Write the failure unless it stands there already, for this delivery or for the whole."""
    with transaction.atomic():
        locked = lock(request)
        same = _noted(code).filter(Q(delivery=delivery) | Q(delivery=None), request=locked)
        if same.exists():
            return False
        channel = Channel(delivery.channel) if delivery else None
        what = Particulars(reason=code, delivery=delivery, channel=channel)
        record(locked, EventKind.FAILURE_NOTED, by=None, at=at, particulars=what)
        return True


def _delivered_before(facility: Facility, moment: datetime) -> QuerySet[ImagingRequest]:
    delivered = facility.requests.filter(state=State.DELIVERED)
    last = Max("events__occurred_at", filter=Q(events__kind=EventKind.AVAILABLE))
    return delivered.annotate(last=last).filter(last__lte=moment).order_by("pk")[:IN_ONE_GO]


def _close(request: ImagingRequest, days: int, at: datetime) -> bool:
    what = Particulars(note=f"Closed by itself, {days} days after delivery")
    expected = State.DELIVERED
    try:
        transition(request, to=State.CLOSED, by=None, at=at, expected=expected, particulars=what)
    except TransitionConflict:
        return False  # somebody moved it meanwhile, and that counts
    return True
