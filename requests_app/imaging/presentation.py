"""What a viewer needs to know of some images, and the zip of the originals.

The caller says which images: those of a request, or those that a delivery released.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, islice
from typing import Any

from django.db.models import QuerySet
from zipstream import ZIP_STORED, ZipStream

from requests_app.imaging.store import path_of
from requests_app.models import Delivery, ImagingRequest, Instance, Series

WINDOWS: tuple[tuple[str, str], ...] = (
    ("file", "As recorded"),
    ("soft", "Soft tissue"),
    ("lung", "Lung"),
    ("bone", "Bone"),
    ("brain", "Brain"),
)
MOST_FRAMES = 5000  # of one series in the preview; the originals hold them all
_ORDER = (
    *("series__study__study_date", "series__study_id", "series__number", "series_id"),
    *("number", "id"),
)


def images_of(request: ImagingRequest) -> QuerySet[Instance]:
    """Return all images of a request, for those who work on it."""
    return Instance.objects.filter(series__study__request=request)


def released_by(delivery: Delivery) -> QuerySet[Instance]:
    """Return the images that a delivery released: what came later is not among them."""
    return Instance.objects.filter(deliveries=delivery)


def series_list(images: QuerySet[Instance]) -> list[dict[str, Any]]:
    """Return the series that can be shown, each with its frames in order."""
    shown = images.filter(rows__gt=0).select_related("series__study").order_by(*_ORDER)
    return [_listed(series, list(these)) for series, these in groupby(shown, key=_series)]


def _series(image: Instance) -> Series:
    return image.series


def _listed(series: Series, images: list[Instance]) -> dict[str, Any]:
    study = series.study
    frames = ([one.pk, frame] for one in sorted(images, key=_place) for frame in range(one.frames))
    return {
        "title": study.description or study.modality or "Study",
        "date": study.study_date.isoformat() if study.study_date else "",
        "series": series.description or f"Series {series.number or ''}".strip(),
        "modality": series.modality,
        "frames": list(islice(frames, MOST_FRAMES)),
    }


def _place(image: Instance) -> tuple[float, int, int]:
    position = image.position if image.position is not None else 0.0
    return (position, image.number or 0, image.pk)


def instance_of(images: QuerySet[Instance], pk: int) -> Instance | None:
    """Return one of these images, or None: any other is not there."""
    return images.filter(pk=pk).first()


def zip_of(images: QuerySet[Instance]) -> Iterator[bytes]:
    """Yield a zip of the originals under names of our own."""
    archive = ZipStream(compress_type=ZIP_STORED)
    listed = images.select_related("series").order_by(*_ORDER)
    for s, (_, study) in enumerate(groupby(listed, key=lambda one: one.series.study_id), start=1):
        for r, (_, series) in enumerate(groupby(study, key=lambda one: one.series_id), start=1):
            for i, image in enumerate(series, start=1):
                name = f"study-{s}/series-{r}/{i:05d}.dcm"
                archive.add_path(str(path_of(image.sha256)), arcname=name)
    yield from archive
