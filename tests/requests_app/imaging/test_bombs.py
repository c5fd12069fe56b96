"""Bombs and broken containers become findings, never a crash, a hang or a full disk."""

import gzip
import io
import os
import time
import zipfile
from pathlib import Path

import pycdlib
import pytest
from django.core.management import CommandError, call_command
from pydicom.pixels import compress
from pydicom.uid import RLELossless

from requests_app.imaging import media, receive, render
from requests_app.imaging.catalogue import _instance
from requests_app.imaging.deadline import SENTENCE, Deadline
from requests_app.imaging.findings import failure, plain
from requests_app.imaging.media import unpack
from requests_app.imaging.presentation import MOST_FRAMES, images_of, series_list
from requests_app.imaging.receive import NamedFile, receive_files
from requests_app.imaging.sandbox import Child, Inspector
from requests_app.imaging.scan import MOST_FRAMES as MOST_OF_A_FILE
from requests_app.imaging.store import Blob
from requests_app.intake.completeness import complete
from requests_app.intake.identity import verify_identity
from requests_app.lifecycle.transition import transition
from requests_app.models import ImagingRequest, Instance
from requests_app.vocabulary import State
from tests.requests_app.cast import AT, file_request, make_cast
from tests.requests_app.imaging.dicom_made import bytes_of, ct_slice
from tests.requests_app.imaging.judged import inspected, verdict_on

GOOD = bytes_of(ct_slice())


def sentences(found: dict[str, object]) -> list[str]:
    return [one["sentence"] for one in found["findings"]]  # type: ignore[attr-defined]


@pytest.fixture
def approved() -> ImagingRequest:
    request = file_request(make_cast().northfield)
    verify_identity(request, record_number="MRN-0417", by=None, at=AT)
    complete(request, by=None, at=AT)
    transition(request, to=State.APPROVED, by=None, at=AT)
    return request


@pytest.mark.parametrize("frames", ["100001", "2147483648", "-3", "999999999999"])
def test_more_frames_than_any_image_holds_are_refused(tmp_path: Path, frames: str) -> None:
    found = verdict_on(tmp_path, bytes_of(ct_slice(NumberOfFrames=frames)))
    assert found["verdict"] == "not_usable"
    assert "more frames or pixels" in sentences(found)[0]


def test_frames_times_rows_times_columns_have_a_limit(tmp_path: Path) -> None:
    made = ct_slice(NumberOfFrames=99_999, Rows=10_000, Columns=10_000, BitsAllocated=8)
    found = verdict_on(tmp_path, bytes_of(made))
    assert "more frames or pixels" in sentences(found)[0]


