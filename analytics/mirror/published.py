"""Published mirrors: a folder each with Parquet files by facility and period, and a manifest.

Beside these lie amendments, and a table of what other files hold of their requests (`files.py`).

`current` points to the last one. A folder is whole before the pointer moves to it; files that did
not change are hard links to those of the folder before.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from django.conf import settings

from analytics.eventlog import Setting, Source
from analytics.mirror.cut import Key
from analytics.mirror.files import held_in, path_of, read_left_out, write_left_out
from analytics.mirror.fold import Change, Mirror
from analytics.mirror.lists import words_in_all
from analytics.mirror.partition import NOBODY, Partition, Partitions, content_of
from analytics.mirror.pieces import Pieces
from analytics.mirror.rows import TABLES, Rows, Words
from analytics.mirror.stored import Stored

MANIFEST = "manifest.json"
AT_ONCE = 2  # files: packing and hashing leave Python alone
BRIEF = 100_000  # rows in new files: a second thread gains nothing where they are few


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A mirror, what it was folded from, and the hash of its rows."""

    mirror: Mirror
    watermark: str
    content: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a manifest says beside its files.

    `follows` is the snapshot that the database named when this one was made; `needs` are the
    typical needs that bands were counted with, in microseconds, as of the day `needs_of`; `shape`
    names the code that folded it. `steps` are the snapshots before it, the last first, and the
    requests that changed after each; none where it was folded whole.
    """

    source: str
    as_of: int
    watermark: str
    zone: str
    follows: str = ""
    granularity: str = "second"
    calendar: str = ""
    missing: Mapping[str, str] | None = None
    needs: Mapping[str, int] | None = None
    needs_of: str = ""
    shape: str = ""
    steps: tuple[tuple[str, tuple[int, ...]], ...] = ()
    settings: tuple[Setting, ...] = ()


@dataclass(frozen=True)
class Published:
    """A published mirror in its pieces."""

    name: str
    facts: Facts
    pieces: Partitions
    files: Mapping[str, Mapping[str, Any]]
    words: Mapping[str, Words] | None = None

    @cached_property
    def content(self) -> str:
        """The hash of all rows as they lie in files."""
        return content_of(
            {
                (file["facility"], file["period"], file["table"]): file["content"]
                for file in self.files.values()
            },
            self.pieces,
        )

    @cached_property
    def rows(self) -> Pieces:
        """The rows of all pieces."""
        return Pieces(self.pieces, self.words)

    @cached_property
    def stale_from(self) -> int | None:
        """When the first row is to be read anew, though nothing happened."""
        return min((at for one in self.pieces.values() if (at := one.stale_from)), default=None)

    def snapshot(self, at: int, changes: tuple[Change, ...] = ()) -> Snapshot:
        """Return the mirror as of a moment that its rows hold for."""
        return Snapshot(
            mirror=mirror_of(self.rows, self.facts, max(at, self.facts.as_of), changes),
            watermark=self.facts.watermark,
            content=self.content,
        )


def mirror_of(rows: Rows, facts: Facts, as_of: int, changes: tuple[Change, ...] = ()) -> Mirror:
    """Return a mirror of rows, and what is known of their source."""
    source = Source(
        name=facts.source,
        as_of=as_of,
        zone=facts.zone,
        granularity=facts.granularity,
        calendar=facts.calendar,
        missing=facts.missing or {},
        settings=tuple(Setting(*one) for one in facts.settings),
    )
    return Mirror(log=source, rows=rows, changes=changes)


def root_of(source: str) -> Path:
    """Return where the snapshots of a source lie."""
    return Path(settings.MIRROR_ROOT) / "snapshots" / sha256(source.encode()).hexdigest()[:16]


@contextmanager
def locked(source: str) -> Iterator[Path]:
    """Hold the folder of a source: one process publishes, others wait and read what it did."""
    root = root_of(source)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (root / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield root


def publish(
    root: Path,
    facts: Facts,
    pieces: Partitions,
    *,
    last: Published | None,
) -> Published:
    """Write the pieces that `last` does not have, link the others, and switch the pointer."""
    name = secrets.token_hex(8)
    with ExitStack() as undone:  # a full disk is not to fill further
        undone.callback(shutil.rmtree, root / name, ignore_errors=True)
        made = _drafted(root / name, facts, pieces, last)
        undone.pop_all()
    point(root, name)
    return made


def _drafted(draft: Path, facts: Facts, pieces: Partitions, last: Published | None) -> Published:
    """Write a folder whole: the pieces that `last` does not have, and links to the others."""
    for table in TABLES:
        (draft / table).mkdir(mode=0o700, parents=True)
    kept = {
        key for key, piece in pieces.items() if last is not None and _has_files_of(last, key, piece)
    }
    new = [(path_of(table, key), table, key) for key in pieces.keys() - kept for table in TABLES]
    is_brief = sum(pieces[key].stored.of(table).rows for _, table, key in new) <= BRIEF
    with ThreadPoolExecutor(1 if is_brief else AT_ONCE) as pool:
        said = pool.map(
            lambda one: _write(draft / one[0], one[1], one[2], pieces[one[2]].stored), new
        )
        # Those that stay are linked while others are packed.
        files = (
            _linked(draft.parent / last.name, draft, kept, last.files) if last is not None else {}
        )
        files |= {path: file for (path, *_), file in zip(new, said, strict=True)}
    words = words_in_all(pieces, kept, *((last.pieces, last.words) if last else ({}, None)))
    made = Published(draft.name, facts, pieces, files, words)
    write_left_out(draft, pieces)
    _write_manifest(draft, made)
    return made


def _has_files_of(last: Published, key: Key, piece: Partition) -> bool:
    """Say whether a piece's files are among those of a snapshot, whatever is left out of them."""
    before = last.pieces.get(key)
    return before is not None and before.stored is piece.stored


