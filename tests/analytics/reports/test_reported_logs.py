"""A report of an imported log can be counted again after the next file is in."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as house
from django.core.management import call_command
from django.test import TestCase

from analytics.external_logs.store import remove, sweep_folders
from analytics.models import UploadedLog
from tests.analytics.reports.test_reproduce import reproduced

HEAD = "Req #,Date Received,Date Sent,Method\n"
JANUARY = "R1,2025-01-13,2025-01-14,CD\nR2,2025-01-13,2025-01-20,PS\n"
FEBRUARY = "R2,2025-01-13,2025-01-25,PS\nR3,2025-02-13,2025-02-20,PS\n"


def load_rows(path: Path, rows: str) -> None:
    """Import rows under one name; what waits for the end of the transaction happens."""
    path.write_text(HEAD + rows)
    with TestCase.captureOnCommitCallbacks(execute=True):
        call_command("import_log", str(path), "--name=log", "--json", stdout=io.StringIO())


def exported(folder: Path, kind: str) -> Path:
    path = folder / f"report.{kind}"
    if kind == "json":
        out = io.StringIO()
        call_command("metrics", "--json", "--source=log", stdout=out)
        path.write_text(out.getvalue())
        return path
    words = ("--source=log", "--from=2025-01-01", "--to=2025-01-31", f"--out={path}")
    call_command("report", "sla_compliance", f"--format={kind}", *words, stdout=io.StringIO())
    return path


def folders() -> set[str]:
    return {path.name for path in (Path(house.MIRROR_ROOT) / "logs").iterdir()}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_report_of_a_log_is_counted_again_though_its_log_grew(kind: str, tmp_path: Path) -> None:
    load_rows(tmp_path / "log.csv", JANUARY)
    path, first = exported(tmp_path, kind), UploadedLog.objects.get().folder
    load_rows(tmp_path / "log.csv", FEBRUARY)
    status, answer = reproduced(path)
    assert (status, answer["verdict"], answer["differing"]) == (0, "equal", [])
    second = UploadedLog.objects.get().folder
    load_rows(tmp_path / "log.csv", JANUARY.replace("CD", "PS"))
    # Nothing refers to the tables between.
    assert first in folders()
    assert second not in folders()


@pytest.mark.django_db
def test_what_a_report_refers_to_goes_with_its_log_or_with_time(
    tmp_path: Path, settings: Any
) -> None:
    load_rows(tmp_path / "log.csv", JANUARY)
    path, first = exported(tmp_path, "csv"), UploadedLog.objects.get().folder
    load_rows(tmp_path / "log.csv", FEBRUARY)
    later = datetime.now(UTC) + timedelta(days=3)
    sweep_folders(later)
    assert first in folders()
    settings.REPORTED_SNAPSHOTS_KEPT_DAYS = 2
    sweep_folders(later)
    assert first not in folders()
    assert reproduced(path)[1]["verdict"] == "not_kept"


@pytest.mark.django_db
def test_a_log_that_is_deleted_leaves_no_tables_to_reports(tmp_path: Path) -> None:
    load_rows(tmp_path / "log.csv", JANUARY)
    path, first = exported(tmp_path, "csv"), UploadedLog.objects.get().folder
    load_rows(tmp_path / "log.csv", FEBRUARY)
    second = UploadedLog.objects.get().folder
    with TestCase.captureOnCommitCallbacks(execute=True):
        remove(UploadedLog.objects.get())
    assert not {first, second} & folders()
    assert reproduced(path)[1]["verdict"] == "not_kept"
