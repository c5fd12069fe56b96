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


def test_a_pipe_that_broke_elsewhere_is_told() -> None:
    with pytest.raises(BrokenPipeError), quiet_when_nobody_reads():
        raise BrokenPipeError


@pytest.mark.parametrize("then", ["", "; sys.exit(1)"])
def test_words_that_nobody_reads_end_a_program_without_a_traceback(then: str) -> None:
    code = "import sys; from audit.pipe import quiet_when_nobody_reads as quiet\n"
    code += f"with quiet(): print('one line'){then}"
    with broken_pipe() as out:
        done = subprocess.run(
            [sys.executable, "-S", "-c", code],
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (STATUS, b"")
