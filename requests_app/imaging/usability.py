"""Judge one DICOM object: can it be used at once? Runs in the sandboxed child. No Django."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from pydicom.config import IGNORE
from pydicom.dataset import Dataset, FileDataset
from pydicom.errors import InvalidDicomError
from pydicom.pixels import pixel_array
from pydicom.uid import UID

from requests_app.failure_codes import FailureCode
from requests_app.imaging.directory import check_directory
from requests_app.imaging.findings import UIDS, FileVerdict, Finding, failure, verdict_of, warning
from requests_app.imaging.part10 import facts_of, number_of, read, text_of
from requests_app.imaging.scan import BIG_ENDIAN, DEFLATED, IMPLICIT, MOST_FRAMES, Scan, scan

MOST_PIXELS = 1 << 36  # of all frames of one object
LARGEST_FRAME = 512 * 1024**2  # bytes of one decoded frame
_UID = re.compile(r"^[0-9][0-9.]*[0-9]$")
_STRICT_UID = re.compile(r"^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))*$")
_ODD = re.compile(r"[\x00-\x1a\x1c-\x1f<>]|^[=+@\-]|javascript:|\.\./", re.IGNORECASE)
_NOT_DICOM = {
    "zip": "a zip archive",
    "gzip": "a gzip archive",
    "rar": "a RAR archive, which is not supported",
    "7z": "a 7z archive, which is not supported",
    "jpeg": "a JPEG picture",
    "png": "a PNG picture",
    "pdf": "a PDF",
    "html": "a web page, perhaps an error page of a portal",
    "empty": "empty",
    "unknown": "of an unknown kind",
}
CAPTURES = "1.2.840.10008.5.1.4.1.1.7"
"""Secondary captures may leave out the modality (PS3.3 C.8.6.1, type 3)."""
_SIZE = ("Rows", "Columns", "BitsAllocated")
"""What says how large an image is and how deep (PS3.3 C.7.6.3)."""
_OTHER_PIXELS = ("FloatPixelData", "DoubleFloatPixelData")
_VIDEO = ("1.2.840.10008.1.2.4.10",)
_UNSUPPORTED_BY_DECODERS = ("1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.53")
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
PLAIN = frozenset(
    {"", IMPLICIT, BIG_ENDIAN, DEFLATED, "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.98"}
)
_DOCUMENTS = ("application/pdf", "text/xml")


def judge(path: Path, content: bytes) -> FileVerdict:
    """Return the verdict on one file's bytes."""
    seen = scan(content)
    if seen.kind not in ("dicom", "bare"):
        what = _NOT_DICOM[seen.kind]
        return _refused(path, f"The file is not DICOM: it is {what}.")
    if seen.problem:
        return _refused(path, seen.problem)
    try:
        dataset = read(path, force=seen.kind == "bare")
        undeclared = _is_undeclared(dataset)
        dataset.decode()
    except _PARSE_ERRORS as error:
        if not seen.cut_off and isinstance(error, LookupError | ValueError | TypeError):
            dataset, undeclared = read(path, force=seen.kind == "bare"), False
        else:
            return _unreadable(path, seen, error)
    found: tuple[Finding, ...] = tuple(_findings(seen, dataset))
    if undeclared:
        found += (warning("U6", "The character set is not declared; names may read wrong."),)
    return FileVerdict(
        path=str(path), verdict=verdict_of(found), findings=found, facts=facts_of(dataset)
    )


def _is_undeclared(dataset: Dataset) -> bool:
    """Say whether a name holds bytes that no declared character set explains."""
    raw = dataset.get_item("PatientName") if "PatientName" in dataset else None
    value = getattr(raw, "value", b"")
    return (
        isinstance(value, bytes)
        and not value.isascii()
        and "SpecificCharacterSet" not in dataset
        and not text_of(dataset, "SpecificCharacterSet")
    )


_PARSE_ERRORS = (
    *(InvalidDicomError, RecursionError, MemoryError, NotImplementedError, EOFError),
    *(ValueError, TypeError, KeyError, LookupError, AttributeError, OSError, OverflowError),
)


