"""Get one frame as a picture a browser can show: drawn in the sandbox, kept on disk once made."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from itertools import count
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from requests_app.imaging.presentation import WINDOWS
from requests_app.imaging.sandbox import WARM
from requests_app.imaging.store import path_of
from requests_app.models import Instance
from requests_app.refusals import UnreadableFile

SECONDS = 10.0  # of wall time for one frame
KEPT_SECONDS = 600  # by the browser; a link that is closed meanwhile shows what it showed
TRIM_EVERY = 500  # new frames of one process, beside the hourly sweep
_KEPT = count(1)
_PRESETS = frozenset(name for name, _ in WINDOWS)


def frame_answer(
    http_request: HttpRequest, instance: Instance, frame: int, preset: str
) -> HttpResponse:
    """Answer a frame, cacheable by its own reader only; 304 where the reader has it already."""
    said = f"{instance.sha256}-{frame}-{preset}".encode()
    tag = f'"{hashlib.sha256(said).hexdigest()[:32]}"'
    answer = get_conditional_response(http_request, etag=tag)
    if answer is None:
        picture = render_frame(instance, frame, preset)
        answer = HttpResponse(picture, content_type="image/jpeg")
    answer["ETag"] = tag
    answer["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def render_frame(instance: Instance, frame: int, preset: str = "file") -> bytes:
    """Return a JPEG of a frame, 0-based; UnreadableFile where it cannot be shown."""
    if preset not in _PRESETS or not 0 <= frame < instance.frames:
        raise UnreadableFile("There is no such image or window. Go back to the list.")
    name = f"{instance.sha256}-{frame}-{preset}.jpg"
    kept = Path(settings.FRAME_ROOT) / instance.sha256[:2] / name
    try:
        picture = kept.read_bytes()
        os.utime(kept)  # what was looked at lately is trimmed last
    except FileNotFoundError:  # never made, or trimmed meanwhile
        picture = b""
    if picture:
        return picture
    path = str(path_of(instance.sha256).absolute())
    order = {"do": "render", "path": path, "frame": frame, "preset": preset}
    answer = WARM.ask(order, SECONDS)
    if answer is None or not answer[1]:
        raise UnreadableFile("This image cannot be shown in the preview. Download the originals.")
    _keep(kept, answer[1])
    return answer[1]


def trim_frames(most: int) -> int:
    """Remove the frames that nobody looked at for longest until the rest fit into `most` bytes."""
    kept = []
    for path in Path(settings.FRAME_ROOT).glob("*/*"):
        with suppress(FileNotFoundError):  # two processes may trim at once
            seen = path.stat()
            kept.append((seen.st_mtime, seen.st_size, path))
    too_much, removed = sum(size for _, size, _ in kept) - most, 0
    for _, size, path in sorted(kept):
        if too_much <= 0:
            break
        path.unlink(missing_ok=True)
        too_much, removed = too_much - size, removed + 1
    return removed


def _keep(place: Path, picture: bytes) -> None:
    if next(_KEPT) % TRIM_EVERY == 0:
        trim_frames(settings.FRAME_CACHE_LIMIT)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = place.with_name(secrets.token_hex(8))
    draft.write_bytes(picture)
    os.replace(draft, place)


def warm_up() -> None:
    """Start the sandbox while the viewer's page travels, so that the first frame finds it ready."""
    WARM.start()
