"""Keep bytes under their hash: written once, fsynced, never named by anyone but us."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from requests_app.refusals import TooLarge

_HASH = re.compile(r"^[0-9a-f]{64}$")


@dataclass(frozen=True, kw_only=True)
class Blob:
    """Stored bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file whose bytes are stored already, under the name that it was sent with."""

    name: str
    blob: Blob


@dataclass(frozen=True, kw_only=True)
class Upload:
    """What the streaming door hands over; `files` is None while it only asks to be let in."""

    files: list[StoredFile] | None
    channel: str = ""


HANDED_OVER = "discless.upload"
"""Where an Upload travels in an ASGI scope; a caller can send headers, never this."""


def path_of(sha256: str) -> Path:
    """Return where the bytes of a hash lie; ValueError for anything that is no hash."""
    if not _HASH.match(sha256):
        raise ValueError("not a SHA-256 in hex")
    return Path(settings.BLOB_ROOT) / sha256[:2] / sha256[2:4] / sha256


class Draft:
    """Bytes on their way in: hashed as they are written, fsynced, then renamed to their hash.

    A crash leaves either the whole blob or a draft that nothing lists and the sweep removes.
    """

    def __init__(self) -> None:
        folder = Path(settings.BLOB_ROOT) / "incoming"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = folder / secrets.token_hex(16)
        self.size = 0
        self._digest = hashlib.sha256()
        self._file = self.path.open("xb")

    def write(self, chunk: bytes | memoryview) -> None:
        """Add some bytes."""
        self.size += len(chunk)
        self._digest.update(chunk)
        self._file.write(chunk)

    def finish(self) -> None:
        """Bring the bytes to the disk and close the file."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def keep(self) -> Blob:
        """Give the finished bytes their name; bytes that are there already are not written again."""
        blob = Blob(sha256=self._digest.hexdigest(), size=self.size)
        target = path_of(blob.sha256)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if target.exists():
            self.path.unlink()
        else:
            os.replace(self.path, target)
            _sync(target.parent)
        return blob

    def drop(self) -> None:
        """Forget the bytes, unless they were kept."""
        self._file.close()
        self.path.unlink(missing_ok=True)


def put(chunks: Iterable[bytes], *, most: int) -> Blob:
    """Store a stream; a crash leaves either the whole blob or none. Raises TooLarge."""
    draft = Draft()
    try:
        for chunk in chunks:
            if draft.size + len(chunk) > most:
                raise TooLarge(
                    f"The upload is larger than {most // 1024**2} MiB. Send less at once."
                )
            draft.write(chunk)
        draft.finish()
        return draft.keep()
    finally:
        draft.drop()


def sweep(*, before: float) -> int:
    """Remove what killed uploads left behind and nobody touched since `before` (epoch seconds)."""
    removed = 0
    for folder in ("incoming", "work"):
        for left in (Path(settings.BLOB_ROOT) / folder).glob("*"):
            with contextlib.suppress(FileNotFoundError):  # somebody else removed it meanwhile
                if left.stat().st_mtime < before:
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
                    removed += 1
    return removed


def put_file(path: Path) -> Blob:
    """Store a file of ours."""
    with path.open("rb") as file:
        return put(iter(lambda: file.read(1 << 20), b""), most=path.stat().st_size)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
