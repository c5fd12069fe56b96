"""Every hostile file through the door of the staff page: no crash, and each is accounted for."""

import csv
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from journey_cast import facility, somebody
from released import ask, do

from requests_app.models import ImagingRequest, Instance, Receipt
from requests_app.vocabulary import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def staff() -> Client:
    """A supervisor's browser; a crash becomes a 500 and not an exception."""
    found = Client(raise_request_exception=False)
    found.force_login(somebody(Role.SUPERVISOR, facility()))
    return found


def approved(staff: Client) -> ImagingRequest:
    """Walk a request to where it takes images."""
    request = ask(Client())
    assert do(staff, request, "identity", record_number="MRN-0417").status_code == 302  # type: ignore[attr-defined]
    for key in ("complete", "approve"):
        assert do(staff, request, key).status_code == 302  # type: ignore[attr-defined]
    return request


def complaints(staff: Client, request: ImagingRequest, path: Path, row: dict[str, str]) -> str:
    """Send one file; return what was wrong with the answer."""
    before = set(Instance.objects.values_list("pk", flat=True))
    receipts = set(Receipt.objects.values_list("pk", flat=True))
    file = SimpleUploadedFile(path.name, path.read_bytes())
    answer = staff.post(f"/work/requests/{request.number}/images/", {"files": [file]})
    if answer.status_code != 302:
        return f"{row['file']}: answered {answer.status_code}"
    receipt = Receipt.objects.exclude(pk__in=receipts).get()
    came = Instance.objects.exclude(pk__in=before)
    if receipt.file_count < 1 or not (came.exists() or receipt.findings):
        return f"{row['file']}: nothing is said of it"
    if row["expected_verdict"] == "not_usable" and receipt.verdict != "not_usable":
        return f"{row['file']}: called {receipt.verdict}"
    # Where nothing came, the pages show what the answer before this one left.
    shown = ("", "view/") if came.exists() else ()
    pages = [staff.get(f"/work/requests/{request.number}/{one}").status_code for one in shown]
    for image in came[:3]:
        frame = f"/work/requests/{request.number}/frames/{image.pk}/0/file.jpg"
        if staff.get(frame).status_code not in (200, 404, 422):
            return f"{row['file']}: its frame crashes"
    if set(pages) - {200}:
        return f"{row['file']}: the page and the viewer answer {pages}"
    return ""


def test_no_hostile_file_crashes_the_door_or_goes_unmentioned(
    staff: Client, shared_data: Path
) -> None:
    folder = shared_data / "dicom-bad"
    rows = list(csv.DictReader((folder / "MANIFEST.csv").read_text().splitlines()))
    assert len(rows) >= 70
    request = approved(staff)
    found = []
    for row in rows:
        found.append(complaints(staff, request, folder / row["file"], row))
        request.studies.all().delete()  # each file stands for itself
    assert [one for one in found if one] == []
