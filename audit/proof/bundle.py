"""An export of the log as one zip file: entries, leaf hashes, checkpoints, key."""

import hashlib
import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from audit.proof.exact import STRAY, has_stray_bytes, odd_parts

ENTRIES, LEAVES, CHECKPOINT = "entries.jsonl", "leaves.bin", "checkpoint.txt"
HISTORY, KEY, MANIFEST = "checkpoints.json", "key.txt", "manifest.json"
ABOUT = "README.txt"
_ALL = (ENTRIES, LEAVES, HISTORY, CHECKPOINT, KEY, MANIFEST, ABOUT)
_PARTS = frozenset(_ALL)
LARGEST = 4 * 1024**3
LARGEST_WORDS, TIGHTEST = 16 * 1024**2, 200
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    ValueError,
    EOFError,
    OverflowError,
    MemoryError,
    RuntimeError,  # an encrypted part, an unknown method, JSON nested without end
)
README = """An export of a Discless audit log.

Check it with any Python 3.11 or later and a copy of the folder `audit` of Discless:
    python3 -m audit verify bundle.zip
Pin the key that you were given on another way: --key "name+id+key".
Keep bundles: the next one must extend this one (--previous).
"""


TEXTS = frozenset(
    {
        "547c22fdeefb31bdafb32ff4a9293dc75497c6ff708e1042824b851d06b2ed0c",
        "04cc654eea26878322953b07e264ede1f62afc164761dc6b9d67fa52bd6ee660",
    }
)
"""SHA-256 of each text that Discless ever wrote there: bundles are kept for years."""


class BadBundle(ValueError):
    """A file that is not a readable bundle."""


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """What a bundle holds, unchecked."""

    bodies: list[bytes]
    leaves: list[bytes]
    note: str
    history: list[str]
    key: str
    doubts: tuple[str, ...] = ()
    """What is wrong with the parts that nobody signs, in sentences."""


def write_bundle(target: Path | BinaryIO, bundle: Bundle, *, made_at: str) -> None:
    """Write a bundle; names inside are fixed, none comes from a user."""
    manifest = {"entries": len(bundle.bodies), "made_at": made_at, "format": 1}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, json.dumps(manifest))
        with archive.open(ENTRIES, "w", force_zip64=True) as file:
            for body in bundle.bodies:
                file.write(body + b"\n")
        archive.writestr(LEAVES, b"".join(bundle.leaves))
        archive.writestr(CHECKPOINT, bundle.note)
        archive.writestr(HISTORY, json.dumps(bundle.history))
        archive.writestr(KEY, bundle.key + "\n")
        archive.writestr(ABOUT, README)


def holds_nothing_of_ours(path: Path) -> bool:
    """Say whether a file is a whole zip without a single part of a bundle: the wrong file.

    A bundle that lost parts, or is no zip any more, is damaged and not the wrong file.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return not (_PARTS - {ABOUT}).intersection(archive.namelist())
    except _UNREADABLE:
        return False


def read_bundle(path: Path) -> Bundle:
    """Read a bundle under a size cap; BadBundle says what is wrong with the file."""
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            _check_sizes(archive)
            parts = {name: archive.read(name) for name in _ALL}
            _check_parts(archive)
            history = json.loads(parts[HISTORY])
            note, key = parts[CHECKPOINT].decode(), parts[KEY].decode().strip()
            doubts = [*odd_parts(parts), *([STRAY] if has_stray_bytes(file, archive) else [])]
    except KeyError as error:
        raise BadBundle(f"the bundle lacks a part: {error.args[0]}") from error
    except BadBundle:
        raise
    except _UNREADABLE as error:
        raise BadBundle(f"the bundle cannot be read: {error}") from error
    bodies, leaves = _lines(parts[ENTRIES]), parts[LEAVES]
    doubts += _doubts(parts[MANIFEST], parts[ABOUT], len(bodies))
    return Bundle(
        bodies=bodies,
        leaves=[leaves[i : i + 32] for i in range(0, len(leaves), 32)],
        note=note,
        history=_texts(history),
        key=key,
        doubts=tuple(doubts),
    )


def _doubts(manifest: bytes, about: bytes, entries: int) -> Iterator[str]:
    """Yield what is wrong with the parts that nobody signs: they hold nothing but what we write."""
    try:
        said = json.loads(manifest)
        datetime.fromisoformat(said.pop("made_at"))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        said = None
    if said != {"entries": entries, "format": 1}:
        yield f"The part {MANIFEST!r} is not what Discless wrote for {entries} entries."
    if hashlib.sha256(about).hexdigest() not in TEXTS:
        yield f"The part {ABOUT!r} is not the text that Discless writes."


def _check_parts(archive: zipfile.ZipFile) -> None:
    """Refuse what others may read in place of what is checked: a part twice, or a foreign one."""
    names = archive.namelist()
    for name in names:
        if name not in _PARTS:
            raise BadBundle(f"the part {name[:60]!a} belongs to no bundle")
        if names.count(name) > 1:
            raise BadBundle(f"the part {name!a} is there more than once")


def _check_sizes(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if sum(part.file_size for part in parts) > LARGEST:
        raise BadBundle("the bundle is larger than 4 GiB unpacked")
    for part in parts:
        if part.filename not in (ENTRIES, LEAVES) and part.file_size > LARGEST_WORDS:
            raise BadBundle(f"the part {part.filename[:60]!a} is larger than any bundle needs")
        # Each entry holds a random id, so a real log never packs this tightly.
        if part.file_size > LARGEST_WORDS and part.file_size > TIGHTEST * part.compress_size:
            raise BadBundle(f"the part {part.filename[:60]!a} unpacks to far more than a log does")


def _lines(entries: bytes) -> list[bytes]:
    lines = entries.split(b"\n")
    return lines[:-1] if lines[-1] == b"" else lines


def _texts(history: object) -> list[str]:
    if not isinstance(history, Iterable) or isinstance(history, str | dict):
        raise BadBundle("the list of earlier checkpoints is not a list")
    return [str(note) for note in history]
