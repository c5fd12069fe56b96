"""Celery tasks of requests: thin wrappers that wake the verbs; the rows are the work."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from requests_app.delivery.sweep import sweep
from requests_app.imaging import store
from requests_app.imaging.render import trim_frames
from requests_app.notices.mail import send_waiting
from requests_app.shown_once import forget_unshown


@shared_task(name="requests_app.tasks.send_notices")
def send_notices() -> int:
    """Send what waits in the outbox."""
    return send_waiting(timezone.now())


@shared_task(name="requests_app.tasks.sweep")
def sweep_requests() -> dict[str, int]:
    """Note what time alone brought about, close what is over, forget secrets never shown."""
    at = timezone.now()
    return sweep(at) | {"secrets": forget_unshown(at)}


@shared_task(name="requests_app.tasks.sweep_uploads")
def sweep_uploads() -> int:
    """Remove what killed uploads left behind a day ago, and previews past the cache's size."""
    trim_frames(settings.FRAME_CACHE_LIMIT)
    return store.sweep(before=(timezone.now() - timedelta(days=1)).timestamp())
