"""Send what waits in the outbox; subjects and bodies name no patient and no exam."""

import smtplib
from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from requests_app.models import Notice
from requests_app.tokens import link_token, tracking_token
from requests_app.vocabulary import NoticeState

SUBJECTS: dict[str, str] = {
    "received": "We received your request for images",
    "link": "Your images are ready",
    "extension": "Your request for images takes longer",
    "denial": "An answer to your request for images",
}
TRIES = 5


def send_waiting(at: datetime, *, limit: int = 100) -> int:
    """Send queued notices, each in its own transaction; return how many went out."""
    return sum(_send_next(at) for _ in range(limit))


def _send_next(at: datetime) -> bool:
    with transaction.atomic():
        notice = (
            Notice.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("request__facility", "delivery__link")
            .filter(state=NoticeState.QUEUED)
            .order_by("attempts", "id")
            .first()
        )
        if notice is None:
            return False
        notice.attempts += 1
        try:
            _deliver(notice)
        except (smtplib.SMTPException, OSError) as error:
            notice.last_error = type(error).__name__
            notice.state = NoticeState.FAILED if notice.attempts >= TRIES else NoticeState.QUEUED
        else:
            notice.state, notice.sent_at = NoticeState.SENT, at
        notice.save(update_fields=("attempts", "last_error", "state", "sent_at"))
        return notice.state == NoticeState.SENT


def _deliver(notice: Notice) -> None:
    words = {
        "request": notice.request,
        "delivery": notice.delivery,
        "letter": notice.request.letters.filter(kind=notice.kind).first(),
        "address": _address(notice),
    }
    body = render_to_string(f"requests_app/notices/{notice.kind}.txt", words)
    send_mail(SUBJECTS[notice.kind], body, settings.DEFAULT_FROM_EMAIL, [notice.address])


def _address(notice: Notice) -> str:
    if notice.kind == "link" and notice.delivery is not None:
        path = reverse("portal:share", args=[link_token(notice.delivery.link.salt)])
    else:
        path = reverse("portal:tracking", args=[tracking_token(notice.request.number)])
    return settings.PUBLIC_ADDRESS.rstrip("/") + path
