"""A log is read, asked about, graded and imported in the browser; other people's are not there."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from analytics.external_logs.drafts import draft_of, keep_draft, save_mapping
from analytics.external_logs.store import folder_of
from analytics.imports.door import ACTS
from analytics.models import UploadedLog
from analytics.sources.opening import UnknownSource, open_source
from audit.models import AuditEntry
from audit.words import VERBS
from requests_app.vocabulary import Role

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LOG = b"""Req #,Date Rcvd,Date Out,Method,Pt Name
1,1/13/25,1/20/25,CD,Sample Patient
2,1/14/25,1/9/25,portal,Sample Patient
3,1/15/25,,CD,Sample Patient
TOTAL FEB,,,,
"""


def send(client: Client, content: bytes, name: str = "cd_log.csv") -> str:
    answer = client.post("/logs/new/", {"log": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302
    return str(answer["Location"])


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


def test_every_act_with_a_log_has_words() -> None:
    assert [verb for verb in ACTS if verb not in VERBS] == []


def test_each_act_with_a_log_is_coded_as_what_it_is(analyst: Client) -> None:
    address = send(analyst, LOG)
    analyst.get("/logs/")
    for part in ("", "template.csv", "rejected.csv"):
        analyst.get(address + part)
    analyst.post(address, {"confirm": "yes"})
    analyst.get("/logs/cd-log/rejected.csv")
    assert "cannot be undone" in analyst.get("/logs/").content.decode()
    analyst.post("/logs/cd-log/delete/")
    said = {
        entry.verb: (json.loads(bytes(entry.body))["code"], entry.action)
        for entry in AuditEntry.objects.filter(verb__startswith="log")
    }
    assert said == {
        "logs.listed": ("110112", "E"),
        "log.previewed": ("110112", "R"),
        "log.template_taken": ("110106", "R"),
        "log.rejected_taken": ("110106", "R"),
        "log.imported": ("110107", "C"),
        "log.deleted": ("110107", "D"),
    }


def test_a_deletion_that_cannot_be_logged_does_not_happen(
    analyst: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    analyst.post(send(analyst, LOG), {"confirm": "yes"})
    folder = folder_of(UploadedLog.objects.get())

    def broken(**_: object) -> None:
        raise RuntimeError("the log is full")

    with monkeypatch.context() as patch:
        patch.setattr("analytics.imports.door.record", broken)
        with pytest.raises(RuntimeError):
            analyst.post("/logs/cd-log/delete/")
    assert UploadedLog.objects.exists()
    assert (folder / "log.json").exists()
    with django_capture_on_commit_callbacks(execute=True):
        analyst.post("/logs/cd-log/delete/")
    assert not UploadedLog.objects.exists()
    assert not folder.exists()


def test_a_log_that_is_replaced_while_it_is_opened_is_told(
    analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyst.post(send(analyst, LOG), {"confirm": "yes"})
    log = UploadedLog.objects.get()
    shutil.rmtree(folder_of(log))
    with pytest.raises(UnknownSource, match="replaced or deleted just now"):
        open_source("cd-log", at=AT, organization_id=log.organization_id)
    monkeypatch.setattr("analytics.sources.opening._folded", gone)
    with pytest.raises(UnknownSource, match="replaced or deleted just now"):
        open_source("cd-log", at=AT, organization_id=log.organization_id)


def gone(folder: str) -> None:
    UploadedLog.objects.get(folder=f"not {folder}")


def test_drafts_of_yesterday_are_swept_by_the_time_that_is_passed_in(
    analyst: Client, tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.UPLOAD_ROOT = tmp_path  # type: ignore[attr-defined]
    first = keep_draft([b"a"], file_name="a.csv", owner=1, at=AT)
    moment = datetime.fromtimestamp((tmp_path / first).stat().st_mtime, UTC)
    second = keep_draft([b"b"], file_name="b.csv", owner=1, at=moment + timedelta(hours=23))
    assert {path.stem for path in tmp_path.iterdir()} == {first, second}
    third = keep_draft([b"c"], file_name="c.csv", owner=1, at=moment + timedelta(hours=25))
    assert {path.stem for path in tmp_path.iterdir()} == {third}
    # Another process removes a draft between the list of the folder and the look at it.
    left = tmp_path / ("0" * 32)
    monkeypatch.setattr(Path, "iterdir", lambda _: iter([left]))
    keep_draft([b"d"], file_name="d.csv", owner=1, at=moment)


def test_a_draft_is_read_whole_while_its_sender_answers_it_twice(
    settings: object, tmp_path: Path
) -> None:
    settings.UPLOAD_ROOT = tmp_path  # type: ignore[attr-defined]
    key = keep_draft([LOG], file_name="cd.csv", owner=1, at=AT)
    answers = {"columns": {f"column {number}": "facility" for number in range(20_000)}}
    with ThreadPoolExecutor(1) as sender:
        writing = sender.submit(
            lambda: [
                save_mapping(key, owner=1, file_name="cd.csv", mapping=answers) for _ in range(20)
            ]
        )
        while not writing.done():
            assert draft_of(key, 1) is not None
        writing.result()
    assert sorted(path.name for path in tmp_path.iterdir()) == [key, f"{key}.json"]


def test_a_draft_that_ends_between_two_looks_is_not_there(settings: object, tmp_path: Path) -> None:
    settings.UPLOAD_ROOT = tmp_path  # type: ignore[attr-defined]
    for left in ("{key}", "{key}.json"):
        key = keep_draft([LOG], file_name="cd.csv", owner=1, at=AT)
        (tmp_path / left.format(key=key)).unlink()
        assert draft_of(key, 1) is None


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


def test_other_peoples_drafts_and_logs_are_not_there(analyst: Client) -> None:
    address = send(analyst, LOG)
    other = Client()
    from tests.requests_app.cast import person

    stranger = person("stranger", Role.ANALYST)
    other.force_login(stranger)
    assert other.get(address).status_code == 404
    analyst.post(address, {"confirm": "yes"})
    assert other.get("/logs/cd-log/rejected.csv").status_code == 404
    assert other.post("/logs/cd-log/delete/").status_code == 404


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


def test_a_file_with_the_same_headers_is_read_as_last_time(analyst: Client) -> None:
    content = b"When,Gone,How\n3/4/25,3/5/25,Desk\n"
    first = send(analyst, content, "a.csv")
    fields = {"field:When": "received_at", "field:Gone": "completed_at", "field:How": "partner"}
    analyst.post(first, fields)
    analyst.post(first, {"date_order": "DMY", "confirm": "yes"})
    second = send(analyst, b"How,Gone,When\nDesk,6/7/25,5/7/25\n", "b.csv")
    page = analyst.get(second).content.decode()
    assert "Read as last time." in page
    assert "One question first." not in page
    afresh = analyst.post(second, {"afresh": "yes"}, follow=True)
    assert "One question first." in afresh.content.decode()
    assert "Read as last time." not in analyst.get(second).content.decode()


def test_another_organization_is_offered_no_mapping_of_ours(analyst: Client) -> None:
    analyst.post(send(analyst, LOG), {"confirm": "yes"})
    from requests_app.models import Facility, Organization
    from tests.requests_app.cast import person

    house = Organization.objects.create(name="Elsewhere", slug="elsewhere")
    place = Facility.objects.create(
        organization=house, name="Elsewhere", short_name="Else", slug="elsewhere"
    )
    other = Client()
    other.force_login(person("elsewhere", Role.ANALYST, place))
    page = other.get(send(other, LOG)).content.decode()
    assert "Read as last time." not in page
    assert "are here already" not in page


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


def test_strangers_get_no_sheet_of_a_draft(analyst: Client) -> None:
    from tests.requests_app.cast import person

    address = send(analyst, LOG)
    other = Client()
    other.force_login(person("stranger", Role.ANALYST))
    for sheet in ("template.csv", "rejected.csv"):
        assert other.get(address + sheet).status_code == 404


def test_a_column_that_was_ignored_last_time_is_ignored_again(analyst: Client) -> None:
    first = send(analyst, LOG, "a.csv")
    fields = {"field:Date Rcvd": "received_at", "field:Date Out": "completed_at"}
    analyst.post(first, {**fields, "confirm": "yes"})
    second = send(analyst, LOG, "b.csv")
    analyst.post(second, {"confirm": "yes"})
    mapping = UploadedLog.objects.get(name="b").mapping
    assert set(mapping["columns"]) == {"received_at", "completed_at"}


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
