"""A command whose reader went away, as in `... | head`, ends quietly."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

STATUS = 141
"""What a shell says of a program that the signal of a broken pipe (13) ended."""


@contextmanager
def quiet_when_nobody_reads() -> Iterator[None]:
    """End with a status and no traceback where standard output leads to nobody any more."""
    try:
        try:
            yield
        except SystemExit:
            _flush()
            raise
        _flush()
    except BrokenPipeError:
        if not _is_left():
            raise  # another pipe broke: that is no matter of who reads
        # What is still kept to be written must not be tried again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(STATUS)


def _flush() -> None:
    if sys.stdout is not None:  # it was closed before the program began
        sys.stdout.flush()


def _is_left() -> bool:
    if sys.stdout is None:
        return False
    asked = select.poll()
    asked.register(sys.stdout.fileno(), 0)
    return any(event & select.POLLERR for _, event in asked.poll(0))
