"""An importer in a process of its own, that may be told to die or to wait after a step."""

import sys
from datetime import datetime

import django

from tests.another_process import die_after

STEPS = {
    "the file is read": ("analytics.external_logs.as_said", "read_file"),
    "the tables are built": ("analytics.external_logs.runs", "read_as_said"),
    "the tables are written": ("analytics.external_logs.store", "write_tables"),
    "the log is kept": ("analytics.external_logs.runs", "keep"),
    "the import is recorded": ("analytics.external_logs.runs", "_record"),
}


def main(mirror: str, uploads: str, keys: str, at: str, step: str = "") -> None:
    """Work off what waits, with the folders and the audit key of a test."""
    django.setup()
    from pathlib import Path

    from django.conf import settings

    settings.MIRROR_ROOT, settings.UPLOAD_ROOT = Path(mirror), Path(uploads)
    settings.AUDIT_KEY_PATH = Path(keys)
    from analytics.external_logs.runs import work_off

    if step:
        die_after(*STEPS[step])
    work_off(datetime.fromisoformat(at))


if __name__ == "__main__":
    main(*sys.argv[1:])
