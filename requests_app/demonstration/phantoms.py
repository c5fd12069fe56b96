"""DICOM studies made in memory: a phantom as CT slices, a radiograph, an ultrasound loop."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    UID,
    ComputedRadiographyImageStorage,
    CTImageStorage,
    ExplicitVRLittleEndian,
    UltrasoundMultiFrameImageStorage,
)

Grid = NDArray[np.float64]
SLICES, SIDE = 24, 256


def study_zip(kind: str, *, record_number: str, name: str, born: date, on: date, key: str) -> bytes:
    """Return a zip of one made-up study, the same bytes for the same words."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for number, dataset in enumerate(_MAKERS[kind](), start=1):
            _describe(dataset, kind, record_number=record_number, name=name, born=born, on=on)
            dataset.StudyInstanceUID = _uid(key, "study")
            dataset.SeriesInstanceUID = _uid(key, "series")
            dataset.InstanceNumber = number
            content = _file(dataset, _uid(key, f"image {number}"))
            archive.writestr(zipfile.ZipInfo(f"images/{number:04d}.dcm"), content)
    return target.getvalue()


def _uid(key: str, part: str) -> str:
    digest = hashlib.sha256(f"discless demonstration {key} {part}".encode()).digest()
    return f"2.25.{int.from_bytes(digest[:15], 'big')}"


def _describe(
    dataset: Dataset, kind: str, *, record_number: str, name: str, born: date, on: date
) -> None:
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = name
    dataset.PatientID = record_number
    dataset.PatientBirthDate = f"{born:%Y%m%d}"
    dataset.PatientSex = "O"
    dataset.StudyDate = dataset.SeriesDate = f"{on:%Y%m%d}"
    dataset.StudyTime = "101500"
    dataset.AccessionNumber = f"D{record_number[-6:]}"
    dataset.StudyID, dataset.SeriesNumber = "1", 1
    dataset.ReferringPhysicianName = ""
    dataset.Modality = kind
    dataset.Manufacturer = "Discless demonstration"
    dataset.StudyDescription = f"{_WORDS[kind]} (made-up phantom)"
    dataset.SeriesDescription = "Phantom, not a person"


def _file(dataset: Dataset, uid: str) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = UID(uid)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID("2.25.80302813137786398554742050926734630921")
    target = io.BytesIO()
    whole = FileDataset(target, dataset, file_meta=meta, preamble=b"\0" * 128)
    whole.save_as(target, enforce_file_format=True)
    return target.getvalue()


def _grey(pixels: NDArray[Any], *, signed: bool = False) -> Dataset:
    dataset = Dataset()
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape[-2:]
    bits = pixels.dtype.itemsize * 8
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits, bits, bits - 1
    dataset.PixelRepresentation = int(signed)
    dataset["PixelData"] = _element(pixels)
    return dataset


def _element(pixels: NDArray[Any]) -> Any:
    holder = Dataset()
    holder.add_new("PixelData", "OW" if pixels.dtype.itemsize == 2 else "OB", pixels.tobytes())
    return holder["PixelData"]


def _plane(side: int) -> tuple[Grid, Grid]:
    line = np.linspace(-1, 1, side)
    x, y = np.meshgrid(line, line)
    return x, y


def _ellipse(plane: tuple[Grid, Grid], x: float, y: float, a: float, b: float) -> NDArray[np.bool_]:
    return ((plane[0] - x) / a) ** 2 + ((plane[1] - y) / b) ** 2 <= 1


def _noise(shape: tuple[int, ...], seed: int, spread: float) -> Grid:
    return np.random.default_rng(seed).normal(0, spread, shape)


