"""Tables of an imported log that a report was counted from: they stay when the log changes.

A mark in their folder says so. They go with the log, or once the report is old enough.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

MARK = "reported.json"


@dataclass(frozen=True, kw_only=True)
class Reported:
    """Tables that a report refers to: of which log, read how, with which hash, and since when."""

    folder: Path
    log: int
    name: str
    mapping: dict[str, Any]
    content: str
    at: float


def mark(
    folder: Path, *, log: int, name: str, mapping: dict[str, Any], content: str, at: datetime
) -> None:
    """Say that a report refers to the tables in a folder; one that is gone stays so."""
    said = {"log": log, "name": name, "mapping": mapping, "content": content, "at": at.timestamp()}
    draft = folder / f".{MARK}"
    try:
        draft.write_text(json.dumps(said))
        draft.replace(folder / MARK)
    except FileNotFoundError:
        return


def reported_in(folder: Path) -> Reported | None:
    """Return what is said of the tables in a folder; None where no report refers to them."""
    try:
        return Reported(folder=folder, **json.loads((folder / MARK).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def all_reported(root: Path) -> Iterator[Reported]:
    """Yield the tables that reports refer to."""
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        if (found := reported_in(path)) is not None:
            yield found


def is_fresh(found: Reported | None, at: datetime) -> bool:
    """Say whether a report refers to tables that was made not too long ago."""
    kept = timedelta(days=settings.REPORTED_SNAPSHOTS_KEPT_DAYS)
    return found is not None and found.at >= (at - kept).timestamp()
