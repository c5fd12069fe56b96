"""Send what waits in the outbox; subjects and bodies name no patient and no exam."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse

from requests_app.models import Notice
from requests_app.notices.address import check_address
from requests_app.tokens import link_token, tracking_token
from requests_app.vocabulary import NoticeState

SUBJECTS: dict[str, str] = {
    "received": "We received your request for images",
    "link": "Your images are ready",
    "extension": "Your request for images takes longer",
    "denial": "An answer to your request for images",
}
WAITS = tuple(timedelta(minutes=minutes) for minutes in (0, 1, 5, 30, 120))
"""How old a notice must be for each try, so that a short outage of the mail server fails none."""
GAVE_UP = "The mail could not be sent in {tries} tries ({error})."
log = logging.getLogger(__name__)


def send_waiting(at: datetime, *, limit: int = 100) -> int:
    """Send queued notices, each in its own transaction; return how many went out."""
    sent = 0
    for _ in range(limit):
        state = _send_next(at)
        if state is None:
            break
        sent += state == NoticeState.SENT
    return sent


def _due(at: datetime) -> Q:
    due = Q(attempts__gte=len(WAITS))
    for tries, wait in enumerate(WAITS):
        due |= Q(attempts=tries, created_at__lte=at - wait)
    return due


def _send_next(at: datetime) -> NoticeState | None:
    """Try the next notice once; whatever breaks is counted, so that none stays in the way."""
    with transaction.atomic():
        notice = (
            Notice.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("request__facility", "delivery__link")
            .filter(_due(at), state=NoticeState.QUEUED)
            .order_by("attempts", "id")
            .first()
        )
        if notice is None:
            return None
        notice.attempts += 1
        try:
            with transaction.atomic():  # a savepoint: the count outlives what breaks
                check_address(notice.address)
                _deliver(notice)
        except ValidationError as error:  # no later try can mend it
            notice.state, notice.last_error = NoticeState.FAILED, error.messages[0]
        except Exception as error:  # noqa: BLE001  one notice must never stop all others
            _count_failure(notice, error)
        else:
            notice.state, notice.sent_at = NoticeState.SENT, at
        notice.save(update_fields=("attempts", "last_error", "state", "sent_at"))
        return NoticeState(notice.state)


def _count_failure(notice: Notice, error: Exception) -> None:
    """Note what went wrong, by its kind only: its words may name the recipient."""
    kind = type(error).__name__
    log.warning("notice %s not sent (try %s): %s", notice.pk, notice.attempts, kind)
    notice.last_error = kind
    if notice.attempts >= len(WAITS):
        notice.state = NoticeState.FAILED
        notice.last_error = GAVE_UP.format(tries=notice.attempts, error=kind)


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
