"""Celery tasks of analytics."""

from celery import shared_task
from django.utils import timezone

from analytics.sources.opening import LIVE, open_source


@shared_task(name="analytics.tasks.refresh_mirror")
def refresh_mirror() -> str:
    """Fold live work anew once it changed, before a reader waits; return the watermark."""
    return open_source(LIVE, at=timezone.now()).watermark
