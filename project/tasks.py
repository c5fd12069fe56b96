"""Celery tasks of accounts; a task names a person by key, and makes what is secret itself."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.utils import user_pk_to_url_str
from celery import shared_task
from django.conf import settings
from kombu.exceptions import OperationalError

from project.celery import app
from requests_app.models import User

_LOG = logging.getLogger(__name__)
SOON = {"socket_timeout": 1, "socket_connect_timeout": 1, "max_retries": 0}
"""Seconds that a page waits for a Redis queue; without them one that never answers holds it."""


@shared_task(
    name="project.tasks.send_reset_mail",
    autoretry_for=(OSError, SMTPException),
    retry_backoff=30,  # seconds, doubled at each try
    max_retries=4,
)
def send_reset_mail(user_id: int) -> None:
    """Write to a person how to choose a new password; nothing once the account is switched off."""
    person = User.objects.filter(pk=user_id, is_active=True).first()
    if person is None:
        return
    adapter: Any = get_adapter()
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    address = adapter.get_reset_password_from_key_url(f"{user_pk_to_url_str(person)}-{token}")
    words = {"password_reset_url": address, "days": settings.PASSWORD_RESET_TIMEOUT // 86400}
    adapter.render_mail("account/email/password_reset_key", person.email, words).send()


def ask_for_reset_mail(user_id: int) -> None:
    """Leave the mail to the worker; write it at once where no queue takes the task."""
    try:
        with app.connection_for_write(connect_timeout=1, transport_options=SOON) as queue:
            app.send_task(send_reset_mail.name, (user_id,), retry=False, connection=queue)
    except OperationalError:
        try:
            send_reset_mail(user_id)
        except (OSError, SMTPException) as error:
            # The page answers as it does a stranger. The error itself may hold the address.
            _LOG.error("No queue, and no mail server: %s", type(error).__name__)  # noqa: TRY400
