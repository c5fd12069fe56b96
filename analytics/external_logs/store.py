"""Keep imported logs: rows in the database, tables as Parquet beside it."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from pyarrow import parquet

from analytics.eventlog import EventLog
from analytics.external_logs.importing import Reading
from analytics.external_logs.refusals import UnusableLog
from analytics.models import UploadedLog


def name_for(file_name: str) -> str:
    """Return the name of a log from a file's name: a slug, never a path."""
    stem = re.sub(r"\.(csv|txt|tsv)$", "", file_name, flags=re.IGNORECASE)
    return slugify(stem.replace("_", "-"))[:60] or "log"


def folder_of(log: UploadedLog) -> Path:
    """Return where a log's tables lie; the name on disk is ours."""
    return Path(settings.MIRROR_ROOT) / "logs" / log.folder


def keep(
    reading: Reading,
    *,
    name: str,
    digest: str,
    organization_id: int | None,
    by_id: int | None,
    at: datetime,
) -> tuple[UploadedLog, bool]:
    """Store a log under its name, replacing an earlier one; say whether it was there already.

    The same file read the same way changes nothing.
    """
    if reading.log is None:
        raise UnusableLog("Answer the questions first; nothing was stored.")
    mapping = reading.mapping.as_json()
    earlier = UploadedLog.objects.filter(name=name, organization=organization_id).first()
    same = earlier is not None and (earlier.digest, earlier.mapping) == (digest, mapping)
    if earlier is not None and same and earlier.as_of == reading.log.as_of:
        return earlier, True
    folder = secrets.token_hex(8)
    _write(Path(settings.MIRROR_ROOT) / "logs" / folder, reading.log)
    with transaction.atomic():
        log, _ = UploadedLog.objects.update_or_create(
            name=name,
            organization_id=organization_id,  # type: ignore[misc]
            defaults={
                "folder": folder,
                "digest": digest,
                "mapping": mapping,
                "answer": reading.answer(name)
                | {"rejected": reading.answer(name)["rejected"][:1000]},
                "as_of": reading.log.as_of,
                "uploaded_by_id": by_id,
                "uploaded_at": at,
            },
        )
    if earlier is not None:
        shutil.rmtree(folder_of(earlier), ignore_errors=True)
    return log, False


def _write(folder: Path, log: EventLog) -> None:
    draft = folder.with_name(f".{folder.name}")
    draft.mkdir(parents=True, mode=0o700)
    parquet.write_table(log.requests, draft / "requests.parquet")
    parquet.write_table(log.events, draft / "events.parquet")
    facts: dict[str, Any] = {"name": log.name, "as_of": log.as_of, "zone": log.zone}
    facts |= {"granularity": log.granularity, "missing": dict(log.missing)}
    (draft / "log.json").write_text(json.dumps(facts))
    os.replace(draft, folder)


def load(log: UploadedLog) -> EventLog:
    """Return a stored log."""
    folder = folder_of(log)
    facts = json.loads((folder / "log.json").read_text())
    return EventLog(
        requests=parquet.read_table(folder / "requests.parquet"),
        events=parquet.read_table(folder / "events.parquet"),
        **facts,
    )


def remove(log: UploadedLog) -> None:
    """Delete a log and its tables."""
    folder = folder_of(log)
    log.delete()
    shutil.rmtree(folder, ignore_errors=True)
