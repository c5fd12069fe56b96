"""A command of which nobody reads the rest ends quietly; another broken pipe is an error still."""

import os
import subprocess
import sys
from errno import ENOSPC
from pathlib import Path
from typing import TextIO

import pytest

from audit.pipe import STATUS, UNWRITTEN, quiet_when_nobody_reads

ROOT = Path(__file__).resolve().parents[2]


def broken_pipe() -> TextIO:
    read, write = os.pipe()
    os.close(read)
    return os.fdopen(write, "w")


def run(
    does: str, *, before: str = "pass", into: TextIO | None = None, **words: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a program whose standard output nobody reads."""
    code = f"import sys; from audit.pipe import quiet_when_nobody_reads as quiet; {before}\n"
    with into or broken_pipe() as out:
        return subprocess.run(
            [sys.executable, "-S", "-c", f"{code}with quiet(): {does}"],
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.PIPE,
            env={key: word for key, word in os.environ.items() if key != "PYTHONUNBUFFERED"}
            | words,
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
    done = run("print('one line'); sys.exit(3)", before="sys.stdout = None")
    assert (done.returncode, done.stderr) == (3, b"")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("then", ["", "; sys.exit(1)"])
def test_an_answer_without_room_is_never_the_status_of_findings(then: str, unbuffered: str) -> None:
    full = Path("/dev/full").open("w")  # noqa: SIM115
    done = run(f"print('one line'){then}", into=full, PYTHONUNBUFFERED=unbuffered)
    said = b"The answer could not be written: No space left on device.\n"
    assert (done.returncode, done.stderr) == (UNWRITTEN, said)


def test_a_full_disk_elsewhere_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match="elsewhere"), quiet_when_nobody_reads():
        raise OSError(ENOSPC, "elsewhere", "/a/file")
    assert capfd.readouterr().out == "", "a good answer stays as it is"
    read, write = os.pipe()
    done = run(
        f"print('one line'); raise OSError({ENOSPC}, 'elsewhere')", into=os.fdopen(write, "w")
    )
    assert b"elsewhere" in done.stderr
    assert os.read(read, 99) == b"one line\n"
    os.close(read)


def test_a_long_answer_without_room_is_told_though_nothing_of_it_is_kept() -> None:
    full = Path("/dev/full").open("w")  # noqa: SIM115
    assert run("print('x' * 99_999)", into=full).returncode == UNWRITTEN


@pytest.mark.parametrize("then", ["", "; sys.exit(1)"])
def test_words_that_nobody_reads_end_a_program_without_a_traceback(then: str) -> None:
    done = run(f"print('one line'){then}")
    assert (done.returncode, done.stderr) == (STATUS, b"")
