"""One instance a folder: a file lock that children inherit, held until the last has gone."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from project.embedded.places import make_private


@contextmanager
def instance_lock(var: Path, say: Callable[[str], None], *, seconds: int = 30) -> Iterator[int]:
    """Hold the lock and yield its descriptor; wait for a dying instance, then refuse."""
    make_private(var)
    with (var / "up.lock").open("a") as file:
        for turn in range(seconds * 10):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if turn == 0:
                    say("another instance uses this folder; waiting for it to stop")
                time.sleep(0.1)
        else:
            raise SystemExit("Discless runs here already. Stop it first, or set VAR elsewhere.")
        yield file.fileno()
