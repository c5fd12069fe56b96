"""Celery tasks of analytics."""

from celery import shared_task
from django.utils import timezone

from analytics.external_logs.drafts import sweep_drafts
from analytics.external_logs.runs import work_off
from analytics.external_logs.store import sweep_folders
from analytics.sources.opening import LIVE, open_source


@shared_task(name="analytics.tasks.refresh_mirror")
def refresh_mirror() -> str:
    """Fold live work anew once it changed, before a reader waits; return the watermark."""
    return open_source(LIVE, at=timezone.now()).watermark


@shared_task(name="analytics.tasks.run_imports")
def run_imports() -> bool:
    """Import the next file that waits or whose worker died; say whether there was one."""
    return work_off(timezone.now())


@shared_task(name="analytics.tasks.sweep_logs")
def sweep_logs() -> int:
    """Delete files that nobody confirmed, and what imports that died left behind."""
    at = timezone.now()
    sweep_drafts(at)
    return sweep_folders(at)
