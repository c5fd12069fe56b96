"""Of a large file the page shows the first rows; what lies further down still counts, and may ask."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from analytics.external_logs.importing import read_log
from analytics.imports.answers import as_seen
from analytics.imports.runs import HEAD
from analytics.models import ImportRun, SavedMapping, UploadedLog
from analytics.tasks import run_imports

pytestmark = pytest.mark.django_db
LOG = b"Req #,Date Rcvd,Date Out,Method,Remark,Site note\n" + b"".join(
    b"%d,2025-01-13T10:00:00,2025-01-20T09:00:00,CD,%d,seen at the desk of the film library\n"
    % (number, number)
    for number in range(HEAD)
)


def sent(client: Client, more: bytes) -> str:
    """Send a file with rows past those that are shown; return the address of its page."""
    file = SimpleUploadedFile("large.csv", LOG + more)
    return client.post("/logs/new/", {"log": file})["Location"]


def test_the_first_rows_are_shown_as_such_and_all_are_imported(analyst: Client) -> None:
    page = sent(analyst, b"x,2025-01-14T10:00:00,2025-01-15T10:00:00,CD,,\n,,,,no date,\n")
    shown = analyst.get(page).content.decode()
    assert f"the first {HEAD:,} rows" in shown
    assert f"Of the first {HEAD:,} rows 0 are rejected" in shown
    analyst.post(page, {"confirm": "yes"})
    assert run_imports()
    answer = UploadedLog.objects.get().answer
    assert (answer["rows_imported"], answer["rows_rejected"]) == (HEAD + 1, 1)


def test_a_file_that_ends_with_the_first_rows_is_shown_whole(analyst: Client) -> None:
    shown = analyst.get(sent(analyst, b"")).content.decode()
    assert f"{HEAD:,} rows" in shown
    assert "the first" not in shown


def test_what_the_first_rows_did_not_ask_is_asked_afterwards(analyst: Client) -> None:
    page = sent(analyst, b"x,2025-01-14T10:00:00+02:00,2025-01-15T10:00:00+02:00,CD,,\n")
    assert "One question first" not in analyst.get(page).content.decode()
    run = analyst.post(page, {"confirm": "yes"})["Location"]
    assert run_imports()
    told = analyst.get(run).content.decode()
    assert "The file asks a question first" in told
    assert f'href="{page}"' in told
    assert not UploadedLog.objects.exists()
    asked = analyst.get(page).content.decode()
    assert "One question first" in asked
    assert "the first" not in asked.partition("One question first")[0]
    analyst.post(page, {"zone": "America/Chicago"})
    analyst.post(page, {"confirm": "yes"})
    assert run_imports()
    assert ImportRun.objects.latest("pk").state == "done"
    assert UploadedLog.objects.get().answer["rows_imported"] == HEAD + 1


def test_what_was_shown_is_what_is_imported(analyst: Client) -> None:
    page = sent(analyst, b"y,2025-01-14T10:00:00,2025-01-15T10:00:00,CD,,\n")
    meant = {"field:Req #": "case_id", "field:Date Rcvd": "received_at", "field:Method": ""}
    analyst.post(page, meant | {"confirm": "yes"})
    assert run_imports()
    columns = UploadedLog.objects.get().answer["mapping"]["columns"]
    assert {field: header for field, header in columns.items() if header} == {
        "case_id": "Req #",
        "received_at": "Date Rcvd",
    }


def test_two_linked_tables_are_not_read_again_when_confirmed(
    analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = b"Req #,Step,At\n1,received,2025-01-13 10:00\n1,sent,2025-01-14 10:00\n"
    files = {
        "log": SimpleUploadedFile("large.csv", LOG),
        "steps": SimpleUploadedFile("history.csv", history),
    }
    page = analyst.post("/logs/new/", files)["Location"]
    monkeypatch.setattr("analytics.imports.views._read", lambda *_: pytest.fail("read again"))
    analyst.post(page, {"confirm": "yes", "zone": "America/Chicago"})
    assert ImportRun.objects.get().mapping == {"zone": "America/Chicago"}


@pytest.mark.parametrize(("said", "kept"), [("", []), ("UTC", ["date_order", "zone"])])
def test_a_remembered_blank_leaves_order_and_zone_to_the_whole_file(
    said: str, kept: list[str]
) -> None:
    reading = read_log(b"Date Rcvd\n13/1/2025 10:00\n", name="log")
    remembered = {**reading.mapping.as_json(), "zone": said, "date_order": said and "DMY"}
    for given, saved in ((remembered, None), ({}, SavedMapping(mapping=remembered))):
        seen = as_seen(reading, given, saved)
        assert sorted({"date_order", "zone"} & set(seen)) == kept
        assert seen["columns"]["received_at"] == "Date Rcvd"


def test_a_quoted_note_below_the_first_rows_asks_and_is_answered(analyst: Client) -> None:
    note = b'x,2025-01-14,2025-01-15,CD,y,"see\nz,2025-01-14,2025-01-15,CD,y,1"\n'
    page = sent(analyst, b"w,2025-01-14,2025-01-15,CD,y,1\n" * 2 + note)
    assert "One question first" not in analyst.get(page).content.decode()
    analyst.post(page, {"confirm": "yes"})
    assert run_imports()
    assert not UploadedLog.objects.exists()
    asked = analyst.get(page).content.decode()
    assert f"A note is one cell: {HEAD + 3:,} rows in all" in asked
    assert f"The lines are rows: {HEAD + 4:,} rows in all" in asked
    analyst.post(page, {"answer": '{"quoted": "rows"}'})
    analyst.post(page, {"confirm": "yes"})
    assert run_imports()
    answer = UploadedLog.objects.get().answer
    assert (answer["rows_imported"], answer["rows_rejected"]) == (HEAD + 3, 1)  # w stands twice
