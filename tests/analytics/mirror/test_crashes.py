"""Refreshers that die, refreshers side by side, and writers that commit late."""

import threading
from datetime import datetime, timedelta
from multiprocessing.context import ForkServerProcess

import pytest
from django.conf import settings
from django.db import connection, transaction

from analytics.eventlog import LIVE
from analytics.mirror import published
from analytics.mirror.kept import KEPT
from analytics.mirror.partition import Partitions
from analytics.mirror.refresh import _SHOWN, forget
from analytics.models import Change
from analytics.sources import mirrored
from analytics.sources.mirrored import everything, live_snapshot, rebuild
from requests_app.models import Event
from requests_app.sla.history import Needs
from tests.analytics.mirror.refresher import STEPS, refresh
from tests.analytics.mirror.test_increments import assert_as_if_read_whole
from tests.analytics.mirror.world import HOUR, World
from tests.another_process import ended, start
from tests.requests_app.cast import make_cast

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = timedelta(seconds=1)


@pytest.fixture
def world() -> World:
    world = World(make_cast())
    live_snapshot(world.at)
    return world


def refresher(at: datetime, rounds: int = 1, dies_after: str = "") -> ForkServerProcess:
    """Start a refresher on the test's own folder."""
    words = [str(settings.MIRROR_ROOT), at.isoformat(), str(rounds), dies_after]
    return start(refresh, *words)


def change(world: World) -> None:
    """Add an event here, correct one there, delete a request, file another."""
    world.happen(0, "complete", "", HOUR)
    world.correct(2)
    world.delete(1)
    world.file_somewhere(0)


@pytest.mark.slow
def test_a_refresher_killed_between_any_two_steps_loses_nothing(world: World) -> None:
    for step in STEPS:
        change(world)
        world.at += SECOND
        child = refresher(world.at, dies_after=step)
        assert ended(child, seconds=120) == -9, step
        assert Change.objects.exists(), step
        world.at += SECOND
        assert_as_if_read_whole(world.at)
        assert not Change.objects.exists(), step
    folders = [one for one in published.root_of(LIVE).iterdir() if one.is_dir()]
    assert len([one for one in folders if not one.is_symlink()]) == KEPT


@pytest.mark.slow
def test_two_refreshers_at_once_and_a_writer_agree_in_the_end(world: World) -> None:
    both = [refresher(world.at, rounds=12) for _ in range(2)]
    while any(child.exitcode is None for child in both):
        change(world)
        world.holiday(world.made)
    assert [child.exitcode for child in both] == [0, 0]
    world.at += 20 * SECOND
    assert_as_if_read_whole(world.at)


def test_what_commits_late_is_not_skipped(world: World) -> None:
    inserted, may_commit = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with transaction.atomic():
            world.happen(0, "complete", "", HOUR)
            inserted.set()
            may_commit.wait(30)
        connection.close()

    writer = threading.Thread(target=write_slowly)
    writer.start()
    assert inserted.wait(30)
    world.happen(1, "approved", "", HOUR)  # a later number, an earlier commit
    before = live_snapshot(world.at + SECOND).mirror.steps.num_rows
    may_commit.set()
    writer.join()
    assert live_snapshot(world.at + SECOND).mirror.steps.num_rows == before + 1
    assert_as_if_read_whole(world.at + 2 * SECOND)


def test_what_is_rolled_back_leaves_no_change(world: World) -> None:
    with transaction.atomic():
        world.happen(0, "complete", "", HOUR)
        assert Change.objects.exists()
        transaction.set_rollback(True)
    assert not Change.objects.exists()


def test_an_emptied_journal_empties_the_mirror(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE requests_app_event")
    assert live_snapshot(world.at + SECOND).mirror.cases.num_rows == 0
    world.file_somewhere(1)
    assert_as_if_read_whole(world.at + 2 * SECOND)


def test_a_database_put_back_from_a_backup_is_folded_anew(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE analytics_publishedmirror SET snapshot = 'an older one'")
        cursor.execute("SET session_replication_role = replica")
        Event.objects.order_by("-pk")[:1].get().delete()
        cursor.execute("SET session_replication_role = origin")
    assert not Change.objects.exists()
    assert_as_if_read_whole(world.at + SECOND)


@pytest.mark.parametrize("harm", ["cut", "flip", "lose", "manifest"])
def test_a_damaged_snapshot_is_folded_anew(world: World, harm: str) -> None:
    root = published.root_of(LIVE)
    folder = root / str(published.current(root))
    file = next((folder / "steps").iterdir())
    content = file.read_bytes()
    file.unlink()
    if harm == "cut":
        file.write_bytes(content[: len(content) // 2])
    if harm == "flip":
        file.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
    if harm == "manifest":
        file.write_bytes(content)
        (folder / "manifest.json").write_text("{}")
    _SHOWN.clear()
    assert_as_if_read_whole(world.at + SECOND)


def test_a_rebuild_finds_what_increments_got_wrong(world: World) -> None:
    assert rebuild(world.at, only_check=True).differing == ()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Event.objects.update(reason="RV01")
        cursor.execute("SET session_replication_role = origin")
    found = rebuild(world.at, only_check=True)
    assert found.differing
    assert all(path.endswith(".parquet") for path in found.differing)
    rebuild(world.at, only_check=False)
    assert rebuild(world.at, only_check=True).differing == ()


def test_a_rebuild_that_finds_the_same_leaves_what_is_published(world: World) -> None:
    standing = published.current(published.root_of(LIVE))
    assert rebuild(world.at, only_check=False).published.name == standing
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Event.objects.update(reason="RV01")
        cursor.execute("SET session_replication_role = origin")
    found = rebuild(world.at, only_check=False)
    assert found.differing
    assert published.current(published.root_of(LIVE)) == found.published.name != standing
    assert_as_if_read_whole(world.at)


def test_a_rebuild_reads_once_where_nothing_stood(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []

    def counted(moment: datetime, *, needs: Needs | None = None) -> Partitions:
        read.append(moment)
        return everything(moment, needs=needs)

    monkeypatch.setattr(mirrored, "everything", counted)
    rebuild(world.at, only_check=False)
    assert len(read) == 1
    forget(LIVE)
    found = rebuild(world.at, only_check=False)
    assert len(read) == 2
    assert found.differing == ()
    assert_as_if_read_whole(world.at)
