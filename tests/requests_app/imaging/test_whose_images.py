"""U4: a study that names anybody else than the patient asked for never leaves."""

from datetime import date

import pytest
from pydicom.dataset import FileDataset

from requests_app.delivery.handover import hand_over
from requests_app.imaging.context import Checked, check_studies
from requests_app.imaging.receive import NamedFile, receive_files
from requests_app.intake.completeness import complete
from requests_app.intake.identity import verify_identity
from requests_app.lifecycle.transition import transition
from requests_app.models import ImagingRequest, Patient, Receipt
from requests_app.refusals import Incomplete
from requests_app.vocabulary import Channel, Direction, State
from tests.requests_app.cast import AT, file_request, make_cast
from tests.requests_app.imaging.dicom_made import bytes_of, ct_slice

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved() -> ImagingRequest:
    request = file_request(make_cast().northfield, wants_reports=False)
    verify_identity(request, record_number="MRN-0417", by=None, at=AT)
    complete(request, by=None, at=AT)
    transition(request, to=State.APPROVED, by=None, at=AT)
    return request


def receive(request: ImagingRequest, *made: FileDataset) -> tuple[Receipt, Checked]:
    files = [NamedFile(name=str(n), chunks=[bytes_of(one)]) for n, one in enumerate(made)]
    receipt = receive_files(request, files, by=None, at=AT)
    request.refresh_from_db()
    (one,) = check_studies(request, list(request.studies.all()))
    return receipt, one


def whole(number: int = 1, **changes: object) -> FileDataset:
    return ct_slice(number, AccessionNumber="A-1", **changes)


def fourth(one: Checked) -> list[str]:
    return [finding.sentence for finding in one.findings if finding.check == "U4"]


SOMEBODY_ELSE = [
    {"PatientID": "MRN-9999"},
    {"PatientName": "Other^Person"},
    {"PatientBirthDate": "19700101"},
]


@pytest.mark.parametrize("stray", SOMEBODY_ELSE)
@pytest.mark.parametrize("place", [0, 2])
def test_one_stray_image_stops_the_release_wherever_it_lies(
    approved: ImagingRequest, stray: dict[str, str], place: int
) -> None:
    made = [whole(n, **(stray if n == place + 1 else {})) for n in (1, 2, 3)]
    receipt, one = receive(approved, *made)
    assert (receipt.verdict, one.verdict) == ("not_usable", "not_usable")
    assert fourth(one) == ["The 3 images name 2 patients or more."]
    assert fourth(one)[0] in {finding["sentence"] for finding in receipt.findings}
    transition(approved, to=State.RETRIEVED, by=None, at=AT)
    with pytest.raises(Incomplete, match="name 2 patients"):
        transition(approved, to=State.READY, by=None, at=AT)


@pytest.mark.parametrize("stray", SOMEBODY_ELSE)
def test_a_stray_image_of_a_later_upload_spoils_the_study_and_that_receipt(
    approved: ImagingRequest, stray: dict[str, str]
) -> None:
    first, _ = receive(approved, whole(1), whole(2))
    assert first.verdict == "usable"
    second, one = receive(approved, whole(3, **stray))
    assert (second.verdict, one.verdict, approved.state) == (
        "not_usable",
        "not_usable",
        State.UNUSABLE,
    )


def test_the_stray_first_and_the_right_ones_later_is_no_better(approved: ImagingRequest) -> None:
    receive(approved, whole(1, PatientID="MRN-9999"))
    receipt, one = receive(approved, whole(2), whole(3))
    assert (receipt.verdict, one.verdict) == ("not_usable", "not_usable")


def test_another_patient_is_counted_as_n_of_m(approved: ImagingRequest) -> None:
    blank = {"PatientID": "", "PatientName": ""}
    made = [whole(1), whole(2), whole(3, PatientBirthDate="", **blank)]
    _, one = receive(approved, *made)
    assert fourth(one) == ["1 of 3 images lacks two identifiers that match."]
    made = [whole(n, PatientID="MRN-9999", PatientName="", PatientBirthDate="") for n in (4, 5)]
    _, one = receive(approved, *made)
    assert one.verdict == "not_usable"


