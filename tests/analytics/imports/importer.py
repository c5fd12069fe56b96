"""An importer in a process of its own, that may be told to die or to wait after a step."""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import django

STEPS = {
    "the file is read": ("analytics.external_logs.as_said", "read_file"),
    "the tables are built": ("analytics.external_logs.runs", "read_as_said"),
    "the tables are written": ("analytics.external_logs.store", "write_tables"),
    "the log is kept": ("analytics.external_logs.runs", "keep"),
    "the import is recorded": ("analytics.external_logs.runs", "_record"),
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


def main(mirror: str, uploads: str, keys: str, at: str, step: str = "") -> None:
    """Work off what waits, with the folders and the audit key of a test."""
    django.setup()
    from pathlib import Path

    from django.conf import settings

    settings.MIRROR_ROOT, settings.UPLOAD_ROOT = Path(mirror), Path(uploads)
    settings.AUDIT_KEY_PATH = Path(keys)
    from analytics.external_logs.runs import work_off

    if step:
        die_after(step)
    work_off(datetime.fromisoformat(at))


if __name__ == "__main__":
    main(*sys.argv[1:])
