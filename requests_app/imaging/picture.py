"""Draw one frame as a JPEG, with a window. Runs in the sandboxed child only. No Django."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.multival import MultiValue
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut, pixel_array

from requests_app.imaging.part10 import number_of, read
from requests_app.imaging.scan import DEFLATED

PRESETS: dict[str, tuple[float, float] | None] = {
    "file": None,
    "soft": (40, 400),
    "lung": (-600, 1500),
    "bone": (400, 1800),
    "brain": (40, 80),
}
"""Window centre and width in Hounsfield units; `file` is what the file itself asks for."""
LONGEST_SIDE = 1024  # pixels; the preview is not for diagnosis
LARGEST_HEADER_VALUE = 1 << 16  # bytes; longer values are read only when they are asked for
_OF_A_FRAME = ("PixelValueTransformationSequence", "FrameVOILUTSequence")


def draw(path: Path, frame: int, preset: str) -> bytes:
    """Return a frame, 0-based, as a JPEG; whatever pydicom and Pillow raise passes through."""
    head = _head(path)
    pixels = _pixels(path, head, frame)
    look = _of_frame(head, frame)
    drawn = _colour(look, pixels) if _is_colour(look) else _grey(look, pixels, PRESETS[preset])
    image = Image.fromarray(drawn)
    if max(image.size) > LONGEST_SIDE:
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    target = io.BytesIO()
    image.save(target, "JPEG", quality=85)
    return target.getvalue()


@lru_cache(maxsize=64)
def _head(path: Path) -> Dataset:
    """Return everything before the pixels; the store never changes what lies under a name."""
    # Files without a preamble were judged usable with a warning: they are shown too.
    return pydicom.dcmread(
        path, force=True, stop_before_pixels=True, defer_size=LARGEST_HEADER_VALUE
    )


@lru_cache(maxsize=1)
def _whole(path: Path) -> Dataset:
    return read(path, force=True)


def _pixels(path: Path, head: Dataset, frame: int) -> NDArray[np.generic]:
    """Return one frame's pixels, reading no other frame where the file allows it."""
    index = frame if (number_of(head, "NumberOfFrames") or 1) > 1 else 0
    syntax = getattr(head, "file_meta", {}).get("TransferSyntaxUID", "")
    if syntax and syntax != DEFLATED:
        try:
            return np.asarray(pixel_array(path, index=index))
        except (AttributeError, InvalidDicomError):
            pass  # not a plain Part 10 file: the slow way reads more of them
    return np.asarray(pixel_array(_whole(path), index=index))


def _of_frame(head: Dataset, frame: int) -> Dataset:
    """Return the header with this frame's own rescale and window (PS3.3 C.7.6.16) laid over."""
    groups = [*(head.get("SharedFunctionalGroupsSequence") or [])[:1]]
    groups += (head.get("PerFrameFunctionalGroupsSequence") or [])[frame : frame + 1]
    parts = [part for group in groups for word in _OF_A_FRAME for part in group.get(word) or []]
    if not parts:
        return head
    look = Dataset()
    look.update(head)
    for part in parts:
        look.update(part)
    return look


def _is_colour(look: Dataset) -> bool:
    return look.get("PhotometricInterpretation") not in ("MONOCHROME1", "MONOCHROME2")


def _colour(look: Dataset, pixels: NDArray[np.generic]) -> NDArray[np.uint8]:
    if look.PhotometricInterpretation == "PALETTE COLOR":
        pixels = apply_color_lut(pixels, look)
    if pixels.dtype == np.uint8:
        return np.asarray(pixels)
    return _spread(pixels.astype(np.float32), 0, float(2 ** (8 * pixels.dtype.itemsize) - 1))


def _grey(
    look: Dataset, pixels: NDArray[np.generic], window: tuple[float, float] | None
) -> NDArray[np.uint8]:
    values = _measured(look, pixels)
    if window is None and _is_tabled(look):
        values = np.asarray(apply_voi_lut(apply_modality_lut(pixels, look), look), dtype=np.float32)
        low, high = float(values.min()), float(values.max())
    elif window is None and "WindowCenter" not in look:
        low, high = (float(edge) for edge in np.percentile(values, (0.5, 99.5)))
    else:
        low, high = _edges(look) if window is None else _around(*window)
    shown = _spread(values, low, high)
    return 255 - shown if look.PhotometricInterpretation == "MONOCHROME1" else shown


def _measured(look: Dataset, pixels: NDArray[np.generic]) -> NDArray[np.float32]:
    """Return pixels in the file's own unit (Hounsfield for CT)."""
    if "ModalityLUTSequence" in look:
        return np.asarray(apply_modality_lut(pixels, look), dtype=np.float32)
    values = pixels.astype(np.float32)
    values *= np.float32(_first(look, "RescaleSlope", 1))
    values += np.float32(_first(look, "RescaleIntercept", 0))
    return values


def _is_tabled(look: Dataset) -> bool:
    """Say whether the window is a table or a curve, which takes pydicom ten times longer."""
    return "VOILUTSequence" in look or look.get("VOILUTFunction") == "SIGMOID"


def _edges(look: Dataset) -> tuple[float, float]:
    """Return where black and white begin (PS3.3 C.11.2.1.2)."""
    centre, width = _first(look, "WindowCenter", 0), _first(look, "WindowWidth", 1)
    if look.get("VOILUTFunction") == "LINEAR_EXACT":
        return _around(centre, width)
    return _around(centre - 0.5, width - 1)


def _around(centre: float, width: float) -> tuple[float, float]:
    return centre - width / 2, centre + width / 2


def _first(look: Dataset, keyword: str, usual: float) -> float:
    value = look.get(keyword)
    value = value[0] if isinstance(value, MultiValue) and len(value) else value
    return usual if value is None or value == "" else float(value)


def _spread(values: NDArray[np.float32], low: float, high: float) -> NDArray[np.uint8]:
    scaled = (values - np.float32(low)) * np.float32(255 / max(high - low, 1e-9))
    return np.clip(scaled, 0, 255, out=scaled).astype(np.uint8)