def test_all_images_of_another_patient_are_counted(approved: ImagingRequest) -> None:
    _, one = receive(approved, *(whole(n, PatientID="MRN-9999") for n in (1, 2)))
    assert fourth(one) == ["2 of 2 images name another patient than asked."]


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ({}, "usable"),
        ({"PatientName": "PATIENT^SAMPLE^Middle^Dr"}, "usable"),
        ({"PatientName": "Sample Patient"}, "usable"),
        ({"PatientName": "Pátient^Sample", "SpecificCharacterSet": "ISO_IR 192"}, "usable"),
        ({"PatientName": ""}, "usable"),
        ({"PatientBirthDate": ""}, "usable"),
        ({"PatientName": "Maiden^Sample"}, "usable_with_warning"),
        ({"PatientName": "", "PatientBirthDate": ""}, "not_usable"),
        ({"PatientName": "Maiden^Sample", "PatientBirthDate": ""}, "not_usable"),
        ({"PatientBirthDate": "19580428"}, "not_usable"),
        ({"PatientID": ""}, "usable"),
        ({"PatientID": "MRN-0418"}, "not_usable"),
    ],
)
def test_two_identifiers_must_agree(
    approved: ImagingRequest, said: dict[str, str], verdict: str
) -> None:
    receipt, one = receive(approved, whole(**said))
    assert (one.verdict, receipt.verdict) == (verdict, verdict)


@pytest.mark.parametrize(
    ("said", "is_ours"),
    [
        ({"PatientID": "ELSEWHERE-1"}, True),
        ({"PatientID": "ELSEWHERE-1", "PatientName": "Maiden^Sample"}, False),
        ({"PatientID": "ELSEWHERE-1", "PatientBirthDate": "19580428"}, False),
        ({"PatientID": "MRN-0417", "PatientBirthDate": ""}, False),
        ({"PatientID": "MRN-0417", "PatientName": ""}, False),
    ],
)
def test_outside_images_are_ours_by_name_and_birth_date(
    approved: ImagingRequest, said: dict[str, str], is_ours: bool
) -> None:
    ImagingRequest.objects.filter(pk=approved.pk).update(direction=Direction.INBOUND)
    receipt, one = receive(approved, whole(**said))
    assert (receipt.verdict == "usable", one.verdict == "usable") == (is_ours, is_ours)


def test_a_patient_corrected_after_ready_stops_every_way_out(approved: ImagingRequest) -> None:
    receive(approved, whole())
    transition(approved, to=State.READY, by=None, at=AT)
    patient = Patient.objects.get()
    patient.birth_date = date(1960, 1, 1)
    patient.save(update_fields=["birth_date"])
    with pytest.raises(Incomplete, match="1 of 1 image "):
        hand_over(
            approved,
            channel=Channel.PHYSICAL_CD,
            recipient_name="Somebody",
            recipient_address="",
            by=None,
            at=AT,
        )
    approved.refresh_from_db()
    assert (approved.state, approved.deliveries.count()) == (State.READY, 0)


def test_images_of_an_unconfirmed_patient_do_not_leave(approved: ImagingRequest) -> None:
    receive(approved, whole())
    ImagingRequest.objects.filter(pk=approved.pk).update(patient=None)
    with pytest.raises(Incomplete, match="identity"):
        transition(approved, to=State.READY, by=None, at=AT)


def test_the_same_image_with_other_content_is_not_taken_and_said(approved: ImagingRequest) -> None:
    receive(approved, whole())
    receipt, one = receive(approved, whole(StudyDescription="other"))
    assert receipt.verdict == one.verdict == "usable_with_warning"
    assert "came again with other content" in receipt.findings[0]["sentence"]
