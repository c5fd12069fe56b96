"""The sandboxed child: reads orders on standard input, answers on standard output.

An order is one line of JSON. The answer is one line of JSON; where it says `size`, so many bytes
follow it.
"""

from __future__ import annotations

import json
import resource
import struct
import sys
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydicom.errors import InvalidDicomError

from requests_app.imaging.disc import ERRORS as DISC_ERRORS
from requests_app.imaging.disc import list_disc
from requests_app.imaging.picture import draw
from requests_app.imaging.usability import judge

_ERRORS = (
    *(ValueError, TypeError, LookupError, AttributeError, NotImplementedError, AssertionError),
    *(InvalidDicomError, RuntimeError, MemoryError, OSError, ArithmeticError, struct.error),
)


def main(memory: int, processor_seconds: int) -> None:
    """Follow orders until the input ends, under limits of memory, of processor time per order,
    and of what may be written: nothing but the answers."""
    _limit(memory)
    sys.setrecursionlimit(1000)
    warnings.simplefilter("ignore")
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr
    for line in sys.stdin:
        _give(processor_seconds)
        said, content = follow(json.loads(line))
        answers.write(json.dumps(said).encode() + b"\n" + content)
        answers.flush()


def follow(order: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return the answer to one order, and the bytes that go with it."""
    path = Path(order["path"])
    if order["do"] == "judge":
        return asdict(judge(path, path.read_bytes())), b""
    if order["do"] == "list":
        return _listed(path), b""
    try:
        picture = draw(path, order["frame"], order["preset"])
    except _ERRORS as error:
        return {"refused": type(error).__name__}, b""
    return {"size": len(picture)}, picture


def _listed(path: Path) -> dict[str, Any]:
    try:
        return list_disc(path)
    except (*_ERRORS, *DISC_ERRORS) as error:
        return {"damaged": type(error).__name__}


def _limit(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _give(seconds: int) -> None:
    """Allow some more seconds of processor time; the kernel ends the child after them."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = int(used.ru_utime + used.ru_stime) + seconds + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (end, hard))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
