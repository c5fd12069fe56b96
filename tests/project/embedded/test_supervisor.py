"""The supervisor, run for real in a folder of its own: what is killed comes back, nothing stays."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from project.embedded.lock import instance_lock

BASE = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.slow


@dataclass
class House:
    """One running supervisor."""

    var: Path
    port: int
    process: "subprocess.Popen[str] | None" = None

    def start(self, *options: str) -> float:
        """Start it and return the seconds until it answers; its words go to a file."""
        hidden = ("DATABASE_URL", "BROKER_URL", "DJANGO_SETTINGS_MODULE")
        env = {name: word for name, word in os.environ.items() if name not in hidden}
        began = time.monotonic()
        with (self.var.parent / "said").open("a") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "default", "manage.py", "up", *options],
                cwd=BASE,
                env=env | {"VAR": str(self.var), "PORT": str(self.port)},
                stdout=said,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        wait_for(lambda: "READY" in self.said() and self.answers(), seconds=120)
        return time.monotonic() - began

    def said(self) -> str:
        """Return what it printed since its last start."""
        path = self.var.parent / "said"
        return path.read_text().rpartition("stopped\n")[2] if path.exists() else ""

    def answers(self) -> bool:
        """Say whether the web answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=2) as page:
                return page.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def pids(self, *words: str) -> set[int]:
        """Return the processes of this house whose command holds the words."""
        found = set()
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                place = (entry / "environ").read_bytes()
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            is_ours = f"VAR={self.var}\0".encode() in place or str(self.var) in command
            if state != "Z" and is_ours and all(word in command for word in words):
                found.add(int(entry.name))
        return found

    def main(self, *words: str) -> int:
        """Return the process with these words that the supervisor itself started."""
        assert self.process is not None
        mine = str(self.process.pid)
        stat = {pid: Path(f"/proc/{pid}/stat").read_text() for pid in self.pids(*words)}
        found = [pid for pid, text in stat.items() if text.rpartition(")")[2].split()[1] == mine]
        assert len(found) == 1, (words, found, self.said())
        return found[0]

    def has_other(self, words: tuple[str, ...], old: int) -> bool:
        """Say whether another process of the supervisor's own has taken the place of this."""
        assert self.process is not None
        for pid in self.pids(*words) - {old}:
            with suppress(OSError):
                stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                if int(stat[1]) == self.process.pid:
                    return True
        return False


def wait_for(fact: Callable[[], bool], *, seconds: float) -> None:
    """Wait until a fact holds."""
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def standing(var: Path) -> Iterator[House]:
    """A running house; whatever is left of it in the end is killed."""
    found = House(var=var, port=free_port())
    try:
        found.start()
        yield found
    finally:
        for pid in found.pids():
            os.kill(pid, signal.SIGKILL)
        if found.process is not None:
            found.process.wait(30)


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one house: set up by whoever starts it first."""
    return tmp_path_factory.mktemp("house") / "var"


@pytest.fixture
def house(var: Path) -> Iterator[House]:
    """A house that runs."""
    with standing(var) as found:
        yield found


def test_what_is_killed_comes_back_and_ctrl_c_stops_in_order(house: House) -> None:
    assert house.process is not None
    supervisor = house.process.pid
    granian = house.main("granian")
    workers = house.pids("granian") - {granian} or house.pids("multiprocessing")
    os.kill(max(workers), signal.SIGKILL)
    time.sleep(1)
    wait_for(house.answers, seconds=20)
    assert house.main("granian") == granian
    for words in (("celery", "mingle"), ("celery", "beat"), ("granian",)):
        old = house.main(*words)
        os.kill(old, signal.SIGKILL)
        wait_for(lambda w=words, o=old: house.has_other(w, o), seconds=20)
        wait_for(house.answers, seconds=20)
        assert house.main(*words) != old
    assert house.process.pid == supervisor and house.process.poll() is None
    house.process.send_signal(signal.SIGINT)
    assert house.process.wait(40) == 0
    assert house.pids() == set()


def test_a_killed_supervisor_leaves_nothing_the_next_start_is_quiet_and_a_lost_store_stops_all(
    house: House,
) -> None:
    assert house.process is not None
    os.kill(house.process.pid, signal.SIGKILL)
    house.process.wait()
    with instance_lock(house.var, lambda _: None, seconds=20):
        assert house.pids("celery") == set()
    (house.var.parent / "said").unlink()
    assert house.start() < 60  # promised are 15 s on a quiet machine; here others work too
    said = house.said()
    for noise in ("superuser", "No directory at", "Traceback", "[queues]", "celery@"):
        assert noise not in said, said
    os.kill(house.main("postgres", "-D"), signal.SIGKILL)
    assert house.process.wait(60) == 1
    assert house.pids() == set()
    said = (house.var.parent / "said").read_text()
    assert "stopping all" in said
    assert "Nothing stored is lost: start it again." in said
