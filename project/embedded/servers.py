"""The parts that may be started again: web, worker and beat, with a wait that grows."""

import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from project.embedded.processes import Child, spawn, sweep

LONGEST_WAIT = 20.0  # seconds between two starts of a part that keeps failing
MOST_FAILURES = 8  # in a row; then something is wrong that no start mends
STEADY = 60.0  # after so many seconds a part counts as well again
# Celery's hint to use another account cannot be followed where root is the only one.
_QUIET = ("-W", "ignore:You're running the worker with superuser privileges")


@dataclass(kw_only=True)
class Server:
    """One part, its command, and how often it failed lately."""

    name: str
    argv: Sequence[str]
    death_signal: signal.Signals
    before_again: Callable[[], object] | None = None
    child: Child | None = None
    failures: int = 0
    began: float = field(default=0.0)
    next_start: float | None = None

    def start(self, *, keep: Sequence[int], cwd: Path, say: Callable[[str, str], None]) -> Child:
        """Start the part."""
        self.began, self.next_start = time.monotonic(), None
        self.child = spawn(
            self.name, self.argv, death_signal=self.death_signal, keep=keep, say=say, cwd=cwd
        )
        return self.child

    def wait_needed(self, at: float) -> float | None:
        """Return the seconds until the next start where the part has just died, or None."""
        if self.child is None or self.child.process.poll() is None or self.next_start is not None:
            return None
        # What it left behind keeps the port and the lock.
        sweep(self.child)
        self.failures = 1 if at - self.began > STEADY else self.failures + 1
        wait = min(LONGEST_WAIT, float(2 ** (self.failures - 1)))
        self.next_start = at + wait
        return wait

    def is_hopeless(self) -> bool:
        """Say whether the part failed so often that starting it again is of no use."""
        return self.failures >= MOST_FAILURES

    def is_due(self, at: float) -> bool:
        """Say whether the time has come to start the part again."""
        return self.next_start is not None and at >= self.next_start


def servers(
    *, var: Path, host: str, port: int, workers: int, restore: Callable[[], object]
) -> list[Server]:
    """Return web, worker and beat.

    The web stops in order when its parent dies, taking its own workers with it. Worker and beat
    are killed: an orderly stop would wait for a broker that is gone, and every task is
    acknowledged late and may run twice. `restore` puts back what a killed worker held.
    """
    python = sys.executable
    web = [python, "-m", "granian", "--interface", "asginl", "--host", host]
    web += ["--port", str(port), "--workers", str(workers), "--no-ws", "--log-level", "warning"]
    web += ["--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "10"]
    celery = ["-m", "celery", "-q", "-A", "project.celery"]
    worker = [
        python,
        *_QUIET,
        *celery,
        "worker",
        "-c",
        "2",
        "-l",
        "warning",
        "--without-mingle",
        "--without-gossip",
    ]
    beat = [python, *celery, "beat", "-l", "warning", "-s", str(var / "beat"), "--pidfile="]
    return [
        Server(name="web", argv=[*web, "project.asgi:application"], death_signal=signal.SIGTERM),
        Server(name="worker", argv=worker, death_signal=signal.SIGKILL, before_again=restore),
        Server(name="beat", argv=beat, death_signal=signal.SIGKILL),
    ]
