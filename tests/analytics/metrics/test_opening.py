"""A mirror is opened beside whatever else is done; who leaves early leaves nothing behind."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from threading import Event

import pytest

from analytics.metrics.marks import marks
from analytics.mirror import databases
from analytics.mirror import opened as opening
from analytics.mirror.fold import Mirror
from analytics.mirror.opened import NotWantedError, Shared, reader
from tests.analytics.metrics.test_patched import Line, N

LEAVES_AT_ONCE = """
import django
django.setup()
from analytics.metrics.marks import marks
from analytics.mirror.fold import fold
from analytics.mirror.opened import reader
from project.bench_world import world
reader(fold(world(5000)), marks()).close()
"""


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> tuple[list[Mirror], Event]:
    """Note which mirrors are loaded whole, each once it is let."""
    loaded, let, load = list[Mirror](), Event(), Shared.__init__

    def waits(self: Shared, mirror: Mirror, further: opening.Marks) -> None:
        assert let.wait(10)
        loaded.append(mirror)
        load(self, mirror, further)

    monkeypatch.setattr(Shared, "__init__", waits)
    return loaded, let


def test_a_process_may_end_while_a_mirror_is_being_opened() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LEAVES_AT_ONCE], env=os.environ, capture_output=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_nothing_is_made_of_a_mirror_that_nobody_waits_for(
    slowly: tuple[list[Mirror], Event],
) -> None:
    (loaded, let), line = slowly, Line.begun()
    let.set()
    before = line.shot.mirror
    with closing(reader(before, marks())) as asking:
        asking.of("FROM cases")
    after = line.change(1, [3, 5], 60)
    with closing(reader(after, marks())) as asking:
        asking.of("FROM cases")
    assert loaded == [before]  # the rows moved on
    late = reader(before, marks())
    late.close()
    assert late._moving is not None
    assert isinstance(late._moving.exception(10), NotWantedError)
    assert loaded == [before]
    assert before not in opening._OPEN._made


def test_a_reader_that_closes_before_anything_is_open_lets_go_of_it(
    slowly: tuple[list[Mirror], Event],
) -> None:
    (loaded, let), mirror = slowly, Line.begun().shot.mirror
    early = reader(mirror, marks())
    early.close()
    let.set()
    assert early._moving is not None
    assert isinstance(early._moving.exception(10), NotWantedError)
    assert loaded == []
    with closing(reader(mirror, marks())) as asking:
        assert asking.of("x").execute("SELECT count(*) FROM cases").fetchone() == (N,)
    assert loaded == [mirror]


def test_whoever_asks_is_told_why_a_mirror_cannot_be_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(self: Shared, mirror: Mirror, further: opening.Marks) -> None:
        raise OSError("no room")

    mirror = Line.begun().shot.mirror
    with monkeypatch.context() as patching:
        patching.setattr(Shared, "__init__", fails)
        asking = reader(mirror, marks())
        with pytest.raises(OSError, match="no room"):
            asking.of("FROM cases")
        asking.close()
    with closing(reader(mirror, marks())) as again:
        assert again.of("x").execute("SELECT count(*) FROM cases").fetchone() == (N,)


def test_rows_move_on_once_they_are_open(slowly: tuple[list[Mirror], Event]) -> None:
    (loaded, let), line = slowly, Line.begun()
    before = line.shot.mirror
    first = reader(before, marks())
    after = line.change(None, range(40), 60)
    second = reader(after, marks())
    let.set()
    for asking, rows in ((second, N - 40), (first, N)):
        with closing(asking):
            assert asking.of("x").execute("SELECT count(*) FROM cases").fetchone() == (rows,)
    assert 1 <= len(loaded) <= 2


def test_changes_that_come_faster_than_rows_move_on_are_followed_one_by_one(
    slowly: tuple[list[Mirror], Event],
) -> None:
    (loaded, let), line = slowly, Line.begun()
    let.set()
    first = line.shot.mirror
    with closing(reader(first, marks())) as asking:
        asking.of("FROM cases")
    shared = opening._OPEN.there(first)
    assert shared is not None
    with shared._filling:  # as while rows that went are tidied away
        for place in range(5):
            after = line.change(None, [place], 60)
            reader(after, marks()).close()
            _until(lambda after=after: _is_awaited(after))  # type: ignore[misc]
    last = line.change(None, [5], 60)
    with closing(reader(last, marks())) as asking:
        assert asking.of("x").execute("SELECT count(*) FROM cases").fetchone() == (N - 6,)
    assert loaded == [first]
    assert opening._OPEN.there(last) is shared


def test_rows_that_went_are_tidied_away_once_nobody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "UNTIDY", 40)
    monkeypatch.setattr(opening, "MOST_LEFT", 60)
    monkeypatch.setattr(databases, "_HOSTS", {})  # others may read in that of this process
    line = Line.begun()
    with closing(reader(line.shot.mirror, marks())) as asking:
        asking.of("FROM cases")
    shared = opening._OPEN.there(line.shot.mirror)
    assert shared is not None
    some = range(20)
    with closing(reader(line.change(1, some, 60), marks())) as reading:
        counted = reading.of("x").execute("SELECT count(*) FROM cases").fetchone()
        for turn in range(5):
            _asked(line.change(turn % 2, some, 60))
        _until(lambda: shared._moved < 40)
        assert shared.database.left("cases") >= 100  # somebody reads
        assert reading.of("x").execute("SELECT count(*) FROM cases").fetchone() == counted
    for turn in range(6):
        _asked(line.change(turn % 2, some, 60))
        _until(lambda: shared._moved < 40)
    _until(lambda: shared.database.left("cases") <= 60)
    assert opening._OPEN.there(line.shot.mirror) is shared
    _asked(line.shot.mirror)


def _asked(mirror: Mirror) -> None:
    with closing(reader(mirror, marks())) as asking:
        assert asking.of("x").execute("SELECT count(*) FROM cases").fetchone() == (N,)


def _is_awaited(mirror: Mirror) -> bool:
    maker = opening._OPEN._makers.get(mirror)
    return maker is not None and maker.locked()


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)
