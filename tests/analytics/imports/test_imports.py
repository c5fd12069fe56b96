"""A log is read, asked about, graded and imported in the browser; other people's are not there."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from analytics.models import UploadedLog
from audit.models import AuditEntry
from requests_app.vocabulary import Role
from tests.requests_app.cast import make_cast

pytestmark = pytest.mark.django_db
LOG = b"""Req #,Date Rcvd,Date Out,Method,Pt Name
1,1/13/25,1/20/25,CD,Sample Patient
2,1/14/25,1/9/25,portal,Sample Patient
3,1/15/25,,CD,Sample Patient
TOTAL FEB,,,,
"""


@pytest.fixture
def analyst(client: Client) -> Client:
    client.force_login(make_cast().people[Role.ANALYST])
    return client


def send(client: Client, content: bytes, name: str = "cd_log.csv") -> str:
    answer = client.post("/logs/new/", {"log": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_a_log_is_shown_and_stored_only_when_confirmed(analyst: Client) -> None:
    address = send(analyst, LOG)
    page = analyst.get(address).content.decode()
    assert "2 rows are rejected; 2 will be imported" in page
    assert "completed before it was received" in page
    assert "Sample Patient" not in page
    assert not UploadedLog.objects.exists()
    assert analyst.post(address, {"confirm": "yes"}).status_code == 302
    assert UploadedLog.objects.get().answer["cases"] == 2
    assert AuditEntry.objects.filter(verb="log.imported").exists()
    assert "cd-log" in analyst.get("/logs/").content.decode()
    assert b"a totals row" in analyst.get("/logs/cd-log/rejected.csv").content


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
