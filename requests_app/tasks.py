"""Celery tasks of requests: thin wrappers that wake the verbs; the rows are the work."""

from celery import shared_task
from django.utils import timezone

from requests_app.notices.mail import send_waiting


@shared_task(name="requests_app.tasks.send_notices")
def send_notices() -> int:
    """Send what waits in the outbox."""
    return send_waiting(timezone.now())
