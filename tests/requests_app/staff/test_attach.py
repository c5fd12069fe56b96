"""What the page says of an upload: the true reason where it cannot be used."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from requests_app.intake.completeness import complete
from requests_app.intake.identity import verify_identity
from requests_app.lifecycle.transition import transition
from requests_app.models import ImagingRequest
from requests_app.vocabulary import Role, State
from tests.requests_app.cast import AT, file_request, make_cast
from tests.requests_app.imaging.dicom_made import bytes_of, ct_slice

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved(client: Client) -> ImagingRequest:
    cast = make_cast()
    client.force_login(cast.people[Role.RELEASE_STAFF])
    request = file_request(cast.northfield, wants_reports=False)
    verify_identity(request, record_number="MRN-0417", by=None, at=AT)
    complete(request, by=None, at=AT)
    transition(request, to=State.APPROVED, by=None, at=AT)
    return request


def attached(client: Client, request: ImagingRequest, **changes: object) -> str:
    """Attach one slice; return the page with its sentence."""
    content = bytes_of(ct_slice(AccessionNumber="A-1", **changes))
    files = [SimpleUploadedFile("a.dcm", content)]
    address = f"/work/requests/{request.number}/images/"
    return client.post(address, {"files": files}, follow=True).content.decode()


def test_images_of_somebody_else_are_said_to_be_that(
    client: Client, approved: ImagingRequest
) -> None:
    words = attached(client, approved, PatientID="MRN-9999")
    assert "they do not name the patient of this request" in words


def test_a_right_image_whose_identifier_is_taken_is_not_called_somebody_elses(
    client: Client, approved: ImagingRequest
) -> None:
    attached(client, approved, PatientID="MRN-9999")
    words = attached(client, approved, PixelData=b"\1" * 8192)
    assert "An image that was here already came with other content" in words
    assert "The images kept do not name the patient of this request." in words
    assert "remove the study" in words
    assert "they do not name the patient" not in words


def test_an_image_that_was_not_taken_is_not_called_received(
    client: Client, approved: ImagingRequest
) -> None:
    assert "1 file received and checked." in attached(client, approved)
    assert "1 file received and checked." in attached(client, approved)
    words = attached(client, approved, PixelData=b"\1" * 8192)
    assert "the new one was not taken" in words
    assert "received and checked" not in words
    assert "do not name the patient" not in words
