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

import pyarrow as pa
from django.conf import settings
from pyarrow import parquet

from analytics.eventlog import EventLog
from analytics.mirror.fold import Mirror, fold

KEPT = 2  # snapshots: the current one, and the one that somebody may still be reading
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
    """Write the tables into a new folder and switch the pointer: readers see all or nothing.

    The folder before the last is removed, so that whoever reads the last one is not disturbed.
    """
    draft = root / secrets.token_hex(8)
    draft.mkdir(mode=0o700)
    tables = _tables(mirror)
    for name, table in tables.items():
        parquet.write_table(table, draft / f"{name}.parquet")
    log, content = mirror.log, content_hash(mirror)
    facts = {"name": log.name, "as_of": log.as_of, "zone": log.zone, "missing": dict(log.missing)}
    facts |= {"granularity": log.granularity, "calendar": log.calendar}
    (draft / "mirror.json").write_text(
        json.dumps({"log": facts, "watermark": watermark, "content": content})
    )
    link = root / f".{draft.name}"
    link.symlink_to(draft.name)
    os.replace(link, root / "current")
    _remove_old(root)
    return Snapshot(mirror=mirror, watermark=watermark, content=content)


def _tables(mirror: Mirror) -> dict[str, pa.Table]:
    log = mirror.log
    return {
        "requests": log.requests,
        "events": log.events,
        "cases": mirror.cases,
        "steps": mirror.steps,
    }


def content_hash(mirror: Mirror) -> str:
    """Return the SHA-256 of the tables' columns and rows, however they are stored."""
    digest = sha256()
    for name, table in _tables(mirror).items():
        digest.update(f"{name} {table.schema.to_string()}".encode())
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table.combine_chunks())
        digest.update(sink.getvalue())
    return digest.hexdigest()


def _remove_old(root: Path) -> None:
    """Keep the current folder and the one before it."""
    folders = [path for path in root.iterdir() if path.is_dir() and not path.is_symlink()]
    newest = sorted(folders, key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in newest[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)


def _read(root: Path) -> Snapshot | None:
    if not (root / "current").exists():
        return None
    current = (root / "current").resolve()  # once: the pointer may move on while we read
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
