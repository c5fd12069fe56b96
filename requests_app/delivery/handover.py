"""Every way out but the link: a disc, a push, a courier, recorded step by step."""

from datetime import datetime

from django.db import transaction

from requests_app.delivery.released import bind
from requests_app.failure_codes import FailureCode
from requests_app.lifecycle.journal import Particulars, record
from requests_app.lifecycle.permissions import check_work
from requests_app.lifecycle.transition import lock, transition
from requests_app.lifecycle.waits import open_holds
from requests_app.models import Delivery, Event, ImagingRequest, User
from requests_app.refusals import TransitionRefused
from requests_app.vocabulary import Channel, DeliveryState, EventKind, State


def hand_over(
    request: ImagingRequest,
    *,
    channel: Channel,
    recipient_name: str,
    recipient_address: str,
    by: User | None,
    at: datetime,
    expected: State | None = None,
) -> Delivery:
    """Record that the images left by a channel: READY -> DELIVERING."""
    with transaction.atomic():
        delivery = Delivery.objects.create(
            request=lock(request),
            channel=channel,
            state=DeliveryState.SENT,
            recipient_name=recipient_name,
            recipient_address=recipient_address,
            created_at=at,
            created_by=by,
            sent_at=at,
        )
        bind(delivery)
        what = Particulars(channel=channel, delivery=delivery)
        transition(request, to=State.DELIVERING, by=by, at=at, expected=expected, particulars=what)
    return delivery


def latest_delivery(request: ImagingRequest) -> Delivery:
    """Return the delivery that is under way or was the last; TransitionRefused where none is."""
    delivery = request.deliveries.order_by("-created_at", "-id").first()
    if delivery is None:
        raise TransitionRefused("No delivery of this request is recorded yet. Record one first.")
    return delivery


def mark_available(delivery: Delivery, *, by: User | None, at: datetime) -> Event:
    """Record that the recipient can open the images: DELIVERING -> DELIVERED."""
    with transaction.atomic():
        event = transition(
            delivery.request, to=State.DELIVERED, by=by, at=at, particulars=_of(delivery)
        )
        delivery.state = DeliveryState.AVAILABLE
        delivery.available_at = at
        delivery.save(update_fields=("state", "available_at"))
    return event


def mark_failed(
    delivery: Delivery, *, reason: FailureCode, by: User | None, at: datetime, note: str = ""
) -> Event:
    """Record that a delivery failed, before or after it was thought delivered."""
    with transaction.atomic():
        what = Particulars(
            channel=Channel(delivery.channel), delivery=delivery, reason=reason, note=note
        )
        _end_the_wait(delivery.request, by=by, at=at)
        event = transition(
            delivery.request, to=State.DELIVERY_FAILED, by=by, at=at, particulars=what
        )
        delivery.state = DeliveryState.FAILED
        delivery.failed_at = at
        delivery.failure_code = reason
        delivery.save(update_fields=("state", "failed_at", "failure_code"))
    return event


def _end_the_wait(request: ImagingRequest, *, by: User | None, at: datetime) -> None:
    """Nothing waits to be picked up any more: what was to be is known not to have arrived."""
    locked, over = lock(request), FailureCode.TR08
    if any(hold.reason == over for hold in open_holds(locked)):
        record(locked, EventKind.HOLD_ENDED, by=by, at=at, particulars=Particulars(reason=over))


def confirm_usable(request: ImagingRequest, *, by: User | None, at: datetime) -> Event:
    """Record that the recipient could use the images."""
    with transaction.atomic():
        locked = lock(request)
        check_work(by, locked)
        if locked.state != State.DELIVERED:
            raise TransitionRefused("Only a delivered request can be confirmed as usable.")
        return record(locked, EventKind.CONFIRMED_USABLE, by=by, at=at)


def _of(delivery: Delivery) -> Particulars:
    return Particulars(channel=Channel(delivery.channel), delivery=delivery)
