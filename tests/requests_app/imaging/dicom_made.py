"""DICOM made in memory for tests."""

import io
from typing import Any

import numpy as np
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

ROOT = "1.2.826.0.1.3680043.10.999"


def ct_slice(number: int = 1, *, study: int = 1, **changes: Any) -> FileDataset:
    """Return one CT slice of 64 x 64: a bright disc on air."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = f"{ROOT}.{study}.1.{number}"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    made.SOPClassUID, made.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    made.StudyInstanceUID, made.SeriesInstanceUID = f"{ROOT}.{study}", f"{ROOT}.{study}.1"
    made.PatientName, made.PatientID, made.PatientBirthDate = (
        "Patient^Sample",
        "MRN-0417",
        "19580427",
    )
    made.Modality, made.StudyDate, made.StudyDescription = "CT", "20261014", "CT abdomen"
    made.SeriesNumber, made.InstanceNumber = 1, number
    made.Rows = made.Columns = 64
    made.BitsAllocated = made.BitsStored = 16
    made.HighBit, made.PixelRepresentation, made.SamplesPerPixel = 15, 0, 1
    made.PhotometricInterpretation = "MONOCHROME2"
    made.RescaleIntercept, made.RescaleSlope = -1024, 1
    y, x = np.mgrid[:64, :64]
    disc = ((x - 32) ** 2 + (y - 32) ** 2 < 20**2).astype(np.uint16)
    made.PixelData = (disc * 1064).tobytes()
    for name, value in changes.items():
        if value is None:
            delattr(made, name)
        else:
            setattr(made, name, value)
    return made


def bytes_of(made: FileDataset) -> bytes:
    """Return the Part 10 file."""
    target = io.BytesIO()
    made.save_as(target, enforce_file_format=True)
    return target.getvalue()
