"""A witness outside the database: it keeps every state it saw and refuses a shorter or other log.

It sees a cut tail, which no trigger inside the database can prove. Keep its file on another
machine, or mail it, for a witness that the database's owner cannot reach.
"""

from __future__ import annotations

import fcntl
import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from audit.models import SignedState


class WitnessRefused(RuntimeError):
    """The log shrank or forked since the witness last saw it."""


def last_seen(path: Path) -> tuple[int, str] | None:
    """Return size and root of the last state that the witness accepted."""
    if not path.exists():
        return None
    lines = path.read_text().splitlines()
    if not lines:
        return None
    last = json.loads(lines[-1])
    return int(last["size"]), str(last["root"])


def show_to_witness(path: Path, state: SignedState) -> None:
    """Append the state; raise WitnessRefused where it cannot follow what was seen."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        seen = last_seen(path)
        root = bytes(state.root).hex()
        if seen is not None and state.size < seen[0]:
            raise WitnessRefused(f"the log had {seen[0]} entries, now it has {state.size}")
        if seen is not None and state.size == seen[0]:
            if root != seen[1]:
                raise WitnessRefused(f"the log of {state.size} entries has another root now")
            return
        file.write(json.dumps({"size": state.size, "root": root, "note": state.note}) + "\n")
        file.flush()
        os.fsync(file.fileno())
