"""A witness outside the database: it keeps every state it saw and refuses a shorter or other log.

It sees a cut tail, which no trigger inside the database can prove. Keep its file on another
machine, or mail it, for a witness that the database's owner cannot reach.
"""

from __future__ import annotations

import fcntl
import json
import os
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings

from audit.models import SignedState

if TYPE_CHECKING:
    from pathlib import Path

Seen = tuple[int, str]
TAIL = 64 * 1024  # bytes, many times the length of a line


class WitnessRefused(RuntimeError):
    """The log shrank or forked since the witness last saw it."""


def witness_path() -> Path:
    """Return the witness's file: beside the key that signs."""
    path: Path = settings.AUDIT_KEY_PATH.with_name("witness.jsonl")
    return path


def all_seen() -> list[Seen]:
    """Return size and root of every state that the witness accepted, in order.

    A last line without its end was cut off while it was written: it was never accepted.
    """
    path = witness_path()
    whole = path.read_bytes().rpartition(b"\n")[0] if path.exists() else b""
    return [_seen(line) for line in whole.split(b"\n") if line]


def last_seen() -> Seen | None:
    """Return size and root of the last state that the witness accepted."""
    path = witness_path()
    if not path.exists():
        return None
    with path.open("rb") as file:
        return _last_of(file)


def _last_of(file: BinaryIO) -> Seen | None:
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - TAIL))
    lines = file.read().split(b"\n")[:-1]
    return _seen(lines[-1]) if lines else None


def _seen(line: bytes) -> Seen:
    try:
        said = json.loads(line)
        return int(said["size"]), str(said["root"])
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise WitnessRefused(f"the witness's file {witness_path()} was altered") from error


def show_to_witness(state: SignedState) -> None:
    """Append the state; raise WitnessRefused where it cannot follow what was seen."""
    path = witness_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        seen, root = _last_of(file), bytes(state.root).hex()
        if seen is not None and state.size <= seen[0]:
            _check_known(seen, state.size, root)
            return
        _cut_unfinished(file)
        line = json.dumps({"size": state.size, "root": root, "note": state.note}) + "\n"
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())


def _cut_unfinished(file: BinaryIO) -> None:
    """Remove what a crash left behind the last whole line."""
    end = file.seek(0, os.SEEK_END)
    start = file.seek(max(0, end - TAIL))
    whole = file.read().rpartition(b"\n")
    file.truncate(start + len(whole[0]) + len(whole[1]))


def _check_known(seen: Seen, size: int, root: str) -> None:
    """Let a state pass that is no news: of two that were signed at once the later came first."""
    if size == seen[0]:
        if root != seen[1]:
            raise WitnessRefused(f"the log of {size} entries has another root now")
        return
    later = SignedState.objects.filter(size=seen[0]).first()
    if later is None or bytes(later.root).hex() != seen[1]:
        raise WitnessRefused(f"the log had {seen[0]} entries, now it has {size}")
