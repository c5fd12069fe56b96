"""A refresher in a process of its own: `refresher.py MIRROR_ROOT AT ROUNDS [DIES_AFTER]`."""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import django

STEPS = {
    "the changes are taken": ("analytics.sources.outbox", "take"),
    "the requests are read": ("analytics.sources.mirrored", "live_log"),
    "a file is written": ("analytics.mirror.published", "_write"),
    "the manifest is written": ("analytics.mirror.published", "_write_manifest"),
    "the pointer has moved": ("analytics.mirror.published", "point"),
    "old snapshots are gone": ("analytics.mirror.kept", "remove_old"),
    "the database is told": ("analytics.sources.outbox", "settle"),
}


def die_after(step: str) -> None:
    """Kill this process as soon as a step is done."""
    room, name = STEPS[step]
    module = sys.modules[room]
    real: Callable[..., Any] = getattr(module, name)

    def last(*args: Any, **options: Any) -> None:
        real(*args, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, name, last)


def main(root: str, at: str, rounds: str, step: str = "") -> None:
    """Refresh some times, a second later each time."""
    django.setup()
    from django.conf import settings

    settings.MIRROR_ROOT = Path(root)
    from analytics.sources.mirrored import live_snapshot

    if step:
        die_after(step)
    for number in range(int(rounds)):
        live_snapshot(datetime.fromisoformat(at) + timedelta(seconds=number))


if __name__ == "__main__":
    main(*sys.argv[1:])
