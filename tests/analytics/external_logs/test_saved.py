"""What words of files mean is kept for the next file, and goes with the last log read so."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from analytics.external_logs.store import remove
from analytics.models import SavedMapping, UploadedLog

pytestmark = pytest.mark.django_db
ROWS = "Req #,Date Rcvd,Date Out,Method\n1,1/13/25,1/20/25,Uwe X\n2,1/14/25,1/20/25,CD\n"


def imported(folder: Path, name: str) -> None:
    """Import a log in which a way of sending may name somebody, with an answer to what it means."""
    path, said = folder / f"{name}.csv", folder / "said.json"
    path.write_text(ROWS)
    said.write_text(json.dumps({"values": {"channel": {"Uwe X": "physical_cd"}}}))
    call_command("import_log", str(path), "--mapping", str(said))


def test_meanings_go_with_the_last_log_that_was_read_so(tmp_path: Path) -> None:
    imported(tmp_path, "first")
    imported(tmp_path, "second")
    kept = SavedMapping.objects.get()
    assert (kept.logs, kept.mapping["values"]) == (
        ["first", "second"],
        {"channel": {"Uwe X": "physical_cd"}},
    )
    remove(UploadedLog.objects.get(name="first"))
    kept.refresh_from_db()
    assert (kept.logs, "Uwe X" in json.dumps(kept.mapping)) == (["second"], True)
    remove(UploadedLog.objects.get(name="second"))
    kept.refresh_from_db()
    assert (kept.logs, "Uwe X" in json.dumps(kept.mapping)) == ([], False)
    assert kept.mapping["columns"]["channel"] == "Method"
    assert kept.used_at <= timezone.now()


def test_logs_of_other_headers_keep_theirs(tmp_path: Path) -> None:
    imported(tmp_path, "first")
    other = tmp_path / "other.csv"
    other.write_text(ROWS.replace("Req #", "Ticket"))
    call_command("import_log", str(other), "--mapping", str(tmp_path / "said.json"))
    remove(UploadedLog.objects.get(name="first"))
    assert sorted(
        (one.logs, "Uwe X" in json.dumps(one.mapping)) for one in SavedMapping.objects.all()
    ) == [([], False), (["other"], True)]


def test_steps_named_by_words_of_a_log_go_with_it(tmp_path: Path) -> None:
    path, said = tmp_path / "steps.csv", tmp_path / "said.json"
    path.write_text(
        "case id,activity,timestamp\n1,called Lea X,2025-01-13\n1,sent,2025-01-14\n"
        "2,called Lea X,2025-01-13\n2,sent,2025-01-15\n"
    )
    words = {"received": {"activity": ["called Lea X"]}, "completed": {"activity": ["sent"]}}
    said.write_text(json.dumps(words))
    call_command("import_log", str(path), "--mapping", str(said))
    assert "Lea X" in json.dumps(SavedMapping.objects.get().mapping)
    remove(UploadedLog.objects.get())
    assert "Lea X" not in json.dumps(SavedMapping.objects.get().mapping)
    call_command("import_log", str(path), "--as-last-time", "--mapping", str(said))
