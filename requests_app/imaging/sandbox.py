"""Read hostile files in a child process under limits; the parent sees verdicts and JPEGs only."""

from __future__ import annotations

import atexit
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

from requests_app.failure_codes import FailureCode
from requests_app.imaging.deadline import SENTENCE, Deadline
from requests_app.imaging.findings import FileVerdict, Finding, failure
from requests_app.imaging.forked import NURSERY, is_ready
from requests_app.vocabulary import Severity, Usability

MEMORY = 3 * 1024**3  # bytes of address space
PROCESSOR_SECONDS = 20  # for one order
SECONDS = 20.0  # of wall time for one file
LARGEST_ANSWER = 64 * 1024**2  # bytes; the child may be lying

Answer = tuple[dict[str, Any], bytes]


class Inspector:
    """Judges files one after the other in one child, replaced when a file kills it."""

    def __init__(
        self,
        *,
        memory: int = MEMORY,
        seconds: float = SECONDS,
        deadline: Deadline | None = None,
    ) -> None:
        self.memory, self.seconds = memory, seconds
        self.deadline = deadline or Deadline()
        self.child: Child | None = None

    def __enter__(self) -> Inspector:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def judge(self, path: Path) -> FileVerdict:
        """Return the verdict on a file; one that kills the child is not usable."""
        if not self.deadline.left():
            return _refused(path, SENTENCE)
        answer = self.ask("judge", path)
        try:
            return _verdict(answer, path) if answer is not None else _killed(path)
        except (ValueError, TypeError, LookupError, AttributeError):
            self._end()  # whatever speaks there is no longer the child that we started
            return _killed(path)

    def ask(self, what: str, path: Path) -> dict[str, Any] | None:
        """Return the child's answer about a file, or None where the file killed it."""
        self.child = self.child or Child(self.memory)
        order = {"do": what, "path": str(path.absolute())}
        answer = self.child.ask(order, min(self.seconds, self.deadline.left()))
        if answer is None:
            self._end()
            return None
        return answer[0]

    def _end(self) -> None:
        if self.child is not None:
            self.child.end()
            self.child = None


def _killed(path: Path) -> FileVerdict:
    return _refused(path, "The file takes more time or memory to read than any image should.")


def _refused(path: Path, sentence: str) -> FileVerdict:
    found = (failure("U2", FailureCode.US03, sentence),)
    return FileVerdict(path=str(path), verdict=Usability.NOT_USABLE, findings=found)


class Child:
    """One running child; it serves many files, so that each is not a process of its own.

    It ends by itself when its input ends, so that it never outlives us, however we die.
    """

    def __init__(self, memory: int = MEMORY) -> None:
        self.forked = NURSERY.fork(memory, PROCESSOR_SECONDS)
        self.waiting = b""

    def ask(self, order: dict[str, Any], seconds: float) -> Answer | None:
        """Return what it says, and the bytes that go with it; None if it died or was too slow."""
        end = time.monotonic() + seconds
        try:
            self.forked.line.sendall(json.dumps(order).encode() + b"\n")
        except OSError:
            return None
        while b"\n" not in self.waiting:
            if len(self.waiting) > LARGEST_ANSWER or not self._more(end):
                return None
        line, self.waiting = self.waiting.split(b"\n", 1)
        try:
            said = json.loads(line)
            size = int(said.get("size", 0))
        except (ValueError, TypeError, AttributeError):
            return None  # whatever speaks there is no longer the child that we started
        while len(self.waiting) < size:
            if size > LARGEST_ANSWER or not self._more(end):
                return None
        content, self.waiting = self.waiting[:size], self.waiting[size:]
        return said, content

    def _more(self, end: float) -> bool:
        """Read some more; False where nothing came in time."""
        line = self.forked.line
        try:
            ready = is_ready(line.fileno(), max(0.0, end - time.monotonic()))
            chunk = line.recv(1 << 20) if ready else b""
        except ConnectionResetError:
            return False
        self.waiting += chunk
        return bool(chunk)

    def end(self) -> None:
        """Stop the child at once."""
        try:
            self.forked.kill()
        finally:
            self.forked.let_go()


class WarmChild:
    """One child kept for a whole process, for any thread; replaced when a file kills it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.child: Child | None = None
        self.owner = 0

    def ask(self, order: dict[str, Any], seconds: float) -> Answer | None:
        """Return the child's answer, or None where the file killed it or took too long."""
        with self.lock:
            child = self._running()
            answer = child.ask(order, seconds)
            if answer is None:
                child.end()
                self.child = None
            return answer

    def start(self) -> None:
        """Start the child if there is none, without waiting for it."""
        with self.lock:
            self._running()

    def end(self) -> None:
        """Stop the child."""
        with self.lock:
            if self.child is not None and self.owner == os.getpid():
                self.child.end()
            self.child = None

    def _running(self) -> Child:
        if self.child is not None and self.owner != os.getpid():
            self.child.forked.let_go()  # we are a fork: the child answers our parent only
            self.child = None
        if self.child is not None and self.child.forked.is_over():
            self.child.end()
            self.child = None
        if self.child is None:
            self.child, self.owner = Child(), os.getpid()
        return self.child

    def after_fork(self) -> None:
        """Forget a lock that another thread of our parent may have held."""
        self.lock = threading.Lock()


WARM = WarmChild()
"""The process's own."""
atexit.register(WARM.end)
os.register_at_fork(after_in_child=WARM.after_fork)


def _verdict(answer: dict[str, object], path: Path) -> FileVerdict:
    raw = answer["findings"]
    findings = tuple(
        Finding(
            check=one["check"],
            severity=Severity(one["severity"]),
            sentence=one["sentence"],
            code=FailureCode(one["code"]) if one["code"] else None,
            evidence=one["evidence"],
        )
        for one in (raw if isinstance(raw, list) else [])
    )
    facts = answer["facts"]
    return FileVerdict(
        path=str(path),
        verdict=Usability(str(answer["verdict"])),
        findings=findings,
        facts=facts if isinstance(facts, dict) else {},
    )
