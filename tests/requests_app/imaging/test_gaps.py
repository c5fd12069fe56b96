"""Missing slices are told by their numbers; what is used of an upload is said in the journal."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from requests_app.imaging.context import Checked, check_studies
from requests_app.imaging.gaps import find_gap
from requests_app.imaging.receive import NamedFile, receive_files
from requests_app.models import ImagingRequest, Receipt
from requests_app.vocabulary import EventKind, State
from tests.requests_app.cast import AT, approve_request, make_cast
from tests.requests_app.imaging.dicom_made import bytes_of, ct_slice
from tests.requests_app.imaging.judged import verdict_on
from tests.requests_app.imaging.test_usability import zip_of


@pytest.fixture
def approved() -> ImagingRequest:
    return approve_request(make_cast().northfield, wants_reports=False)


def slice_of(number: int, **changes: object) -> bytes:
    return bytes_of(ct_slice(number, AccessionNumber="A-1", **changes))


def receive(request: ImagingRequest, *contents: bytes) -> Receipt:
    files = [NamedFile(name=f"{n}.dcm", chunks=[one]) for n, one in enumerate(contents)]
    receipt = receive_files(request, files, by=None, at=AT)
    request.refresh_from_db()
    return receipt


def checked(request: ImagingRequest) -> list[Checked]:
    return check_studies(request, list(request.studies.all()))


def journal_note(request: ImagingRequest) -> str:
    return request.events.filter(kind=EventKind.IMAGES_USABLE).latest("seq").note


@pytest.mark.parametrize(
    ("numbers", "words", "evidence"),
    [
        ([1, 2, 4], "1 image seems to be missing from series 2: number 3.", "3 of 4"),
        (
            [9, 1, 2, 5],
            "5 images seem to be missing from series 2: number 3 to 4, 6 to 8.",
            "4 of 9",
        ),
        ([1, 3], "1 image seems to be missing from series 2: number 2.", "2 of 3"),
    ],
)
def test_numbers_that_leave_gaps_name_them(numbers: list[int], words: str, evidence: str) -> None:
    found = find_gap(numbers, "series 2")
    assert found is not None
    assert (found.check, found.code, found.sentence, found.evidence) == (
        "U3",
        "US05",
        words,
        evidence,
    )


@pytest.mark.parametrize("numbers", [[], [7], [2, 3, 4], [1, 1, 2], [1, 3, 5, 7], [0, 10, 20]])
def test_rows_without_gaps_say_nothing(numbers: list[int]) -> None:
    assert find_gap(numbers, "series 1") is None


def test_hostile_numbers_are_counted_not_listed() -> None:
    found = find_gap([-(2**31), 0, 5, 9, 20, 40, 80, 2**31 - 1], "series 1")
    assert found is not None
    assert len(found.sentence) < 250


@pytest.mark.django_db
def test_a_gap_is_a_finding_until_the_missing_slice_comes(approved: ImagingRequest) -> None:
    first = receive(approved, slice_of(1), slice_of(2), slice_of(4))
    (one,) = checked(approved)
    assert [(found.check, found.code) for found in one.findings] == [("U3", "US05")]
    assert first.verdict == one.verdict == "usable_with_warning"
    assert one.passed == 6
    receive(approved, slice_of(3))
    (one,) = checked(approved)
    assert (one.verdict, one.findings) == ("usable", ())


@pytest.mark.django_db
def test_numbers_at_both_ends_of_the_scale_crash_nothing(approved: ImagingRequest) -> None:
    made = [ct_slice(n, AccessionNumber="A-1") for n in (1, 2)]
    made[0].InstanceNumber, made[1].InstanceNumber = str(-(2**31) + 1), str(2**31 - 1)
    assert receive(approved, *map(bytes_of, made)).verdict == "usable_with_warning"


def test_inspect_names_gaps_too(tmp_path: Path) -> None:
    found = verdict_on(tmp_path, zip_of(a=slice_of(1), b=slice_of(2), c=slice_of(4)), "a.zip")
    assert found["verdict"] == "usable_with_warning"
    assert [one["check"] for one in found["findings"]] == ["U3"]  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_a_partly_usable_upload_says_how_much_in_the_journal(approved: ImagingRequest) -> None:
    receipt = receive(approved, slice_of(1), slice_of(2), slice_of(3)[:3000])
    assert receipt.verdict == "usable_with_warning"
    assert journal_note(approved) == "Partly usable: 2 of 3 files."
    assert approved.state == State.RETRIEVED


@pytest.mark.django_db
def test_a_wholly_usable_upload_says_nothing_of_parts(approved: ImagingRequest) -> None:
    assert receive(approved, slice_of(1)).verdict == "usable"
    assert journal_note(approved) == ""


@pytest.mark.django_db
def test_a_study_of_somebody_else_is_the_part_that_is_not_usable(approved: ImagingRequest) -> None:
    receive(approved, slice_of(1), slice_of(1, study=2, PatientID="MRN-9999"))
    assert journal_note(approved) == "Partly usable: 1 of 2 files."


@pytest.mark.django_db
def test_a_container_that_is_refused_counts_as_a_file(approved: ImagingRequest) -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("../up.dcm", slice_of(2))
    receipt = receive(approved, slice_of(1), target.getvalue())
    assert (receipt.file_count, receipt.verdict) == (2, "usable_with_warning")
    assert (receipt.findings[0]["file"], receipt.findings[0]["check"]) == ("1.dcm", "U1")
    assert journal_note(approved) == "Partly usable: 1 of 2 files."


@pytest.mark.django_db
def test_only_somebody_elses_images_and_a_fragment_are_not_usable(approved: ImagingRequest) -> None:
    lost = slice_of(1, StudyInstanceUID=None, Modality=None)
    receipt = receive(approved, slice_of(1, PatientID="MRN-9999"), lost)
    assert (receipt.verdict, approved.state) == ("not_usable", State.APPROVED)


@pytest.mark.django_db
def test_an_upload_of_a_systems_own_files_is_accounted_for(approved: ImagingRequest) -> None:
    receipt = receive(approved, zip_of(**{"Thumbs.db": b"x"}))
    assert (receipt.verdict, receipt.file_count) == ("not_usable", 1)
    assert receipt.findings[0]["sentence"] == "It holds nothing that could be an image."
