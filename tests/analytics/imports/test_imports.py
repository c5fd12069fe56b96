"""A log is read, asked about, graded and imported in the browser."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from analytics.models import UploadedLog
from audit.models import AuditEntry
from tests.analytics.imports.sent import LOG, send

pytestmark = pytest.mark.django_db


def test_a_log_is_shown_and_stored_only_when_confirmed(analyst: Client) -> None:
    address = send(analyst, LOG)
    page = analyst.get(address).content.decode()
    assert "2 rows are rejected; 2 will be imported" in page
    assert "Completed before it was received" in page
    assert "Sample Patient" not in page
    assert not UploadedLog.objects.exists()
    assert analyst.post(address, {"confirm": "yes"}).status_code == 302
    assert UploadedLog.objects.get().answer["cases"] == 2
    assert AuditEntry.objects.filter(verb="log.imported").exists()
    assert "cd-log" in analyst.get("/logs/").content.decode()
    assert b"a totals row" in analyst.get("/logs/cd-log/rejected.csv").content


def test_what_a_log_can_prove_stands_first(analyst: Client) -> None:
    page = analyst.get(send(analyst, LOG)).content.decode()
    assert "Good" in page
    assert page.rindex("</svg>Good<") < page.index("</svg>Not computable<")


def test_day_or_month_is_asked_and_answered(analyst: Client) -> None:
    address = send(analyst, b"Date Received,Date Sent\n3/4/25,3/5/25\n")
    assert b"March 4 (month first)" in analyst.get(address).content
    analyst.post(address, {"confirm": "yes"})
    assert not UploadedLog.objects.exists()
    analyst.post(address, {"date_order": "MDY", "confirm": "yes"})
    assert UploadedLog.objects.exists()


@pytest.mark.parametrize(
    "content", [b" ", b"\x00\x01\x02", b"a,b\n1,2\n", b"Date Received\nnever\n"]
)
def test_what_cannot_be_read_gets_a_sentence(analyst: Client, content: bytes) -> None:
    answer = analyst.get(send(analyst, content))
    assert answer.status_code == 422
    assert b"Nothing was stored" in answer.content


def test_a_file_past_the_limit_is_refused(analyst: Client, settings: object) -> None:
    settings.LOG_LIMIT = 10  # type: ignore[attr-defined]
    answer = analyst.post("/logs/new/", {"log": SimpleUploadedFile("a.csv", LOG)})
    assert answer.status_code == 413


def test_the_page_tells_each_column_s_state_and_shows_no_person(analyst: Client) -> None:
    content = (
        b"Req #,Date Rcvd,Date Out,Wie,Pt Name,MRN,Misc\n"
        b"1,1/13/25,1/20/25,CD,Canary,4711,note\n2,1/14/25,1/16/25,portal,Canary,4712,\n"
    )
    page = analyst.get(send(analyst, content)).content.decode()
    for word in ("Sure", "Guess", "Dropped", "Replaced", "Ignored", "(not shown)", "50%"):
        assert word in page
    for secret in ("Canary", "4711", "4712"):
        assert secret not in page


def test_a_longer_file_is_told_row_by_row_before_it_is_confirmed(analyst: Client) -> None:
    analyst.post(send(analyst, LOG), {"confirm": "yes"})
    longer = LOG + b"4,1/16/25,1/20/25,CD,Sample Patient\n"
    address = send(analyst, longer)
    told = analyst.get(address).content.decode()
    assert "2 are here already and are skipped" in told
    assert "; 1 will be imported" in told
    answer = analyst.post(address, {"confirm": "yes"}, follow=True).content.decode()
    assert "cd-log: 1 of 5 rows imported, 2 were here already." in answer
    assert UploadedLog.objects.get().answer["rows_in_log"] == 3


def test_two_columns_cannot_mean_the_same(analyst: Client) -> None:
    address = send(analyst, LOG)
    fields = {"field:Date Rcvd": "received_at", "field:Date Out": "received_at"}
    page = analyst.post(address, fields, follow=True)
    assert page.status_code == 200
    assert b"Choose one of them." in page.content


def test_a_person_s_column_cannot_be_kept_by_naming_it_otherwise(analyst: Client) -> None:
    address = send(analyst, LOG)
    fields = {"field:Date Rcvd": "received_at", "field:Pt Name": "partner"}
    page = analyst.post(address, fields, follow=True).content.decode()
    assert "names a person&#x27;s particulars" in page
    assert "Sample Patient" not in page


def test_rejected_rows_can_be_taken_away_without_persons_or_formulas(analyst: Client) -> None:
    address = send(
        analyst, LOG + b"=1+1,soon,1/20/25,@SUM(A1),Sample Patient\n5,=cmd,1/20/25,CD,x\n"
    )
    sheet = analyst.get(address + "rejected.csv").content.decode()
    assert "'=1+1" in sheet
    assert "'@SUM(A1)" in sheet
    assert "Sample Patient" not in sheet
    assert "completed before it was received" in sheet
    assert ",1/9/25," in sheet
    analyst.post(address, {"confirm": "yes"})
    assert analyst.get("/logs/cd-log/rejected.csv").content.decode() == sheet


def test_a_template_holds_the_column_that_would_help_most(analyst: Client) -> None:
    address = send(analyst, b"Req #,Date Rcvd,Method,Pt Name\n1,1/13/25,CD,Sample Patient\n")
    assert b"What would help most" in analyst.get(address).content
    sheet = analyst.get(address + "template.csv").content.decode("utf-8-sig")
    assert sheet == "Req #,Date Rcvd,Method,Date Completed\r\n"


def test_which_date_is_the_receipt_is_asked_and_answered(analyst: Client) -> None:
    address = send(analyst, b"A,B,C\n2025-01-13,2025-01-14,2025-01-20\n")
    assert b"Which column says when a request was received?" in analyst.get(address).content
    page = analyst.post(address, {"received_at": "A"}, follow=True).content.decode()
    assert "Which column says when a request was completed?" in page
    answer = {"answer": '{"columns": {"completed_at": "C"}}'}
    page = analyst.post(address, answer, follow=True).content.decode()
    assert "1 will be imported" in page


def test_the_zone_of_the_facility_is_proposed(analyst: Client) -> None:
    address = send(analyst, b"Date Rcvd,Date Out\n2025-03-08 10:00,2025-03-10 10:00\n")
    assert b'value="America/Chicago"' in analyst.get(address).content
    analyst.post(address, {"zone": "America/Chicago", "confirm": "yes"})
    assert UploadedLog.objects.get().mapping["zone"] == "America/Chicago"


@pytest.mark.parametrize(
    "form",
    [
        {"date_order": "XYZ"},
        {"zone": "../../etc/passwd"},
        {"received_at": "nowhere"},
        {"field:nowhere": "received_at"},
        {"last_time": "9" * 30, "confirm": "yes"},
        {"last_time": "²"},
        {"field:Date Rcvd": "\x00"},
        {"answer": "{"},
        {"answer": "[1]"},
        {"answer": '{"columns": {"received_at": "\\u0000"}}'},
        {"answer": '{"values": {"direction": {"\\u0000": "inbound"}}}'},
        {"answer": '{"completed": {"activity": ["\\u0000"]}}'},
        {"ended": "yes"},
        {"ended": "yes", "ends": "\x00"},
        {"means:direction:x": "up"},
        {"means:direction:\x00": "inbound"},
    ],
)
def test_a_weird_form_is_answered_with_a_page(analyst: Client, form: dict[str, str]) -> None:
    answer = analyst.post(send(analyst, LOG), form, follow=True)
    assert answer.status_code in (200, 422)


STEPS = b"""Req #,New Status,Changed At
1,Received,2025-01-13 09:00
1,Sent,2025-01-20 09:00
2,Received,2025-01-14 09:00
9,Received,2025-01-14 09:00
"""


def test_two_files_are_one_log_and_rows_without_a_partner_are_shown(analyst: Client) -> None:
    files = {"log": SimpleUploadedFile("cd.csv", LOG), "steps": SimpleUploadedFile("s.csv", STEPS)}
    address = str(analyst.post("/logs/new/", files)["Location"])
    page = analyst.get(address).content.decode()
    assert "2 of 4 requests have steps." in page
    assert "Row 4: no step names this request." in page
    assert "Its request is not in the file of requests" in page
    assert "Sample Patient" not in page
    analyst.post(address, {"zone": "UTC", "confirm": "yes"})
    kept = UploadedLog.objects.get().answer
    assert (kept["cases"], kept["rows_imported"], len(kept["unlinked"])) == (2, 3, 2)


def test_two_files_that_nothing_joins_get_a_sentence(analyst: Client) -> None:
    steps = STEPS.replace(b"Req #", b"Thing")
    files = {"log": SimpleUploadedFile("cd.csv", LOG), "steps": SimpleUploadedFile("s.csv", steps)}
    answer = analyst.get(str(analyst.post("/logs/new/", files)["Location"]))
    assert answer.status_code == 422
    assert "No column of a request number" in answer.content.decode()


def test_two_files_that_are_too_large_together_leave_no_draft(
    analyst: Client, settings: Any
) -> None:
    settings.LOG_LIMIT = len(LOG) + 10
    files = {"log": SimpleUploadedFile("cd.csv", LOG), "steps": SimpleUploadedFile("s.csv", STEPS)}
    assert analyst.post("/logs/new/", files).status_code == 413
    assert list(Path(settings.UPLOAD_ROOT).iterdir()) == []


@pytest.mark.parametrize(("time", "said"), [("", False), (" 10:00", True), ("T10:00:00Z", False)])
def test_the_zone_of_times_is_said_only_where_times_lack_one(
    analyst: Client, time: str, said: bool
) -> None:
    log = f"Date Rcvd,Date Out\n2025-01-13{time},2025-01-14{time}\n".encode()
    page = analyst.get(send(analyst, log)).content.decode()
    assert ("times without a zone are read in" in page) is said


def test_a_first_value_that_is_cut_says_so(analyst: Client) -> None:
    log = f"Date Rcvd,Date Out,Shelf\n2025-01-13,2025-01-14,{'long words ' * 9}\n".encode()
    page = analyst.get(send(analyst, log)).content.decode()
    assert "long words long words long words long w…" in page.replace("</span>", "")


def test_a_first_value_of_usual_length_is_whole(analyst: Client) -> None:
    log = f"Date Rcvd,Date Out,Shelf\n2025-01-13,2025-01-14,{'x' * 40}\n".encode()
    assert "x" * 40 in analyst.get(send(analyst, log)).content.decode()
