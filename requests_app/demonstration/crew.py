"""Processes that write side by side, and end with the one that started them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import TypeVar

_PR_SET_PDEATHSIG = 1
_LOCK = "up.lock"
Result = TypeVar("Result")


def work_side_by_side(jobs: Sequence[Callable[[], Result]], *, workers: int) -> Iterator[Result]:
    """Run jobs in forked processes, first come first served; yield what each returns as it ends.

    Stopped half way, it kills the processes: each job is one transaction and leaves nothing.
    """
    context = get_context("fork")
    with ProcessPoolExecutor(
        max_workers=workers, mp_context=context, initializer=_settle, initargs=(os.getpid(),)
    ) as pool:
        waiting = [pool.submit(job) for job in jobs]
        try:
            for done in as_completed(waiting):
                yield done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in active_children():
                child.kill()
            raise


def _settle(parent: int) -> None:
    """Die with the parent, take signals as usual, and let go of the lock of the instance.

    A fork inherits the descriptor of the lock, and would hold it after its parent's death.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    with contextlib.suppress(AttributeError):  # only Linux has death signals
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    for held in _held_locks():
        os.close(held)


def _held_locks() -> list[int]:
    found = []
    for entry in Path("/proc/self/fd").iterdir() if Path("/proc/self/fd").is_dir() else ():
        with contextlib.suppress(OSError):  # the folder's own descriptor is closed by now
            if Path(os.readlink(entry)).name == _LOCK:
                found.append(int(entry.name))
    return found