def _linked(
    before: Path, draft: Path, kept: Iterable[Key], files: Mapping[str, Mapping[str, Any]]
) -> dict[str, Mapping[str, Any]]:
    """Link the files of pieces that stay, and return what is said of them."""
    paths = [path_of(table, key) for key in kept for table in TABLES]
    for path in paths:
        os.link(f"{before}/{path}", f"{draft}/{path}")
    return {path: files[path] for path in paths}


def _write(path: Path, table: str, key: Key, stored: Stored) -> dict[str, Any]:
    content = stored.of(table).packed
    path.write_bytes(content)
    facility, period = key
    return {
        "table": table,
        "facility": facility,
        "period": period,
        "rows": stored.of(table).rows,
        "sha256": sha256(content).hexdigest(),
        "content": stored.of(table).digest,
    }


def _write_manifest(folder: Path, made: Published) -> None:
    said = vars(made.facts) | {
        "content": made.content,
        "words": made.words,
        "files": made.files,
    }
    (folder / MANIFEST).write_text(json.dumps(said, sort_keys=True))


def point(root: Path, name: str) -> None:
    """Let `current` name a snapshot, in one step."""
    link = root / f".{name}"
    link.symlink_to(name)
    os.replace(link, root / "current")


def current(root: Path) -> str | None:
    """Return the name of the current snapshot."""
    try:
        return os.readlink(root / "current")
    except FileNotFoundError:
        return None


def read(root: Path, name: str, *, known: Published | None = None) -> Published | None:
    """Return a snapshot; None where it is not whole.

    Pieces that `known` has already are not read again.
    """
    try:
        said = json.loads((root / name / MANIFEST).read_text())
        files: dict[str, dict[str, Any]] = said.pop("files")
        content, words = said.pop("content"), said.pop("words")
        keys = sorted({(file["facility"], file["period"]) for file in files.values()})
        not_counting = read_left_out(root / name)

        def piece_of(key: Key) -> Partition:
            paths = [path_of(table, key) for table in TABLES]
            left_out = not_counting.get(key, NOBODY)
            if known is not None and all(known.files.get(one) == files.get(one) for one in paths):
                before = known.pieces[key]
                is_as_it_was = np.array_equal(before.left_out, left_out)
                return before if is_as_it_was else Partition(before.stored, left_out)
            stored = Stored(*(held_in(root / name / one, files[one]) for one in paths))
            return Partition(stored, left_out)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            pieces = dict(zip(keys, pool.map(piece_of, keys), strict=True))
        found = Published(name, Facts(**said), pieces, files, words)
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        return None
    return found if found.content == content else None
