"""A command whose reader went away, as in `... | head`, ends quietly; a full disk it tells."""

from __future__ import annotations

import os
import select
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EDQUOT, EFBIG, EIO, ENOSPC
from typing import Protocol

STATUS = 141
"""What a shell says of a program that the signal of a broken pipe (13) ended."""
UNWRITTEN = 74
"""EX_IOERR of sysexits.h: the answer could not be written, whatever it was."""
_FULL = frozenset({EDQUOT, EFBIG, EIO, ENOSPC})


class HasFileno(Protocol):
    """A stream of the process."""

    def fileno(self) -> int:
        """Return its number."""


@contextmanager
def quiet_when_nobody_reads() -> Iterator[None]:
    """End with a status and no traceback where standard output leads to nobody, or to no room."""
    _open_what_is_closed()
    try:
        try:
            yield
        except SystemExit:
            sys.stdout.flush()
            raise
        sys.stdout.flush()
    except BrokenPipeError:
        if not _is_left():
            raise  # another pipe broke: that is no matter of who reads
        let_go(sys.stdout)
        sys.exit(STATUS)
    except OSError as error:
        if error.errno not in _FULL or error.filename is not None or not _has_no_room():
            raise  # something else could not be written
        let_go(sys.stdout)
        with suppress(OSError):
            print(f"The answer could not be written: {error.strerror}.", file=sys.stderr)
        sys.exit(UNWRITTEN)


def let_go(stream: HasFileno) -> None:
    """Lead a stream nowhere: what it still keeps must not be tried again as the program ends."""
    with suppress(OSError, ValueError):  # it is no file, or closed
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _open_what_is_closed() -> None:
    """Lead nowhere what was closed before the program began: its status is the answer then."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115  until the program ends


def _is_left() -> bool:
    asked = select.poll()
    asked.register(sys.stdout.fileno(), 0)
    return any(event & select.POLLERR for _, event in asked.poll(0))


def _has_no_room() -> bool:
    """Say whether standard output takes nothing: what it keeps, or one line end, is refused.

    It need not keep what was refused (a long answer goes past its buffer), so only writing tells.
    A pipe or a socket is never full, and is written nothing; a file may end in an empty line where
    something else had no room.
    """
    try:
        sys.stdout.flush()
        number = sys.stdout.fileno()
        kind = os.fstat(number).st_mode
        if stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind):
            return False
        os.write(number, b"\n")
    except OSError:
        return True
    return False
