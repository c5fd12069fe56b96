"""Turn one frame into a picture a browser can show, with a window; kept on disk once made."""

from __future__ import annotations

import io
import os
import secrets
import struct
import warnings
from pathlib import Path

import numpy as np
import pydicom
from django.conf import settings
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import FileDataset
from pydicom.errors import InvalidDicomError
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut, pixel_array

from requests_app.imaging.store import path_of
from requests_app.models import Instance
from requests_app.refusals import UnreadableFile

PRESETS: dict[str, tuple[float, float] | None] = {
    "file": None,
    "soft": (40, 400),
    "lung": (-600, 1500),
    "bone": (400, 1800),
    "brain": (40, 80),
}
"""Window centre and width in Hounsfield units; `file` is what the file itself asks for."""
LONGEST_SIDE = 1024  # pixels; the preview is not for diagnosis
_ERRORS = (
    *(ValueError, TypeError, KeyError, LookupError, AttributeError, NotImplementedError),
    *(InvalidDicomError, RuntimeError, MemoryError, OSError, OverflowError, struct.error),
)


def render_frame(instance: Instance, frame: int, preset: str = "file") -> bytes:
    """Return a JPEG of a frame, 0-based; UnreadableFile where it cannot be shown."""
    if preset not in PRESETS or not 0 <= frame < instance.frames:
        raise UnreadableFile("There is no such image or window. Go back to the list.")
    name = f"{instance.sha256}-{frame}-{preset}.jpg"
    kept = Path(settings.FRAME_ROOT) / instance.sha256[:2] / name
    if kept.exists():
        return kept.read_bytes()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = _picture(path_of(instance.sha256), frame, PRESETS[preset])
    except _ERRORS as error:
        raise UnreadableFile(
            "This image cannot be shown in the preview. Download the originals."
        ) from error
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = kept.with_name(secrets.token_hex(8))
    draft.write_bytes(picture)
    os.replace(draft, kept)
    return picture


def _picture(path: Path, frame: int, window: tuple[float, float] | None) -> bytes:
    # Files without a preamble were judged usable with a warning: they are shown too.
    dataset = pydicom.dcmread(path, force=True)
    many = int(dataset.get("NumberOfFrames") or 1) > 1
    pixels = pixel_array(dataset, index=frame if many else 0)
    grey = _colour(dataset, pixels) if _is_colour(dataset) else _grey(dataset, pixels, window)
    image = Image.fromarray(grey)
    if max(image.size) > LONGEST_SIDE:
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    target = io.BytesIO()
    image.save(target, "JPEG", quality=85)
    return target.getvalue()


def _is_colour(dataset: FileDataset) -> bool:
    return dataset.get("PhotometricInterpretation") not in ("MONOCHROME1", "MONOCHROME2")


def _colour(dataset: FileDataset, pixels: NDArray[np.generic]) -> NDArray[np.uint8]:
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        pixels = apply_color_lut(pixels, dataset)
    return _spread(pixels.astype(np.float64), 0, float(2 ** (8 * pixels.dtype.itemsize) - 1))


def _grey(
    dataset: FileDataset, pixels: NDArray[np.generic], window: tuple[float, float] | None
) -> NDArray[np.uint8]:
    values = np.asarray(apply_modality_lut(pixels, dataset), dtype=np.float64)
    if window is not None:
        centre, width = window
        low, high = centre - width / 2, centre + width / 2
    elif "WindowCenter" in dataset or "VOILUTSequence" in dataset:
        values = np.asarray(
            apply_voi_lut(apply_modality_lut(pixels, dataset), dataset), dtype=float
        )
        low, high = float(values.min()), float(values.max())
    else:
        low, high = (float(edge) for edge in np.percentile(values, (0.5, 99.5)))
    shown = _spread(values, low, high)
    return 255 - shown if dataset.PhotometricInterpretation == "MONOCHROME1" else shown


def _spread(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.uint8]:
    scaled = (values - low) / max(high - low, 1e-9) * 255
    return np.clip(scaled, 0, 255).astype(np.uint8)
