"""Files are received once, catalogued, judged against the patient, shown and zipped."""

import io
import zipfile

import pytest
from PIL import Image

from requests_app.imaging import sandbox
from requests_app.imaging.presentation import images_of, series_list, zip_of
from requests_app.imaging.receive import NamedFile, receive_files
from requests_app.imaging.render import render_frame
from requests_app.imaging.store import path_of, put
from requests_app.intake.completeness import complete
from requests_app.intake.identity import verify_identity
from requests_app.lifecycle.transition import transition
from requests_app.models import ImagingRequest, Instance
from requests_app.refusals import TooLarge, TransitionRefused, UnreadableFile
from requests_app.vocabulary import EventKind, State
from tests.requests_app.cast import AT, file_request, make_cast
from tests.requests_app.imaging.dicom_made import bytes_of, ct_slice

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved() -> ImagingRequest:
    request = file_request(make_cast().northfield)
    verify_identity(request, record_number="MRN-0417", by=None, at=AT)
    complete(request, by=None, at=AT)
    transition(request, to=State.APPROVED, by=None, at=AT)
    return request


def files(*contents: bytes) -> list[NamedFile]:
    return [NamedFile(name=f"../{n}", chunks=[content]) for n, content in enumerate(contents)]


def test_slices_are_catalogued_once_however_often_they_come(approved: ImagingRequest) -> None:
    slices = [bytes_of(ct_slice(n)) for n in (1, 2, 3)]
    receipt = receive_files(approved, files(*slices), by=None, at=AT)
    assert (receipt.file_count, approved.state) == (3, State.RETRIEVED)
    receive_files(approved, files(*slices), by=None, at=AT)
    assert Instance.objects.count() == 3
    assert len(series_list(images_of(approved))[0]["frames"]) == 3


def test_a_folder_of_many_files_starts_one_child(
    approved: ImagingRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []

    class Counted(sandbox.Child):
        def __init__(self, memory: int) -> None:
            started.append(memory)
            super().__init__(memory)

    monkeypatch.setattr(sandbox, "Child", Counted)
    receive_files(approved, files(*(bytes_of(ct_slice(n)) for n in range(1, 6))), by=None, at=AT)
    assert len(started) == 1


def test_images_of_another_patient_are_not_usable(approved: ImagingRequest) -> None:
    receipt = receive_files(
        approved, files(bytes_of(ct_slice(PatientID="MRN-9999"))), by=None, at=AT
    )
    assert receipt.verdict == "not_usable"
    assert receipt.findings[0]["code"] == "US06"


def test_rubbish_is_listed_and_leaves_the_request_where_it_was(approved: ImagingRequest) -> None:
    receipt = receive_files(approved, files(b"<html>no</html>"), by=None, at=AT)
    assert (receipt.verdict, approved.state) == ("not_usable", State.APPROVED)
    assert approved.events.filter(kind=EventKind.IMAGES_UNUSABLE, reason="US03").exists()


def test_images_are_refused_before_approval() -> None:
    request = file_request(make_cast().northfield)
    with pytest.raises(TransitionRefused):
        receive_files(request, files(b"x"), by=None, at=AT)


def test_an_upload_past_the_limit_is_refused_and_leaves_nothing(
    approved: ImagingRequest, settings: object
) -> None:
    settings.UPLOAD_LIMIT = 100  # type: ignore[attr-defined]
    with pytest.raises(TooLarge):
        receive_files(approved, files(bytes_of(ct_slice())), by=None, at=AT)
    assert not [path for path in settings.BLOB_ROOT.rglob("*") if path.is_file()]  # type: ignore[attr-defined]


def test_a_frame_is_a_jpeg_and_windows_differ(approved: ImagingRequest) -> None:
    receive_files(approved, files(bytes_of(ct_slice())), by=None, at=AT)
    image = Instance.objects.get()
    soft, bone = render_frame(image, 0, "soft"), render_frame(image, 0, "bone")
    picture = Image.open(io.BytesIO(soft))
    assert (picture.format, picture.size) == ("JPEG", (64, 64))
    assert picture.getpixel((32, 32)) > 100 > picture.getpixel((0, 0))
    assert soft != bone
    with pytest.raises(UnreadableFile):
        render_frame(image, 1)


def test_the_zip_holds_the_originals_under_our_names(approved: ImagingRequest) -> None:
    content = bytes_of(ct_slice())
    receive_files(approved, files(content), by=None, at=AT)
    with zipfile.ZipFile(io.BytesIO(b"".join(zip_of(images_of(approved))))) as archive:
        assert archive.namelist() == ["study-1/series-1/00001.dcm"]
        assert archive.read(archive.namelist()[0]) == content


def test_a_hash_is_the_only_path_into_the_store() -> None:
    blob = put([b"a", b"b"], most=10)
    assert path_of(blob.sha256).read_bytes() == b"ab"
    for name in ("../../etc/passwd", "", "A" * 64):
        with pytest.raises(ValueError, match="SHA-256"):
            path_of(name)


def test_a_file_without_a_preamble_is_shown_not_a_crash(approved: ImagingRequest) -> None:
    bare = bytes_of(ct_slice())[132:]
    receipt = receive_files(approved, files(bare), by=None, at=AT)
    assert receipt.verdict == "usable_with_warning"
    assert Image.open(io.BytesIO(render_frame(Instance.objects.get(), 0))).size == (64, 64)
