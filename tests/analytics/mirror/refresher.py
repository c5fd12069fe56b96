"""A refresher, to be run in a process of its own, that may be told to die after a step."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from analytics.sources.mirrored import live_snapshot
from tests.another_process import die_after

STEPS = {
    "the changes are taken": ("analytics.sources.outbox", "take"),
    "the requests are read": ("analytics.sources.mirrored", "live_log"),
    "a file is written": ("analytics.mirror.published", "_write"),
    "the manifest is written": ("analytics.mirror.published", "_write_manifest"),
    "the pointer has moved": ("analytics.mirror.published", "point"),
    "old snapshots are gone": ("analytics.mirror.kept", "remove_old"),
    "the database is told": ("analytics.sources.outbox", "settle"),
}


def refresh(root: str, at: str, rounds: str, step: str = "") -> None:
    """Refresh some times, a second later each time."""
    settings.MIRROR_ROOT = Path(root)
    if step:
        die_after(*STEPS[step])
    for number in range(int(rounds)):
        live_snapshot(datetime.fromisoformat(at) + timedelta(seconds=number))
