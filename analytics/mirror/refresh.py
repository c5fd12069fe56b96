"""What this process knows of published mirrors."""

from __future__ import annotations

import os
import shutil
from hashlib import sha256
from threading import Lock

from analytics.mirror.digest import digest
from analytics.mirror.fold import Mirror
from analytics.mirror.lineage import Line, changed_since
from analytics.mirror.published import Facts, Published, Snapshot, root_of
from analytics.mirror.words import settled

__all__ = ["Snapshot", "content_hash", "forget", "known", "remember", "served"]

SERVED_FOR = 60  # seconds for which readers share one as-of moment, and what they count ahead
_SHOWN: dict[str, Published] = {}
_SERVED: dict[str, Line] = {}
_SERVING: list[Lock] = []
"""One serves at a time: two snapshots of one moment would each be opened."""


def _begin() -> None:
    _SERVING[:] = [Lock()]


_begin()
os.register_at_fork(after_in_child=_begin)  # who was serving when a process was forked is not there


def known(source: str) -> Published | None:
    """Return what this process read or published last."""
    return _SHOWN.get(source)


def remember(source: str, published: Published) -> None:
    """Keep a published mirror at hand, unless another was quicker with one that follows it."""
    with _SERVING[0]:
        now = _SHOWN.get(source)
        if now is None or not _follows(now.facts, published.name):
            _SHOWN[source] = published


def _follows(facts: Facts, name: str) -> bool:
    """Say whether a snapshot came after another, as far as its manifest tells."""
    return facts.follows == name or changed_since(facts, name) is not None


def served(source: str, at: int) -> Snapshot:
    """Return what this process knows as of a moment, or of one up to a minute before."""
    with _SERVING[0]:
        published, line = _SHOWN[source], _SERVED.setdefault(source, Line())
        before, snapshot = line.last
        if snapshot is None or before is not published or not _is_near(snapshot, at):
            return line.next(published, at)
        return snapshot


def _is_near(snapshot: Snapshot, at: int) -> bool:
    return abs(at - snapshot.mirror.log.as_of) <= SERVED_FOR


def forget(source: str) -> None:
    """Drop a published mirror; the next reader folds it anew."""
    _SHOWN.pop(source, None)
    _SERVED.pop(source, None)
    shutil.rmtree(root_of(source), ignore_errors=True)


def content_hash(mirror: Mirror) -> str:
    """Return the SHA-256 of the tables' columns and rows, however they are stored."""
    cases, steps = (digest(settled(table)) for table in (mirror.cases, mirror.steps))
    return sha256(f"{cases}\n{steps}".encode()).hexdigest()
