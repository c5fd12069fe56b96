"""Ask this process's nursery for children: a fork takes a millisecond, a fresh start half a second."""

from __future__ import annotations

import atexit
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 60.0


def is_ready(descriptor: int, seconds: float) -> bool:
    """Wait until something can be read there; False where nothing comes in time."""
    waiting = select.poll()  # of any descriptor: `select` knows the first 1024 only
    waiting.register(descriptor, select.POLLIN)
    return bool(waiting.poll(1000 * seconds))


@dataclass(frozen=True)
class Forked:
    """A child: the line to it, its number, and what the kernel knows it by when that is another's."""

    line: socket.socket
    pid: int
    pidfd: int

    def is_over(self, seconds: float = 0.0) -> bool:
        """Say whether it has ended, waiting for that so long."""
        return is_ready(self.pidfd, seconds)

    def kill(self) -> None:
        """Stop it at once."""
        if not self.is_over():
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            self.is_over(START_SECONDS)

    def let_go(self) -> None:
        """Close the line, by which it ends when it has answered."""
        self.line.close()
        os.close(self.pidfd)


class Nursery:
    """The one of this process, for any thread; started when first needed, and again if it died."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self.door: socket.socket | None = None
        self.owner = 0

    def fork(self, memory: int, seconds: int) -> Forked:
        """Return a child with limits of address space (bytes) and processor time for an order.

        OSError where none can be started.
        """
        with self.lock:
            try:
                return self._forked(memory, seconds)
            except OSError:  # it was killed, and another takes its place
                return self._forked(memory, seconds)

    def end(self) -> None:
        """Stop it."""
        with self.lock:
            self._end()

    def after_fork(self) -> None:
        """Forget a lock that another thread of our parent may have held."""
        self.lock = threading.Lock()

    def _forked(self, memory: int, seconds: int) -> Forked:
        door = self._open_door()
        ours, theirs = socket.socketpair()
        found = None
        try:
            with theirs:
                socket.send_fds(door, [f"{memory} {seconds}".encode()], [theirs.fileno()])
                if not (said := door.recv(64)):
                    raise ConnectionError("the nursery ended")
                found = Forked(ours, int(said), os.pidfd_open(int(said)))
        finally:
            if found is None:  # nor may the next one hear the answer to this order
                ours.close()
                self._end()
        return found

    def _open_door(self) -> socket.socket:
        if self.door is not None and self.owner != os.getpid():
            self._forget()  # we are a fork: it answers our parent only
        if self.door is None:
            self._start()
        assert self.door is not None
        return self.door

    def _start(self) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        ours.settimeout(START_SECONDS)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "requests_app.imaging.nursery"],
                cwd=ROOT,
                env={**kept, "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"},
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self.door, self.owner = ours, os.getpid()

    def _end(self) -> None:
        if self.process is not None and self.owner == os.getpid():
            self.process.kill()
            self.process.wait()
        self._forget()

    def _forget(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.returncode = 0  # not ours to wait for
        if self.door is not None:
            self.door.close()
        self.door = self.process = None


NURSERY = Nursery()
"""The process's own."""
atexit.register(NURSERY.end)
os.register_at_fork(after_in_child=NURSERY.after_fork)
