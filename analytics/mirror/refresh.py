"""The mirror of a source: folded once, published as Parquet, shared by every process."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from pyarrow import parquet

from analytics.eventlog import EventLog
from analytics.mirror.fold import Mirror, fold

FRESH_FOR = 60  # seconds: bands move with the clock even when nothing happens


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A published mirror: what it was folded from, and the hash of its tables."""

    mirror: Mirror
    watermark: str
    content: str


_SHOWN: dict[str, Snapshot] = {}


def snapshot_of(
    source: str, *, watermark: str, at: datetime, read: Callable[[], EventLog]
) -> Snapshot:
    """Return the mirror of a source, folding it again only when its watermark moved on.

    One process folds at a time; the others wait and read what it published.
    """
    now = int(at.timestamp())
    shown = _SHOWN.get(source)
    if shown is not None and _is_fresh(shown, watermark, now):
        return shown
    root = Path(settings.MIRROR_ROOT) / "snapshots" / sha256(source.encode()).hexdigest()[:16]
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (root / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        published = _read(root)
        if published is None or not _is_fresh(published, watermark, now):
            published = _publish(root, fold(read()), watermark)
    _SHOWN[source] = published
    return published


def _is_fresh(snapshot: Snapshot, watermark: str, now: int) -> bool:
    return snapshot.watermark == watermark and abs(now - snapshot.mirror.log.as_of) <= FRESH_FOR


def _publish(root: Path, mirror: Mirror, watermark: str) -> Snapshot:
    """Write the tables into a new folder and switch the pointer: readers see all or nothing."""
    draft = root / secrets.token_hex(8)
    draft.mkdir(mode=0o700)
    tables = {"requests": mirror.log.requests, "events": mirror.log.events}
    tables |= {"cases": mirror.cases, "steps": mirror.steps}
    digest = sha256()
    for name, table in tables.items():
        parquet.write_table(table, draft / f"{name}.parquet")
        digest.update((draft / f"{name}.parquet").read_bytes())
    log = mirror.log
    facts = {"name": log.name, "as_of": log.as_of, "zone": log.zone, "missing": dict(log.missing)}
    facts |= {"granularity": log.granularity}
    (draft / "mirror.json").write_text(
        json.dumps({"log": facts, "watermark": watermark, "content": digest.hexdigest()})
    )
    link = root / f".{draft.name}"
    link.symlink_to(draft.name)
    earlier = (root / "current").resolve() if (root / "current").exists() else None
    os.replace(link, root / "current")
    if earlier is not None:
        shutil.rmtree(earlier, ignore_errors=True)
    return Snapshot(mirror=mirror, watermark=watermark, content=digest.hexdigest())


def _read(root: Path) -> Snapshot | None:
    current = root / "current"
    if not (current / "mirror.json").exists():
        return None
    facts = json.loads((current / "mirror.json").read_text())
    tables = {
        name: parquet.read_table(current / f"{name}.parquet")
        for name in ("requests", "events", "cases", "steps")
    }
    log = EventLog(requests=tables["requests"], events=tables["events"], **facts["log"])
    mirror = Mirror(log=log, cases=tables["cases"], steps=tables["steps"])
    return Snapshot(mirror=mirror, watermark=facts["watermark"], content=facts["content"])


def forget(source: str) -> None:
    """Drop a published mirror; the next reader folds it anew."""
    _SHOWN.pop(source, None)
    root = Path(settings.MIRROR_ROOT) / "snapshots" / sha256(source.encode()).hexdigest()[:16]
    shutil.rmtree(root, ignore_errors=True)