def _refused(path: Path, sentence: str) -> FileVerdict:
    found = (failure("U2", FailureCode.US03, sentence),)
    return FileVerdict(path=str(path), verdict=verdict_of(found), findings=found)


def _unreadable(path: Path, seen: Scan, error: BaseException) -> FileVerdict:
    sentence = seen.cut_off or "The file cannot be parsed; ask for a re-export."
    found = (failure("U2", FailureCode.US03, sentence, type(error).__name__),)
    return FileVerdict(path=str(path), verdict=verdict_of(found), findings=found)


def _findings(seen: Scan, dataset: FileDataset) -> Iterator[Finding]:
    yield from (warning("U5", note) for note in seen.notes)
    if seen.cut_off:
        yield failure(
            "U3", FailureCode.US05, "The file is cut off. Ask for it again.", seen.cut_off
        )
        return
    if text_of(dataset.file_meta, "MediaStorageSOPClassUID") == "1.2.840.10008.1.3.10":
        yield from check_directory(dataset)
        return
    yield from _identifiers(seen, dataset)
    yield from _values(dataset)
    yield from _document(dataset)
    if "PixelData" in dataset:
        yield from _pixels(seen, dataset)
    elif _lacks_pixels(dataset):
        yield failure("U3", FailureCode.US05, "The file holds no image. Ask for it again.")


def _identifiers(seen: Scan, dataset: Dataset) -> Iterator[Finding]:
    named = any(word in dataset for word in ("SOPClassUID", "Modality", "PatientID", *UIDS))
    if seen.transfer_syntax == BIG_ENDIAN and not named:
        yield failure("U2", FailureCode.US04, "Nothing can be read: the transfer syntax is wrong.")
        return
    missing = [word for word in UIDS if word not in dataset]
    if not text_of(dataset, "SOPClassUID") and not missing:
        yield failure("U2", FailureCode.US03, "The object does not say what it is (SOPClassUID).")
    if missing and text_of(dataset, "Modality"):
        yield failure("U6", FailureCode.US03, f"{missing[0]} is missing; the image has no place.")
    elif missing:
        yield warning("U6", "A fragment without its study, series or instance identifier.")
    for word in UIDS:
        if word not in dataset:
            continue
        value = str(dataset.get(word, ""))
        if not _UID.match(value) or len(value) > 64:
            yield failure(
                "U2", FailureCode.US03, f"{word} is no valid identifier.", repr(value[:70])
            )
        elif not _STRICT_UID.match(value):
            yield warning("U2", f"{word} breaks the rules for identifiers.", value[:70])
    if not text_of(dataset, "Modality") and not text_of(dataset, "SOPClassUID").startswith(
        CAPTURES
    ):
        yield warning("U6", "The modality is missing.")


def _values(dataset: Dataset) -> Iterator[Finding]:
    for word in ("PatientName", "PatientID", "StudyDescription", "InstitutionName"):
        value = str(dataset.get(word, "") or "")
        if _ODD.search(value.strip("\x00 ")) or len(value) > 200:
            yield warning("U6", f"{word} holds characters that do not belong there.")
    for word in ("StudyDate", "PatientBirthDate"):
        value = text_of(dataset, word)
        if value and not _is_date(value):
            yield warning("U6", f"{word} is no date.", value[:20])
    # Only planes in space are measured by these (PS3.3 C.7.6.2); a radiograph's zero is no claim.
    for word in ("SliceThickness", "PixelSpacing") if "ImageOrientationPatient" in dataset else ():
        if any(not math.isfinite(n) or n == 0 for n in _floats(dataset, word)):
            yield warning("U6", f"{word} is no usable measure.")


def _is_date(value: str) -> bool:
    try:
        found = datetime.strptime(value, "%Y%m%d")  # noqa: DTZ007
    except ValueError:
        return False
    return 1000 <= found.year <= 2090


def _floats(dataset: Dataset, word: str) -> list[float]:
    try:
        value: Any = dataset.get(word)
        values = value if isinstance(value, list | tuple) or hasattr(value, "__iter__") else [value]
        return [float(one) for one in values if one not in (None, "")]
    except (ValueError, TypeError):
        return [math.nan]


