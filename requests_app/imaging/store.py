"""Keep bytes under their hash: written once, fsynced, never named by anyone but us."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
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


def path_of(sha256: str) -> Path:
    """Return where the bytes of a hash lie; ValueError for anything that is no hash."""
    if not _HASH.match(sha256):
        raise ValueError("not a SHA-256 in hex")
    return Path(settings.BLOB_ROOT) / sha256[:2] / sha256[2:4] / sha256


def put(chunks: Iterable[bytes], *, most: int) -> Blob:
    """Store a stream; a crash leaves either the whole blob or none. Raises TooLarge."""
    root = Path(settings.BLOB_ROOT)
    (root / "incoming").mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = root / "incoming" / secrets.token_hex(16)
    digest, size = hashlib.sha256(), 0
    try:
        with draft.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise TooLarge(
                        f"The upload is larger than {most // 1024**2} MiB. Send less at once."
                    )
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        target = path_of(digest.hexdigest())
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if target.exists():
            draft.unlink()
        else:
            os.replace(draft, target)
            _sync(target.parent)
    finally:
        draft.unlink(missing_ok=True)
    return Blob(sha256=digest.hexdigest(), size=size)


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