def _ct() -> Iterator[Dataset]:
    plane = _plane(SIDE)
    for number in range(SLICES):
        height = abs(number - SLICES / 2) / (SLICES / 2)
        lung = 0.34 * (1 - 0.6 * height)
        image = np.full((SIDE, SIDE), -1000.0)
        image[_ellipse(plane, 0, 0.05, 0.86, 0.66)] = -90
        image[_ellipse(plane, 0, 0.05, 0.81, 0.61)] = 45
        for side in (-0.4, 0.4):
            image[_ellipse(plane, side, 0.0, lung, lung * 1.25)] = -820
            image[_ellipse(plane, side * 0.8, 0.1, 0.03, 0.03)] = 60
        image[_ellipse(plane, -0.08, 0.0, 0.18, 0.2 * (1.2 - height))] = 60
        image[_ellipse(plane, 0, 0.47, 0.13, 0.12)] = 520
        image[_ellipse(plane, 0, 0.47, 0.05, 0.05)] = 30
        image += _noise(image.shape, number, 14)
        dataset = _grey(np.clip(image, -1024, 3071).astype("<i2"), signed=True)
        dataset.SOPClassUID = CTImageStorage
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        dataset.FrameOfReferenceUID = _uid("frame", "ct")
        dataset.PixelSpacing, dataset.SliceThickness = [1.5, 1.5], 5
        dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        dataset.ImagePositionPatient = [-192, -192, 5 * number]
        dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = 1, 0, "HU"
        dataset.WindowCenter, dataset.WindowWidth = 40, 400
        dataset.KVP = 120
        yield dataset


def _cr() -> Iterator[Dataset]:
    plane = _plane(512)
    image = np.full((512, 512), 300.0)
    image[_ellipse(plane, 0, 0.35, 0.42, 0.5)] = 1500
    for number in range(5):
        x = -0.42 + 0.21 * number
        image[_ellipse(plane, x, -0.4, 0.09, 0.42)] = 1300
        image[_ellipse(plane, x, -0.35, 0.035, 0.36)] = 2700
        image[_ellipse(plane, x * 0.7, 0.2, 0.045, 0.3)] = 2500
    image[_ellipse(plane, -0.12, 0.8, 0.1, 0.3)] = 2800
    image[_ellipse(plane, 0.15, 0.8, 0.08, 0.3)] = 2600
    image += _noise(image.shape, 7, 40)
    dataset = _grey(np.clip(image, 0, 4095).astype("<u2"))
    dataset.BitsStored, dataset.HighBit = 12, 11
    dataset.SOPClassUID = ComputedRadiographyImageStorage
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.BodyPartExamined, dataset.ViewPosition, dataset.ImageLaterality = "HAND", "PA", "R"
    dataset.PixelSpacing = [0.5, 0.5]
    dataset.WindowCenter, dataset.WindowWidth = 1700, 3200
    yield dataset


def _us() -> Iterator[Dataset]:
    plane = _plane(SIDE)
    depth = np.hypot(plane[0], plane[1] + 1.1)
    fan = (depth < 2.0) & (depth > 0.35) & (np.abs(plane[0]) < (plane[1] + 1.25) * 0.75)
    frames = []
    for number in range(16):
        beat = 0.05 * np.sin(number / 16 * 2 * np.pi)
        image = np.where(fan, 95 * np.exp(-0.35 * depth), 0) * (
            1 + _noise(depth.shape, number, 0.5)
        )
        image[_ellipse(plane, 0.1, 0.1, 0.26 + beat, 0.2 + beat)] *= 0.12
        image[_ellipse(plane, 0.1, 0.42, 0.24, 0.04)] *= 1.9
        frames.append(np.clip(image, 0, 255).astype("u1"))
    dataset = _grey(np.stack(frames))
    dataset.SOPClassUID = UltrasoundMultiFrameImageStorage
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.NumberOfFrames, dataset.FrameTime = 16, 60
    dataset.FrameIncrementPointer = 0x00181063
    dataset.WindowCenter, dataset.WindowWidth = 90, 180
    yield dataset


_MAKERS: dict[str, Callable[[], Iterator[Dataset]]] = {"CT": _ct, "CR": _cr, "US": _us}
_WORDS = {"CT": "CT chest", "CR": "Radiograph of the hand", "US": "Ultrasound of the abdomen"}