def test_fewer_fragments_than_frames_are_missing_images(tmp_path: Path) -> None:
    made = ct_slice()
    compress(made, RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    assert verdict_on(tmp_path, bytes_of(made))["verdict"] == "usable"
    made.NumberOfFrames = 50_000
    found = verdict_on(tmp_path, bytes_of(made))
    assert found["verdict"] == "not_usable"
    assert found["findings"][0]["evidence"] == "1 of 50,000 frames"  # type: ignore[index]


@pytest.mark.django_db
def test_the_list_of_frames_is_cut_however_many_an_old_row_claims(approved: ImagingRequest) -> None:
    receive_files(approved, [NamedFile(name="a", chunks=[GOOD])], by=None, at=AT)
    Instance.objects.update(frames=2_000_000_000)
    began = time.monotonic()
    (series,) = series_list(images_of(approved))
    assert len(series["frames"]) == MOST_FRAMES
    assert time.monotonic() - began < 1


def test_counts_fit_into_their_columns() -> None:
    facts = dict.fromkeys(("SOPClassUID", "TransferSyntaxUID", "PatientID", "PatientName"), "")
    facts |= {"PatientBirthDate": "", "BodyPart": "", "Side": "", "Position": None}
    counts = {"Rows": -5, "Columns": 2**40, "NumberOfFrames": 2**40, "InstanceNumber": 2**40}
    row = _instance(facts | counts, Blob(sha256="0" * 64, size=1))
    assert [row[word] for word in ("rows", "columns", "frames", "number")] == [
        0,
        0,
        MOST_OF_A_FILE,
        None,
    ]


def disc(**files: bytes) -> bytearray:
    image = pycdlib.PyCdlib()
    image.new()
    image.add_directory("/DICOM")
    for name, content in files.items():
        image.add_fp(io.BytesIO(content), len(content), f"/DICOM/{name}.;1")
    target = io.BytesIO()
    image.write_fp(target)
    image.close()
    return bytearray(target.getvalue())


def test_a_disc_is_listed_in_the_child_and_copied(tmp_path: Path) -> None:
    content = disc(A=GOOD, B=bytes_of(ct_slice(2)))
    found = verdict_on(tmp_path, bytes(content), "cd.iso")
    assert (found["verdict"], found["files"]) == ("usable", 2)


def test_every_byte_of_a_disc_may_be_wrong(tmp_path: Path) -> None:
    whole = disc(A=GOOD)
    with Inspector() as inspector:
        for place in range(0x8000, len(whole) - len(GOOD), 97):
            broken = bytearray(whole)
            broken[place] ^= 0xFF
            path, folder = tmp_path / "cd.iso", tmp_path / f"{place}"
            path.write_bytes(broken)
            folder.mkdir()
            found = unpack(path, "cd.iso", folder, inspector)
            assert found.files or found.findings


def test_a_disc_whose_folders_run_in_a_circle_ends(tmp_path: Path) -> None:
    whole = disc(A=GOOD)
    root = int.from_bytes(whole[0x8000 + 158 : 0x8000 + 162], "little")
    table = whole[root * 2048 : root * 2048 + 2048]
    place = table.index(b"DICOM") - 33
    for order, at in (("little", 2), ("big", 6)):
        start = root * 2048 + place + at
        whole[start : start + 4] = root.to_bytes(4, order)  # type: ignore[arg-type]
    path = tmp_path / "cd.iso"
    path.write_bytes(whole)
    with Inspector(seconds=5) as inspector:
        found = unpack(path, "cd.iso", tmp_path, inspector)
    assert [one.check for one in found.findings] == ["U1"]


def test_a_disc_that_says_one_place_many_times_does_not_fill_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cd.iso"
    path.write_bytes(disc(A=GOOD))
    size = path.stat().st_size
    said = {"files": [[f"/{n}", 0, size] for n in range(5)], "declared": size}
    monkeypatch.setattr(Inspector, "ask", lambda *_: said)
    assert "far more than its size" in sentences(inspected(path))[0]
    for files in ([["/a", size, 1]], [["/a", -1, 1]], [["/a", 0, -1]], [["/a"]], "no", [["a"] * 3]):
        monkeypatch.setattr(
            Inspector, "ask", lambda *_, files=files: {"files": files, "declared": size}
        )
        assert inspected(path)["verdict"] == "not_usable"
    monkeypatch.setattr(Inspector, "ask", lambda *_: None)
    assert "more time or memory" in sentences(inspected(path))[0]


def zipped(name: str = "a", packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", packing) as archive:
        archive.writestr(name, GOOD)
    return target.getvalue()


def test_every_byte_of_a_zips_index_may_be_wrong(tmp_path: Path) -> None:
    whole = zipped("image.dcm")
    index = whole.index(b"PK\x01\x02")
    path = tmp_path / "a.zip"
    with Inspector() as inspector:
        for place in [*range(30), *range(index, len(whole))]:
            for change in (0x00, 0xFF, 0x80):
                broken = bytearray(whole)
                broken[place] = change
                path.write_bytes(broken)
                found = unpack(path, "a.zip", tmp_path, inspector)
                assert found.files or found.findings, (place, change)


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_zip_packed_in_another_way_is_refused_in_words(tmp_path: Path, packing: int) -> None:
    found = verdict_on(tmp_path, zipped(packing=packing), "a.zip")
    assert "not supported" in sentences(found)[0]


def test_a_zip_with_an_index_too_large_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = bytearray(zipped())
    end = whole.rindex(b"PK\x05\x06")
    whole[end + 12 : end + 16] = (1 << 30).to_bytes(4, "little")
    monkeypatch.setattr(media.zipfile, "ZipFile", None)
    assert "more than 20,000 files" in sentences(verdict_on(tmp_path, bytes(whole), "a.zip"))[0]


def test_a_gzip_bomb_is_stopped(tmp_path: Path) -> None:
    bomb = gzip.compress(b"\x00" * 64 * 1024**2)
    assert verdict_on(tmp_path, bomb, "bomb.gz")["verdict"] == "not_usable"


@pytest.mark.django_db
def test_half_characters_and_nul_become_rows(approved: ImagingRequest) -> None:
    odd = ct_slice(StudyDescription="CT\x00abdomen", PatientName="Patient^Sample\x00x")
    file = NamedFile(name="a\x00\ud800.dcm", chunks=[bytes_of(odd)])
    receipt = receive_files(approved, [file], by=None, at=AT)
    receipt.refresh_from_db()
    assert receipt.findings[0]["file"].startswith("a\N{REPLACEMENT CHARACTER}")
    assert "\x00" not in approved.studies.get().description


def test_findings_hold_only_what_a_database_takes() -> None:
    row = failure("U1", "US01", "a\x00b", "\ud800").as_json()  # type: ignore[arg-type]
    assert (row["sentence"], row["evidence"]) == ("a\N{REPLACEMENT CHARACTER}b", "?")
    assert plain("ordinary ünïcode") == "ordinary ünïcode"


@pytest.mark.django_db
def test_an_upload_has_one_time_limit_and_each_file_is_accounted_for(
    approved: ImagingRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive, "Deadline", lambda: Deadline(0))
    files = [NamedFile(name=f"{n}.dcm", chunks=[bytes_of(ct_slice(n))]) for n in (1, 2)]
    receipt = receive_files(approved, files, by=None, at=AT)
    assert (receipt.verdict, receipt.file_count) == ("not_usable", 2)
    assert [(one["file"], one["sentence"]) for one in receipt.findings] == [
        ("1.dcm", SENTENCE),
        ("2.dcm", SENTENCE),
    ]


def test_unpacking_stops_when_the_time_is_over(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped())
    with Inspector(deadline=Deadline(0)) as inspector:
        found = unpack(path, "a.zip", tmp_path, inspector)
    assert [one.sentence for one in found.findings] == [SENTENCE]


def test_a_child_that_lies_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(GOOD)
    for said in (
        {},
        {"findings": [{}], "facts": {}},
        {"findings": [], "facts": {}, "verdict": "x"},
    ):
        monkeypatch.setattr(Child, "ask", lambda *_, said=said: (said, b""))
        with Inspector() as inspector:
            assert inspector.judge(path).verdict == "not_usable"


def test_inspect_refuses_pipes_and_devices_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero")):
        with pytest.raises(CommandError) as refused:
            call_command("inspect", str(path))
        assert refused.value.returncode == 2
    assert inspected(pipe)["verdict"] == "not_usable"
    (tmp_path / "a").write_bytes(GOOD)
    assert inspected(tmp_path)["files"] == 1


def test_the_cache_of_frames_is_trimmed_the_oldest_first(settings: object) -> None:
    folder = settings.FRAME_ROOT / "ab"  # type: ignore[attr-defined]
    folder.mkdir(parents=True)
    for age in range(4):
        (folder / f"{age}.jpg").write_bytes(b"x" * 100)
        os.utime(folder / f"{age}.jpg", (1000 - age, 1000 - age))
    assert render.trim_frames(250) == 2
    assert sorted(path.name for path in folder.iterdir()) == ["0.jpg", "1.jpg"]
    assert render.trim_frames(250) == 0


def test_drawing_trims_by_itself(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FRAME_CACHE_LIMIT = 0  # type: ignore[attr-defined]
    monkeypatch.setattr(render, "TRIM_EVERY", 1)
    folder = settings.FRAME_ROOT / "ab"  # type: ignore[attr-defined]
    render._keep(folder / "1.jpg", b"x")
    render._keep(folder / "2.jpg", b"x")
    assert [path.name for path in folder.iterdir()] == ["2.jpg"]
