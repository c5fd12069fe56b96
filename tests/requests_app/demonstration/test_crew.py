"""The processes that write the made-up year end with the one that started them."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PARENT = r"""
import fcntl, os, signal, sys, time
# Whatever starts the tests in the background may have ignored it.
signal.signal(signal.SIGINT, signal.default_int_handler)
from functools import partial
from requests_app.demonstration.crew import work_side_by_side
lock = open(sys.argv[1], "a")
fcntl.flock(lock, fcntl.LOCK_EX)
def wait(seconds):
    os.write(1, b"at work\n")  # in one piece, so that two at once do not mix
    time.sleep(seconds)
    return 1
list(work_side_by_side([partial(wait, 60), partial(wait, 60)], workers=2))
"""


def is_free(path: Path) -> bool:
    """Say whether nobody holds the lock."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_a_killed_writer_leaves_no_process_that_holds_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / "up.lock"
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(lock)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
        start_new_session=True,
    ) as parent:
        assert parent.stdout is not None
        assert [parent.stdout.readline() for _ in range(2)] == ["at work\n"] * 2
        assert not is_free(lock)
        parent.send_signal(signal.SIGKILL)
        parent.wait(5)
        for _ in range(50):
            if is_free(lock):
                break
            time.sleep(0.1)
        assert is_free(lock)
        assert parent.stdout.read() == ""  # ends only when no child holds the pipe


def test_an_interrupted_writer_does_not_wait_for_its_processes(tmp_path: Path) -> None:
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "up.lock")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parents[3],
        start_new_session=True,
    ) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        parent.stdout.readline()
        os.kill(parent.pid, signal.SIGINT)
        parent.wait(20)
    assert time.monotonic() - began < 30