def _document(dataset: Dataset) -> Iterator[Finding]:
    if "EncapsulatedDocument" not in dataset:
        return
    kind = text_of(dataset, "MIMETypeOfEncapsulatedDocument").lower()
    if kind not in _DOCUMENTS:
        yield failure(
            "U2", FailureCode.US03, "The object carries a file that is no report.", kind[:40]
        )
    entities = len(_ENTITY.findall(dataset.EncapsulatedDocument))
    if entities > 3:
        yield failure("U2", FailureCode.US03, "The report inside would explode when opened.")
    elif entities:
        yield warning("U5", "The report inside points outside itself; nothing is fetched.")


def _too_much(seen: Scan, dataset: FileDataset, area: int, bits: int) -> Finding | None:
    """Refuse a size or a count of frames that no image has, or that the file itself belies."""
    size = area * (number_of(dataset, "SamplesPerPixel") or 1) * max(1, bits // 8)
    if size > LARGEST_FRAME or area > 30_000 * 30_000 or area < 0:
        return failure("U2", FailureCode.US03, "One frame is larger than 512 MiB; refused unread.")
    frames = number_of(dataset, "NumberOfFrames") or 1
    said = f"{frames:,} frames" if frames < 10**12 else "an endless number of frames"
    if frames < 0 or frames > MOST_FRAMES or frames * area > MOST_PIXELS:
        sentence = "The image claims more frames or pixels than any image holds; refused unread."
        return failure("U2", FailureCode.US03, sentence, said)
    # Each frame has a fragment of its own (PS3.5 A.4); only a video puts them all into one.
    if 0 <= seen.fragments < frames and not seen.transfer_syntax.startswith(_VIDEO):
        sentence = "The file holds fewer frames than it says. Ask for it again."
        return failure("U3", FailureCode.US05, sentence, f"{seen.fragments:,} of {said}")
    return None


def _lacks_pixels(dataset: Dataset) -> bool:
    """Say whether an image holds none: one by its SOP class (PS3.6 annex A), or by a size."""
    kind = UID(text_of(dataset, "SOPClassUID"), validation_mode=IGNORE)
    is_image = "Image Storage" in kind.name or all(number_of(dataset, word) for word in _SIZE)
    return is_image and not any(word in dataset for word in _OTHER_PIXELS)


def _pixels(seen: Scan, dataset: FileDataset) -> Iterator[Finding]:
    rows, columns = number_of(dataset, "Rows"), number_of(dataset, "Columns")
    bits = number_of(dataset, "BitsAllocated")
    if not rows or not columns or bits not in (1, 8, 16, 32, 64):
        yield failure("U2", FailureCode.US03, "The image has no valid size or depth.")
        return
    if too_much := _too_much(seen, dataset, rows * columns, bits):
        yield too_much
        return
    if text_of(dataset, "PhotometricInterpretation") == "PALETTE COLOR" and (
        "RedPaletteColorLookupTableData" not in dataset
        and "SegmentedRedPaletteColorLookupTableData" not in dataset
    ):
        yield failure("U3", FailureCode.US05, "The colours of the image are missing (palette).")
        return
    if text_of(dataset, "NumberOfFrames") and number_of(dataset, "NumberOfFrames") is None:
        yield warning("U2", "NumberOfFrames is no number; one image is shown.")
        dataset.NumberOfFrames = 1
    syntax = seen.transfer_syntax
    is_packed = dataset.file_meta.get("TransferSyntaxUID") and syntax not in PLAIN
    if is_packed and not dataset["PixelData"].is_undefined_length:
        yield failure("U3", FailureCode.US05, "The pixels are not packed as the file says.")
        return
    if syntax.startswith(_VIDEO):
        yield failure("U2", FailureCode.US04, "The video cannot be shown here.", syntax)
        return
    try:
        pixel_array(dataset, index=0)
    except (*_PARSE_ERRORS, RuntimeError, struct.error) as error:
        if syntax in _UNSUPPORTED_BY_DECODERS or "embedded" in str(error):
            yield warning("U5", "Only some viewers can show this compression.", syntax)
        else:
            yield failure(
                "U3", FailureCode.US05, "The pixels cannot be decoded.", type(error).__name__
            )
