"""A link shows what was released and nothing else; a wrong study is removed on the page."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from journey_cast import facility, slice_bytes, somebody, zipped_study
from released import do, ready, sent

from requests_app.models import ImagingRequest, Instance, User
from requests_app.vocabulary import EventKind, Role, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> User:
    """Release staff of Northfield, signed in."""
    person = somebody(Role.RELEASE_STAFF, facility())
    client.force_login(person)
    return person


def attach(client: Client, request: ImagingRequest, content: bytes) -> None:
    """Attach an upload to a request that takes images again."""
    ImagingRequest.objects.filter(pk=request.pk).update(state=State.RETRIEVED)
    file = SimpleUploadedFile("images.zip", content, "application/zip")
    answer = client.post(f"/work/requests/{request.number}/images/", {"files": [file]})
    assert answer.status_code == 302


def test_images_attached_later_are_behind_no_door_of_the_old_link(
    client: Client, staff: User
) -> None:
    request, path = sent(client)
    recipient = Client()
    opened = recipient.post(path)["Location"]
    first = Instance.objects.first()
    assert first is not None
    attach(client, request, zipped_study())
    late = Instance.objects.last()
    assert late is not None and late.series.study_id != first.series.study_id
    assert recipient.get(f"{opened}frames/{first.pk}/0/soft.jpg").status_code == 200
    assert recipient.get(f"{opened}frames/{late.pk}/0/soft.jpg").status_code == 404
    assert f"[{late.pk}, 0]" not in recipient.get(opened).content.decode()
    answer = recipient.get(f"{opened}originals.zip")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:  # type: ignore[attr-defined]
        assert len(archive.namelist()) == 3


def test_staff_remove_a_study_on_the_page_and_the_link_ends(client: Client, staff: User) -> None:
    request, path = sent(client)
    opened = (recipient := Client()).post(path)["Location"]
    study = request.studies.get()
    assert b"Remove this study" in client.get(f"/work/requests/{request.number}/").content
    assert do(client, request, "remove", study=study.pk, note=" ").status_code == 422
    assert do(client, request, "remove", study=study.pk, note="Wrong exam").status_code == 302
    assert recipient.get(opened).status_code == 404
    assert not request.studies.exists()
    page = client.get(f"/work/requests/{request.number}/").content.decode()
    assert f"3 images of study {study.study_instance_uid}, released by 1 delivery" in page
    assert ": Wrong exam" in page


def test_nobody_removes_a_study_of_another_request_or_without_the_role(
    client: Client, staff: User
) -> None:
    request, other = ready(client), ready(client)
    foreign = other.studies.get()
    assert do(client, request, "remove", study=foreign.pk, note="x").status_code == 422
    for role in (Role.AUDITOR, Role.ANALYST, Role.HIM_DIRECTOR):
        looker = Client()
        looker.force_login(somebody(role, facility()))
        page = looker.get(f"/work/requests/{request.number}/").content
        assert b"Remove this study" not in page
        study = request.studies.get()
        assert do(looker, request, "remove", study=study.pk, note="x").status_code == 403
    assert not request.events.filter(kind=EventKind.IMAGES_REMOVED).exists()


def test_a_stray_image_of_somebody_else_stops_ready_with_a_sentence(
    client: Client, staff: User
) -> None:
    request = ready(client)
    series = Instance.objects.first().series  # type: ignore[union-attr]
    stray = slice_bytes(
        9, series.study.study_instance_uid, series.series_instance_uid, record_number="MRN-9999"
    )
    attach(client, request, stray)
    request.refresh_from_db()
    assert request.state == State.UNUSABLE
    ImagingRequest.objects.filter(pk=request.pk).update(state=State.RETRIEVED)
    answer = do(client, request, "ready")
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert b"The 4 images name 2 patients or more." in answer.content  # type: ignore[attr-defined]
