"""Files that wait for a confirmation: kept under names of ours, for a day, for their sender only.

A confirmed file that waits for the worker, or is imported, is kept until that is over.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from analytics.models import ImportRun
from requests_app.refusals import TooLarge

_NAME = re.compile(r"^[0-9a-f]{32}$")
_STEPS = ".steps"  # a second file: the history of the requests in the first
KEEPS = 24 * 3600  # seconds


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A file as sent, and what its sender said of it."""

    key: str
    owner: int
    file_name: str
    content: bytes
    mapping: dict[str, Any]
    steps: bytes | None = None

    @property
    def whole(self) -> bytes:
        """Return all that was sent: what is known again by its hash."""
        return self.content + (self.steps or b"")


def _folder() -> Path:
    folder = Path(settings.UPLOAD_ROOT)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def keep_draft(
    chunks: Iterable[bytes],
    *,
    file_name: str,
    owner: int,
    at: datetime,
    steps: Iterable[bytes] | None = None,
) -> str:
    """Store a file, and the history of its requests, until confirmed; return its key.

    Raises TooLarge where both together are.
    """
    sweep_drafts(at)
    key = secrets.token_hex(16)
    size = _write(_folder() / key, chunks, 0)
    if steps is not None:
        try:
            _write(_folder() / f"{key}{_STEPS}", steps, size)
        except TooLarge:
            drop_draft(key)
            raise
    save_mapping(key, owner=owner, file_name=file_name, mapping={})
    return key


def _write(path: Path, chunks: Iterable[bytes], size: int) -> int:
    with path.open("xb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > settings.LOG_LIMIT:
                file.close()
                path.unlink()
                raise TooLarge(
                    f"The file is larger than {settings.LOG_LIMIT // 1024**2} MB. Split it by year."
                )
            file.write(chunk)
    return size


def save_mapping(key: str, *, owner: int, file_name: str, mapping: dict[str, Any]) -> None:
    """Remember what the sender said of the file."""
    facts = {"owner": owner, "file_name": file_name[:200], "mapping": mapping}
    # Put in its place whole: the same sender may read it meanwhile.
    draft = _folder() / f".{key}.{secrets.token_hex(4)}"
    draft.write_text(json.dumps(facts))
    draft.replace(_folder() / f"{key}.json")


def draft_of(key: str, owner: int) -> Draft | None:
    """Return a person's own draft; another's is not there."""
    if not _NAME.match(key):
        return None
    try:
        facts = json.loads((_folder() / f"{key}.json").read_text())
        if facts["owner"] != owner:
            return None
        path = _folder() / f"{key}{_STEPS}"
        steps = path.read_bytes() if path.exists() else None
        return Draft(key=key, content=(_folder() / key).read_bytes(), steps=steps, **facts)
    except FileNotFoundError:  # confirmed or swept, perhaps between the two
        return None


def drop_draft(key: str) -> None:
    """Forget a draft."""
    for ending in ("", _STEPS, ".json"):
        (_folder() / f"{key}{ending}").unlink(missing_ok=True)


def sweep_drafts(at: datetime) -> None:
    """Delete the files of more than a day and what was said of them, except those yet to import."""
    runs = ImportRun.objects.filter(state__in=ImportRun.OPEN)
    spared = set(runs.values_list("draft", flat=True))
    for path in _folder().iterdir():
        if path.name.partition(".")[0] in spared:
            continue
        with suppress(FileNotFoundError):  # confirmed, or swept by another process meanwhile
            if path.stat().st_mtime < at.timestamp() - KEEPS:
                path.unlink()
