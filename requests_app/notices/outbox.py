"""The outbox: a message is a row first, so none is lost.

One is sent twice where the process dies between the mail server's yes and the row that says so.
"""

from datetime import datetime

from django.db import transaction

from requests_app.models import Delivery, ImagingRequest, Notice


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
