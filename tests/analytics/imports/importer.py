"""An importer, to be run in a process of its own, that may be told to die or to wait after a step."""

from datetime import datetime
from pathlib import Path

from django.conf import settings

from analytics.external_logs.runs import work_off
from tests.another_process import die_after

STEPS = {
    "the file is read": ("analytics.external_logs.as_said", "read_file"),
    "the tables are built": ("analytics.external_logs.runs", "read_as_said"),
    "the tables are written": ("analytics.external_logs.store", "write_tables"),
    "the log is kept": ("analytics.external_logs.runs", "keep"),
    "the import is recorded": ("analytics.external_logs.runs", "_record"),
}


def work(mirror: str, uploads: str, keys: str, at: str, step: str = "") -> None:
    """Work off what waits, with the folders and the audit key of a test."""
    settings.MIRROR_ROOT, settings.UPLOAD_ROOT = Path(mirror), Path(uploads)
    settings.AUDIT_KEY_PATH = Path(keys)
    if step:
        die_after(*STEPS[step])
    work_off(datetime.fromisoformat(at))
