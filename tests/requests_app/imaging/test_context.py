"""Context and time are judged with the request in hand: U4, U6 and U7, each with its code."""

from datetime import date, timedelta

import pytest
from django.test import Client
from pydicom.dataset import FileDataset
from pydicom.uid import EncapsulatedPDFStorage

from requests_app.delivery.released import bind
from requests_app.imaging.context import (
    Checked,
    check_studies,
    is_late_without_images,
    lacks_report,
)
from requests_app.imaging.receive import NamedFile, receive_files
from requests_app.intake.completeness import complete
from requests_app.intake.identity import verify_identity
from requests_app.lifecycle.transition import transition
from requests_app.models import Delivery, ImagingRequest
from requests_app.tokens import tracking_token
from requests_app.vocabulary import Channel, DeliveryState, Direction, Role, State
from tests.requests_app.cast import AT, file_request, make_cast
from tests.requests_app.imaging.dicom_made import bytes_of, ct_slice

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved() -> ImagingRequest:
    request = file_request(make_cast().northfield, need_by=date(2026, 11, 20))
    verify_identity(request, record_number="MRN-0417", by=None, at=AT)
    complete(request, by=None, at=AT)
    transition(request, to=State.APPROVED, by=None, at=AT)
    return request


def report() -> FileDataset:
    """Return an encapsulated PDF of the same study."""
    made = ct_slice(9, AccessionNumber="A-1", PixelData=None, Rows=None, Columns=None)
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = EncapsulatedPDFStorage
    made.Modality, made.SeriesInstanceUID = "DOC", f"{made.StudyInstanceUID}.2"
    made.EncapsulatedDocument = b"%PDF-1.4\n%%EOF\n"
    made.MIMETypeOfEncapsulatedDocument = "application/pdf"
    return made


def received(request: ImagingRequest, *made: FileDataset, days: int = 0) -> Checked:
    files = [NamedFile(name=str(n), chunks=[bytes_of(one)]) for n, one in enumerate(made)]
    receive_files(request, files, by=None, at=AT + timedelta(days=days))
    request.refresh_from_db()
    (one,) = check_studies(request, list(request.studies.all()))
    return one


def released(request: ImagingRequest) -> Delivery:
    """Release what is here, and say that it arrived."""
    delivery = request.deliveries.create(
        channel=Channel.LINK_SECURE,
        state=DeliveryState.AVAILABLE,
        recipient_name="Sample Patient 0417",
        created_at=AT,
    )
    bind(delivery)
    return delivery


def said(one: Checked) -> set[tuple[str, str | None]]:
    return {(finding.check, finding.code) for finding in one.findings}


def test_a_study_with_all_its_context_passes_seven_checks(approved: ImagingRequest) -> None:
    one = received(approved, ct_slice(AccessionNumber="A-1"), report())
    assert (one.passed, one.verdict, one.findings) == (7, "usable", ())


def test_a_missing_report_is_a_warning_that_ends_when_the_report_comes(
    approved: ImagingRequest,
) -> None:
    one = received(approved, ct_slice(AccessionNumber="A-1"))
    assert (one.passed, one.verdict, said(one)) == (6, "usable_with_warning", {("U6", "PR06")})
    assert received(approved, report()).passed == 7


def test_a_patient_is_told_that_the_report_asked_for_did_not_come(
    client: Client, approved: ImagingRequest
) -> None:
    page = f"/track/{tracking_token(approved.number)}/"
    missing = "The written report is not among the images."

    def told() -> bool:
        return missing in client.get(page).content.decode()

    received(approved, ct_slice(AccessionNumber="A-1"))
    assert not told()  # nothing has left yet
    first = released(approved)
    assert told()
    received(approved, report())
    assert told()  # it is here, and did not leave
    second = released(approved)
    assert not told()
    assert lacks_report(approved, [first])
    assert not lacks_report(approved, [second])


def test_nobody_is_told_of_a_report_where_images_left_without_passing_through_here(
    approved: ImagingRequest,
) -> None:
    assert not lacks_report(approved, [released(approved)])


def test_a_report_missing_from_elsewhere_has_the_receivers_code(approved: ImagingRequest) -> None:
    approved.direction = Direction.INBOUND
    approved.save(update_fields=["direction"])
    assert said(received(approved, ct_slice())) == {("U6", "US09")}


def test_nobody_who_did_not_ask_for_reports_misses_one(approved: ImagingRequest) -> None:
    approved.wants_reports = False
    approved.save(update_fields=["wants_reports"])
    assert received(approved, ct_slice(AccessionNumber="A-1")).passed == 7


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"StudyDate": ""}, "no date"),
        ({"AccessionNumber": ""}, "accession"),
        ({"BodyPartExamined": "KNEE"}, "which side: knee"),
        ({"Modality": "MG"}, "which side: breast"),
    ],
)
def test_context_that_is_missing_is_named(
    approved: ImagingRequest, changes: dict[str, str], word: str
) -> None:
    made = ct_slice(**{"AccessionNumber": "A-1", **changes})
    one = received(approved, made, report())
    assert [word in finding.sentence for finding in one.findings] == [True]
    assert (one.passed, one.findings[0].check) == (6, "U6")


@pytest.mark.parametrize("word", ["Laterality", "ImageLaterality"])
def test_a_side_may_be_said_by_the_series_or_the_image(approved: ImagingRequest, word: str) -> None:
    made = ct_slice(AccessionNumber="A-1", BodyPartExamined="KNEE", **{word: "L"})
    assert received(approved, made, report()).passed == 7


def test_images_after_the_day_they_were_needed_are_late_but_usable(
    approved: ImagingRequest,
) -> None:
    one = received(approved, ct_slice(AccessionNumber="A-1"), report(), days=12)
    assert (one.passed, one.verdict, said(one)) == (6, "usable_with_warning", {("U7", "US08")})


def test_a_request_without_images_is_late_once_its_day_has_passed(approved: ImagingRequest) -> None:
    assert is_late_without_images(approved, AT) is None
    late = is_late_without_images(approved, AT + timedelta(days=12))
    assert late is not None
    assert late.code == "US08"


def test_images_of_another_patient_fail_however_late_the_patient_is_known(
    approved: ImagingRequest,
) -> None:
    received(approved, ct_slice(AccessionNumber="A-1"), report())
    verify_identity(approved, record_number="MRN-9999", by=None, at=AT)
    approved.refresh_from_db()
    (one,) = check_studies(approved, list(approved.studies.all()))
    assert (one.verdict, said(one)) == ("not_usable", {("U4", "US06")})


def test_a_second_upload_does_not_wipe_what_the_first_one_showed(approved: ImagingRequest) -> None:
    received(approved, ct_slice(1, AccessionNumber="A-1", PatientID="MRN-9999"))
    one = received(approved, ct_slice(2, AccessionNumber="A-1"), report())
    assert one.verdict == "not_usable"
    assert {finding.code for finding in one.findings} == {"US06"}


def test_the_request_page_says_how_many_of_seven(approved: ImagingRequest, client: Client) -> None:
    received(approved, ct_slice(AccessionNumber="A-1"))
    client.force_login(approved.facility.people.get(groups__name=Role.SUPERVISOR))
    page = client.get(f"/work/requests/{approved.number}/").content.decode()
    assert "6 of 7" in page
    assert "The report was asked for and is not here. PR06" in page
