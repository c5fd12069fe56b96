"""What a viewer needs to know of a request's images, and the zip of the originals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zipstream import ZIP_STORED, ZipStream

from requests_app.imaging.store import path_of
from requests_app.models import ImagingRequest, Instance

WINDOWS: tuple[tuple[str, str], ...] = (
    ("file", "As recorded"),
    ("soft", "Soft tissue"),
    ("lung", "Lung"),
    ("bone", "Bone"),
    ("brain", "Brain"),
)


def series_list(request: ImagingRequest) -> list[dict[str, Any]]:
    """Return the series that can be shown, each with its frames in order."""
    found = []
    for study in request.studies.all():
        for series in study.series.all():
            images = sorted(series.instances.filter(rows__gt=0), key=_place)
            frames = [[image.pk, frame] for image in images for frame in range(image.frames)]
            if frames:
                found.append(
                    {
                        "title": study.description or study.modality or "Study",
                        "date": study.study_date.isoformat() if study.study_date else "",
                        "series": series.description or f"Series {series.number or ''}".strip(),
                        "modality": series.modality,
                        "frames": frames[:5000],
                    }
                )
    return found


def _place(image: Instance) -> tuple[float, int, int]:
    position = image.position if image.position is not None else 0.0
    return (position, image.number or 0, image.pk)


def instance_of(request: ImagingRequest, pk: int) -> Instance | None:
    """Return an image of this request, or None: another request's image is not there."""
    return Instance.objects.filter(pk=pk, series__study__request=request).first()


def zip_of(request: ImagingRequest) -> Iterator[bytes]:
    """Yield a zip of the originals under names of our own."""
    archive = ZipStream(compress_type=ZIP_STORED)
    for s, study in enumerate(request.studies.all(), start=1):
        for r, series in enumerate(study.series.all(), start=1):
            for i, image in enumerate(series.instances.all(), start=1):
                name = f"study-{s}/series-{r}/{i:05d}.dcm"
                archive.add_path(str(path_of(image.sha256)), arcname=name)
    yield from archive
