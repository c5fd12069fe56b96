"""Celery tasks of requests: thin wrappers that wake the verbs; the rows are the work."""

from celery import shared_task
from django.utils import timezone

from requests_app.delivery import sweep as sweeps
from requests_app.notices.mail import send_waiting


@shared_task(name="requests_app.tasks.send_notices")
def send_notices() -> int:
    """Send what waits in the outbox."""
    return send_waiting(timezone.now())


@shared_task(name="requests_app.tasks.sweep")
def sweep() -> dict[str, int]:
    """Note what time alone brought about, and close what is over."""
    return sweeps.sweep(timezone.now())
