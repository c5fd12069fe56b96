"""What texts in a column of completion mean is kept with their log, and goes with it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from analytics.external_logs.undated import is_ours
from analytics.models import ImportRun, SavedMapping, UploadedLog
from analytics.tasks import run_imports, sweep_logs
from tests.analytics.imports.sent import send
from tests.analytics.imports.test_questions import answers_on

pytestmark = pytest.mark.django_db
NAMED = b"Req #,Date Received,Date Sent,Method\n1,2025-01-13,2025-01-14,CD\n" + b"".join(
    b"%d,2025-01-13,%s,CD\n" % (at + 2, text)
    for at, text in enumerate((b"Ann Example cancelled", b"Cancelled by pt", b"n/a", b"Declined"))
)
LARGE = NAMED + b"".join(
    b"f%d,2025-01-13,2025-01-14,%s\n" % (at, b"CD" * 40) for at in range(15_000)
)


def imported(client: Client, content: bytes, name: str) -> None:
    """Send a file, answer what it asks by the first button, and confirm it."""
    address = send(client, content, name)
    while said := answers_on(client, address):
        client.post(address, {"answer": json.dumps(said[0])})
    client.post(address, {"confirm": "yes"})


def kept_elsewhere() -> str:
    """Return what stands in the database of mappings and of imports."""
    saved = SavedMapping.objects.values_list("mapping", flat=True)
    return json.dumps([*saved, *ImportRun.objects.values_list("mapping", flat=True)])


def test_a_kept_mapping_names_nobody_and_keeps_what_our_words_mean(analyst: Client) -> None:
    imported(analyst, NAMED, "a.csv")
    assert SavedMapping.objects.get().mapping["values"] == {
        "completed_at": {"Cancelled by pt": "withdrawn", "n/a": "blank", "Declined": "denied"}
    }
    texts = UploadedLog.objects.get().mapping["values"]["completed_at"]
    assert texts["Ann Example cancelled"] == "withdrawn"
    analyst.post("/logs/a/delete/")
    assert "Ann" not in kept_elsewhere()


def test_the_next_file_of_a_log_is_read_by_its_answers_and_another_log_asks(
    analyst: Client,
) -> None:
    imported(analyst, NAMED, "a.csv")
    more = NAMED + b"9,2025-01-15,Ann Example cancelled,CD\n"
    assert answers_on(analyst, send(analyst, more, "a.csv")) == []
    page = analyst.get(send(analyst, more, "b.csv")).content.decode()
    assert "“Ann Example cancelled” (2 rows). Were" in page


def test_what_was_said_of_a_large_file_goes_with_its_import(analyst: Client) -> None:
    imported(analyst, LARGE, "large.csv")
    assert "Ann" in kept_elsewhere()
    assert run_imports()
    assert UploadedLog.objects.get().mapping["values"]["completed_at"]["Ann Example cancelled"]
    assert "Ann" not in kept_elsewhere()


def test_what_was_said_of_a_file_that_was_never_imported_goes_after_a_day(analyst: Client) -> None:
    imported(analyst, LARGE, "large.csv")
    run = ImportRun.objects.get()
    analyst.post(f"/logs/runs/{run.pk}/cancel/")
    sweep_logs()
    assert "Ann" in kept_elsewhere()
    ImportRun.objects.update(asked_at=timezone.now() - timedelta(days=2))
    sweep_logs()
    assert "Ann" not in kept_elsewhere()


def test_the_command_reads_as_last_time_by_the_answers_of_its_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, mapping = tmp_path / "a.csv", tmp_path / "mapping.json"
    path.write_bytes(NAMED)
    said = {"Ann Example cancelled": "duplicate", "Cancelled by pt": "blank", "n/a": "blank"}
    mapping.write_text(json.dumps({"values": {"completed_at": said | {"Declined": "denied"}}}))
    call_command("import_log", str(path), f"--mapping={mapping}")
    call_command("import_log", str(path), "--as-last-time")
    assert capsys.readouterr().out.count("5 of 5 rows imported as a") == 2
    with pytest.raises(SystemExit, match="1"):
        call_command("import_log", str(path), "--as-last-time", "--name=b")
    assert "“Ann Example cancelled” (1 row). Were" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        *(("Cancelled", True), ("CANCELED by pt", True), ("not our patient", True), ("-", True)),
        *(("Declined by MD.", True), ("picked up", True), ("Duplicate!", True), ("N/A", True)),
        *(("Jane Rejected", False), ("Cancelled Dr. Roe", False), ("cancelled 4711", False)),
        *(("", True), ("Müller", False), ("sent/Roe", False), ("Cancelled (A. B.)", False)),
    ],
)
def test_only_texts_of_our_words_alone_are_ours(text: str, is_one: bool) -> None:
    assert is_ours(text) == is_one
