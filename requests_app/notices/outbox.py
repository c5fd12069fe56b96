"""The outbox: a message is a row first, so none is lost.

One is sent twice where the process dies between the mail server's yes and the row that says so.
"""

from datetime import datetime

from django.db import transaction

from requests_app.lifecycle.effort import touch
from requests_app.lifecycle.permissions import check_work
from requests_app.lifecycle.transition import lock
from requests_app.models import Delivery, ImagingRequest, Notice, User
from requests_app.refusals import TransitionRefused
from requests_app.vocabulary import NoticeState, Touch

CALLED: dict[str, str] = {
    "received": "receipt",
    "link": "link",
    "extension": "extension letter",
    "denial": "denial letter",
}
"""What a mail of each kind is called on a page."""


def queue_notice(
    request: ImagingRequest,
    *,
    kind: str,
    address: str,
    at: datetime,
    delivery: Delivery | None = None,
) -> Notice:
    """Write the row; the beat's next sweep sends it."""
    with transaction.atomic():
        return Notice.objects.create(
            request=request, kind=kind, address=address, created_at=at, delivery=delivery
        )


def newest(request: ImagingRequest) -> list[Notice]:
    """Return the newest mail of each kind and delivery of a request."""
    found = {(one.kind, one.delivery_id): one for one in request.notices.order_by("pk")}
    return list(found.values())


def mail_again(notice: Notice, *, by: User | None, at: datetime) -> Notice:
    """Queue a mail once more, whether it left or could not; the first stays as it was."""
    with transaction.atomic():
        request = lock(notice.request)
        check_work(by, request)
        if request.is_demonstration:
            raise TransitionRefused("This request is made up: no mail goes out for it.")
        if notice.state == NoticeState.QUEUED:
            raise TransitionRefused("This mail waits to leave. It goes out by itself.")
        delivery = notice.delivery
        if delivery is not None and not delivery.link.is_live(at):
            raise TransitionRefused("Only a link that still opens can be sent again.")
        touch(request, Touch.RESEND, by=by, at=at)
        return queue_notice(
            request, kind=notice.kind, address=notice.address, at=at, delivery=delivery
        )
