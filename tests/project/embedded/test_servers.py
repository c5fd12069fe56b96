"""A part that died is started again, after a wait that grows, and not for ever."""

import signal
import sys
import time
from pathlib import Path

import pytest

from project.embedded.servers import LONGEST_WAIT, MOST_FAILURES, STEADY, Server, servers


@pytest.fixture
def broken(tmp_path: Path) -> Server:
    """A part that ends at once."""
    argv = [sys.executable, "-S", "-c", "raise SystemExit(3)"]
    return Server(name="broken", argv=argv, death_signal=signal.SIGKILL)


def fail(server: Server, *, after: float = 0) -> float | None:
    """Start the part, let it end, and return the wait until its next start."""
    child = server.start(keep=(), cwd=Path.cwd(), say=lambda *_: None)
    child.process.wait(20)
    return server.wait_needed(server.began + after)


def test_each_failure_in_a_row_makes_the_wait_longer_up_to_a_bound(broken: Server) -> None:
    waits = [fail(broken) for _ in range(MOST_FAILURES)]
    assert waits == [1, 2, 4, 8, 16, *[LONGEST_WAIT] * (MOST_FAILURES - 5)]


def test_a_part_that_keeps_failing_is_given_up(broken: Server) -> None:
    for _ in range(MOST_FAILURES - 1):
        fail(broken)
        assert not broken.is_hopeless()
    fail(broken)
    assert broken.is_hopeless()


def test_a_part_that_ran_well_for_a_while_counts_as_well_again(broken: Server) -> None:
    for _ in range(3):
        fail(broken)
    assert fail(broken, after=STEADY + 1) == 1


def test_the_wait_is_told_once_and_then_the_part_is_due(broken: Server) -> None:
    wait = fail(broken)
    assert wait == 1
    at = time.monotonic()
    assert broken.wait_needed(at) is None
    assert not broken.is_due(broken.began)
    assert broken.is_due(at + wait)


def test_only_the_worker_has_something_put_back_before_it_starts_again(tmp_path: Path) -> None:
    plan = servers(var=tmp_path, host="127.0.0.1", port=1, workers=2, restore=list)
    assert [server.name for server in plan if server.before_again] == ["worker"]
