"""What texts in a column of completion mean is kept with their log, and goes with it."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from analytics.external_logs import runs
from analytics.external_logs.undated import is_ours
from analytics.models import ImportRun, SavedMapping, UploadedLog
from analytics.tasks import run_imports
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


def test_what_was_said_of_a_file_lies_with_it_alone_once_its_import_is_over(
    analyst: Client,
) -> None:
    imported(analyst, LARGE, "large.csv")
    run = ImportRun.objects.get()
    analyst.post(f"/logs/runs/{run.pk}/cancel/")
    assert "Ann" not in kept_elsewhere()
    analyst.post(f"/logs/runs/{run.pk}/resume/")
    assert "Ann" in kept_elsewhere()
    assert run_imports()
    assert UploadedLog.objects.get().mapping["values"]["completed_at"]["Ann Example cancelled"]
    assert "Ann" not in kept_elsewhere()


def test_what_was_said_of_a_file_leaves_an_import_that_asks_more_or_is_stopped(
    analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = b'y,2025-01-13,2025-01-14,"CD\nz,2025-01-13,2025-01-14,CD"\n'
    rows = b"".join(b"g%d,2025-01-13,2025-01-14,CD\n" % at for at in range(6_000))
    imported(analyst, LARGE + rows + asks, "large.csv")
    assert run_imports()
    run = ImportRun.objects.get()
    assert (run.state, run.sentence[:24]) == ("failed", "The file asks a question")
    assert "Ann" not in kept_elsewhere()
    (cells, _) = answers_on(analyst, f"/logs/draft/{run.draft}/")
    analyst.post(f"/logs/draft/{run.draft}/", {"answer": json.dumps(cells), "confirm": "yes"})
    assert "Ann" in kept_elsewhere()
    with monkeypatch.context() as patch:
        patch.setattr(runs, "_read", stops)
        assert run_imports()
    assert "Ann" not in kept_elsewhere()
    analyst.post(f"/logs/runs/{ImportRun.objects.latest('pk').pk}/resume/")
    assert run_imports()
    analyst.post("/logs/large/delete/")
    assert not UploadedLog.objects.exists()
    assert "Ann" not in kept_elsewhere()


def stops(*_: Any) -> Any:
    raise runs.Stopped


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
