"""A command of which nobody reads the rest ends quietly; another broken pipe is an error still."""

import os
import subprocess
import sys
from pathlib import Path
from typing import TextIO

import pytest

from audit.pipe import STATUS, quiet_when_nobody_reads

ROOT = Path(__file__).resolve().parents[2]


def broken_pipe() -> TextIO:
    read, write = os.pipe()
    os.close(read)
    return os.fdopen(write, "w")


def run(does: str, *, before: str = "pass") -> subprocess.CompletedProcess[bytes]:
    """Run a program whose standard output nobody reads."""
    code = f"import sys; from audit.pipe import quiet_when_nobody_reads as quiet; {before}\n"
    with broken_pipe() as out:
        return subprocess.run(
            [sys.executable, "-S", "-c", f"{code}with quiet(): {does}"],
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.PIPE,
            env={key: word for key, word in os.environ.items() if key != "PYTHONUNBUFFERED"},
            check=False,
        )


def test_a_pipe_that_broke_elsewhere_is_told() -> None:
    with pytest.raises(BrokenPipeError), quiet_when_nobody_reads():
        raise BrokenPipeError


def test_an_error_is_told_also_where_nobody_reads() -> None:
    done = run("print('one line'); raise LookupError('told')")
    assert done.returncode not in (0, STATUS)
    assert b"LookupError: told" in done.stderr


def test_a_program_without_a_standard_output_keeps_its_status() -> None:
    done = run("sys.exit(3)", before="sys.stdout = None")
    assert (done.returncode, done.stderr) == (3, b"")


@pytest.mark.parametrize("then", ["", "; sys.exit(1)"])
def test_words_that_nobody_reads_end_a_program_without_a_traceback(then: str) -> None:
    done = run(f"print('one line'){then}")
    assert (done.returncode, done.stderr) == (STATUS, b"")
