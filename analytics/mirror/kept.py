"""Which snapshots stay: the newest, and those that a report refers to."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from analytics.mirror.partition import nothing
from analytics.mirror.published import MANIFEST, Published, current, read, root_of
from analytics.mirror.rows import TABLES

KEPT = 2  # snapshots: the current one, and the one that somebody may still be reading
REPORTED = "reported"  # the file that says when a report last referred to a snapshot


def with_content(source: str, content: str) -> Published | None:
    """Return the kept snapshot whose rows have a hash, if they have the columns of today."""
    root = root_of(source)
    names = (name for name in _kept(root) if content in _contents(root / name))
    read_in = (read(root, name) for name in names)
    return next((found for found in read_in if found is not None and _is_of_today(found)), None)


def _is_of_today(found: Published) -> bool:
    """Say whether the tables have the columns that measures of today look at."""
    return all(
        piece.of(table).names == nothing().rows.names(table)
        for piece in found.pieces.values()
        for table in TABLES
    )


def note_report(source: str, content: str, rows: str, *, at: datetime) -> bool:
    """Keep the snapshot of a content, since a report refers to it by the hash of its rows.

    False where it is gone already.
    """
    root = root_of(source)
    for name in _kept(root):
        if _content(root / name) == content:
            (root / name / REPORTED).write_text(f"{at.timestamp()}\n{rows}")
            return True
    return False


def _kept(root: Path) -> list[str]:
    """Return the names of the snapshots in a folder, the current one first."""
    names = [path.name for path in _folders(root) if (path / MANIFEST).exists()]
    return sorted(names, key=lambda name: name != current(root))


def _folders(root: Path) -> list[Path]:
    if not root.exists():
        return []
    return [path for path in root.iterdir() if path.is_dir() and not path.is_symlink()]


def _content(folder: Path) -> str | None:
    try:
        found: str = json.loads((folder / MANIFEST).read_text())["content"]
    except (OSError, ValueError, KeyError):
        return None
    return found


def _contents(folder: Path) -> set[str | None]:
    """Return the hashes by which a snapshot is known."""
    return {_content(folder), *_said_of_reports(folder)[1:]}


def _said_of_reports(folder: Path) -> list[str]:
    """Return when a report referred to a snapshot, and the hash by which it did."""
    try:
        return (folder / REPORTED).read_text().split("\n")
    except OSError:
        return []


def remove_old(root: Path, *, at: datetime) -> None:
    """Keep the newest snapshots, and those that a report referred to not too long ago.

    Whoever calls holds the lock: what is not whole, its writer did not live to end.
    """
    for path in _folders(root):
        if not (path / MANIFEST).exists():
            shutil.rmtree(path, ignore_errors=True)
    since = (at - timedelta(days=settings.REPORTED_SNAPSHOTS_KEPT_DAYS)).timestamp()
    current_name = current(root)
    newest = sorted(
        map(root.joinpath, _kept(root)), key=lambda path: path.stat().st_mtime_ns, reverse=True
    )
    for path in newest[KEPT:]:
        if path.name != current_name and _reported(path) < since:
            shutil.rmtree(path, ignore_errors=True)


def _reported(folder: Path) -> float:
    try:
        return float(_said_of_reports(folder)[0])
    except (LookupError, ValueError):
        return float("-inf")
