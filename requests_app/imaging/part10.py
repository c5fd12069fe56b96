"""Header facts of one DICOM object, as plain values. No Django."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset, FileDataset
from pydicom.multival import MultiValue
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from requests_app.imaging.findings import UIDS, plain

_TEXTS = (
    *("PatientName", "PatientID", "PatientBirthDate", "AccessionNumber", "StudyDate"),
    *("StudyDescription", "SeriesDescription", "Modality", "SOPClassUID", *UIDS),
    "BodyPartExamined",
)
_NUMBERS = ("SeriesNumber", "InstanceNumber", "Rows", "Columns", "BitsAllocated", "SamplesPerPixel")


def read(path: Path, *, force: bool = False) -> FileDataset:
    """Return a parsed file; one without file meta gets the transfer syntax that it was read by."""
    dataset = pydicom.dcmread(path, force=force)
    if not dataset.file_meta.get("TransferSyntaxUID"):
        implicit, little = dataset.original_encoding
        explicit = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else explicit
    return dataset


def text_of(dataset: Dataset, keyword: str) -> str:
    """Return an element as text, stripped of padding; "" where it is missing or unreadable."""
    try:
        value = dataset.get(keyword)
    except (ValueError, TypeError, KeyError, NotImplementedError, AttributeError, LookupError):
        return ""
    return "" if value is None else plain(str(value).strip("\x00 "))


def number_of(dataset: Dataset, keyword: str) -> int | None:
    """Return an element as a whole number, or None."""
    try:
        value = dataset.get(keyword)
        return None if value in (None, "") else int(value)
    except (ValueError, TypeError, OverflowError, AttributeError, NotImplementedError):
        return None


def facts_of(dataset: Dataset) -> dict[str, Any]:
    """Return the facts that the catalogue keeps; nothing here is trusted as a path or a key."""
    facts: dict[str, Any] = {word: text_of(dataset, word)[:324] for word in _TEXTS}
    facts |= {word: number_of(dataset, word) for word in _NUMBERS}
    facts["NumberOfFrames"] = max(1, number_of(dataset, "NumberOfFrames") or 1)
    facts["TransferSyntaxUID"] = text_of(
        getattr(dataset, "file_meta", Dataset()), "TransferSyntaxUID"
    )
    facts["Position"] = position_of(dataset)
    facts["BodyPart"] = "BREAST" if facts["Modality"] == "MG" else facts["BodyPartExamined"].upper()
    facts["Side"] = side_of(dataset)
    return facts


def side_of(dataset: Dataset) -> str:
    """Return the side as the series, the image or its first frame says it (L, R, B, U)."""
    said = text_of(dataset, "ImageLaterality") or text_of(dataset, "Laterality")
    for groups in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        for group in (dataset.get(groups) or [])[:1]:
            for anatomy in (group.get("FrameAnatomySequence") or [])[:1]:
                said = said or text_of(anatomy, "FrameLaterality")
    return said[:1].upper()


def position_of(dataset: Dataset) -> float | None:
    """Return where a slice lies along its normal, in mm (PS3.3 C.7.6.2.1.1); None if unknown."""
    try:
        place, angles = dataset.get("ImagePositionPatient"), dataset.get("ImageOrientationPatient")
        if not isinstance(place, MultiValue) or not isinstance(angles, MultiValue):
            return None
        x, y = [float(v) for v in angles[:3]], [float(v) for v in angles[3:]]
        normal = (x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0])
        found = sum(float(a) * b for a, b in zip(place, normal, strict=True))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if math.isfinite(found) else None
