"""Children come from a nursery: at once, apart from each other, and never longer than we live."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import Mock

import psutil
import pytest

from requests_app.imaging.forked import ROOT, Forked, Nursery

MEMORY = 3 * 1024**3


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    found = Nursery()
    yield found
    found.end()


def asked(child: Forked) -> None:
    """Have it judge something."""
    child.line.sendall(b'{"do": "judge", "path": "/dev/null"}\n')
    assert child.line.recv(1 << 16).startswith(b"{")


def test_a_second_child_comes_at_once_and_knows_its_own_line_only(nursery: Nursery) -> None:
    began = time.perf_counter()
    first = nursery.fork(MEMORY, 20)
    started = time.perf_counter()
    second = nursery.fork(MEMORY, 20)
    assert time.perf_counter() - started < (started - began) / 2  # usually a hundredth
    asked(second)  # by now it has become a child
    opened = [os.readlink(one) for one in Path(f"/proc/{second.pid}/fd").iterdir()]
    assert len({one for one in opened if one.startswith("socket:")}) == 1
    for child in (first, second):
        child.kill()
        child.let_go()


def test_children_have_the_limits_they_were_told(nursery: Nursery) -> None:
    child = nursery.fork(1 << 30, 20)
    asked(child)
    limits = Path(f"/proc/{child.pid}/limits").read_text()
    assert f"Max address space         {1 << 30}" in limits
    assert "Max file size             0" in limits
    child.kill()
    child.let_go()


def test_a_killed_nursery_is_replaced_and_its_children_go_on(nursery: Nursery) -> None:
    child = nursery.fork(MEMORY, 20)
    assert nursery.process is not None
    nursery.process.send_signal(signal.SIGKILL)
    nursery.process.wait()
    other = nursery.fork(MEMORY, 20)
    asked(child)
    for one in (child, other):
        one.kill()
        one.let_go()


def test_nothing_outlives_a_process_that_is_killed() -> None:
    said = (
        "import time\n"
        "from requests_app.imaging.forked import NURSERY\n"
        f"child = NURSERY.fork({MEMORY}, 20)\n"
        "print(NURSERY.process.pid, child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", said], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 2
        watched = [psutil.Process(pid) for pid in pids]
        parent.kill()
    _, alive = psutil.wait_procs(watched, timeout=20)
    assert alive == []


def test_a_child_is_killed_however_many_files_are_open(nursery: Nursery, tmp_path: Path) -> None:
    with ExitStack() as many:
        for number in range(1100):
            many.enter_context((tmp_path / str(number)).open("w"))
        child = nursery.fork(MEMORY, 20)
        assert child.pidfd > 1024
        child.kill()
        assert child.is_over()
        child.let_go()


def test_an_answer_that_nobody_waited_for_is_not_taken_for_the_next(
    nursery: Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    nursery.fork(MEMORY, 20).let_go()
    with monkeypatch.context() as hurried:
        hurried.setattr(os, "pidfd_open", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            nursery.fork(MEMORY, 20)
    child = nursery.fork(MEMORY, 20)
    asked(child)
    child.kill()
    assert child.line.recv(1) == b""  # it was this child that the number named
    child.let_go()
