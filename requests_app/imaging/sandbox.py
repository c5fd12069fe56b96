"""Parse hostile files in a child process under limits; the parent sees verdicts only."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from requests_app.failure_codes import FailureCode
from requests_app.imaging.findings import FileVerdict, Finding, failure
from requests_app.vocabulary import Severity, Usability

MEMORY = 3 * 1024**3  # bytes of address space
SECONDS = 20.0  # of wall time for one file
ROOT = Path(__file__).resolve().parent.parent.parent


def inspect_in_child(
    paths: Iterable[Path], *, memory: int = MEMORY, seconds: float = SECONDS
) -> Iterator[FileVerdict]:
    """Yield a verdict for each file, in order; a file that kills the child is not usable."""
    child: _Child | None = None
    try:
        for path in paths:
            child = child or _Child(memory)
            answer = child.ask(path, seconds)
            if answer is None:
                child.end()
                child = None
                answer = _killed(path)
            yield answer
    finally:
        if child is not None:
            child.end()


def _killed(path: Path) -> FileVerdict:
    sentence = "The file takes more time or memory to read than any image should."
    found = (failure("U2", FailureCode.US03, sentence),)
    return FileVerdict(path=str(path), verdict=Usability.NOT_USABLE, findings=found)


class _Child:
    """One running child; it serves many files, since starting costs more than judging."""

    def __init__(self, memory: int) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "requests_app.imaging.child", str(memory)],
            cwd=ROOT,
            env={**kept, "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.waiting = b""

    def ask(self, path: Path, seconds: float) -> FileVerdict | None:
        """Return the verdict, or None if the child died or was too slow."""
        stdin, stdout = self.process.stdin, self.process.stdout
        if stdin is None or stdout is None:
            return None
        try:
            stdin.write(json.dumps(str(path.absolute())).encode() + b"\n")
            stdin.flush()
        except BrokenPipeError:
            return None
        while b"\n" not in self.waiting:
            ready, _, _ = select.select([stdout], [], [], seconds)
            chunk = os.read(stdout.fileno(), 1 << 16) if ready else b""
            if not chunk:
                return None
            self.waiting += chunk
        line, self.waiting = self.waiting.split(b"\n", 1)
        return _verdict(json.loads(line), path)

    def end(self) -> None:
        """Stop the child at once."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue


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
