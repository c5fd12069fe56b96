"""Large files are imported by the worker: watched, cancelled, resumed, never half there."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from analytics.external_logs import runs
from analytics.external_logs.store import folder_of
from analytics.models import ImportRun, UploadedLog
from analytics.sources.opening import names_of_logs
from analytics.tasks import run_imports, sweep_logs
from audit.models import AuditEntry
from requests_app.vocabulary import Role
from tests.analytics.imports.importer import STEPS, work
from tests.another_process import ended, start
from tests.requests_app.cast import person

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LOG = b"Req #,Date Rcvd,Date Out,Method,Pt Name\n" + b"".join(
    b"%d,1/13/25,1/20/25,CD,Canary %d\n" % (number, number) for number in range(30_000)
)


def started(client: Client, content: bytes = LOG) -> ImportRun:
    """Send a large file and confirm it."""
    sent = client.post("/logs/new/", {"log": SimpleUploadedFile("large.csv", content)})
    answer = client.post(sent["Location"], {"confirm": "yes"})
    run = ImportRun.objects.latest("pk")
    assert answer["Location"] == f"/logs/runs/{run.pk}/"
    return run


def verbs() -> list[str]:
    found = AuditEntry.objects.filter(verb__startswith="log.import").order_by("verb")
    return list(found.values_list("verb", flat=True))


def rows_of(log: UploadedLog) -> bytes:
    return (folder_of(log) / "requests.parquet").read_bytes()


@pytest.mark.django_db
def test_a_large_file_is_handed_to_the_worker_and_watched(analyst: Client) -> None:
    run = started(analyst)
    assert not UploadedLog.objects.exists()
    page = analyst.get(f"/logs/runs/{run.pk}/").content.decode()
    assert "Waiting for its turn" in page
    assert "Cancel the import" in page
    assert run_imports()
    run.refresh_from_db()
    assert (run.state, run.percent) == ("done", 100)
    assert UploadedLog.objects.get().answer["rows_imported"] == 30_000
    assert "30,000 of 30,000 rows imported" in analyst.get(f"/logs/runs/{run.pk}/").content.decode()
    assert not run_imports()
    watched = "log.import_watched"
    assert verbs() == ["log.import_started", watched, watched, "log.imported"]
    told = AuditEntry.objects.get(verb="log.imported")
    assert json.loads(bytes(told.body))["agent"]["id"] == f"user:{run.asked_by_id}"


@pytest.mark.django_db
def test_a_task_is_told_nothing_and_a_run_holds_no_cell_of_the_file(analyst: Client) -> None:
    run = started(analyst)
    held = " ".join(
        str(value) for value in ImportRun.objects.filter(pk=run.pk).values().get().values()
    )
    assert "Canary" not in held
    assert run_imports.__wrapped__.__code__.co_argcount == 0


@pytest.mark.django_db
def test_a_second_click_starts_no_second_import(analyst: Client) -> None:
    run = started(analyst)
    sent = analyst.post("/logs/draft/" + run.draft + "/", {"confirm": "yes"})
    assert sent["Location"] == f"/logs/runs/{run.pk}/"
    assert ImportRun.objects.count() == 1


@pytest.mark.django_db
def test_a_cancelled_import_leaves_nothing_and_can_be_begun_again(
    analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = started(analyst)
    told: list[tuple[str, int]] = []
    real = runs._Told.__call__

    def cancels(self: Any, stage: str, share: float) -> None:
        if stage == "checking":
            ImportRun.objects.filter(pk=run.pk).update(stop_asked=True)
        told.append((stage, int(100 * share)))
        real(self, stage, share)

    with monkeypatch.context() as patch:
        patch.setattr(runs._Told, "__call__", cancels)
        run_imports()
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert [percent for _, percent in told] == sorted(percent for _, percent in told)
    assert told[-1] == ("checking", 55)
    assert not UploadedLog.objects.exists()
    assert not (Path(configured.MIRROR_ROOT) / "logs").exists()
    assert "Nothing of the file was stored" in analyst.get(f"/logs/runs/{run.pk}/").content.decode()
    analyst.post(f"/logs/runs/{run.pk}/resume/")
    assert run_imports()
    assert UploadedLog.objects.get().answer["rows_imported"] == 30_000
    assert "log.import_resumed" in verbs()


@pytest.mark.django_db
def test_what_waits_is_cancelled_at_once(analyst: Client) -> None:
    run = started(analyst)
    analyst.post(f"/logs/runs/{run.pk}/cancel/")
    assert not run_imports()
    assert not UploadedLog.objects.exists()
    assert "log.import_cancelled" in verbs()
    assert "cancelled" in analyst.get("/logs/").content.decode()


@pytest.mark.django_db
def test_a_stop_that_comes_while_tables_are_written_is_still_heard(
    analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = started(analyst)
    real = runs.held

    def late(name: str, owner: int | None) -> Any:
        ImportRun.objects.filter(pk=run.pk).update(stop_asked=True)
        return real(name, owner)

    monkeypatch.setattr(runs, "held", late)
    run_imports()
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert not UploadedLog.objects.exists()


@pytest.mark.django_db
def test_a_log_that_changes_while_a_file_is_read_is_read_again(
    analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(analyst)
    real, folders = runs._folder, iter(["one", "two"])
    monkeypatch.setattr(runs, "_folder", lambda run: next(folders, None) or real(run))
    run_imports()
    assert UploadedLog.objects.get().answer["rows_in_log"] == 30_000


@pytest.mark.django_db
def test_a_file_that_is_gone_is_not_imported_and_the_page_says_why(analyst: Client) -> None:
    run = started(analyst)
    (Path(configured.UPLOAD_ROOT) / run.draft).unlink()
    run_imports()
    run.refresh_from_db()
    assert run.state == "failed"
    assert "The file is gone" in analyst.get(f"/logs/runs/{run.pk}/").content.decode()
    assert not UploadedLog.objects.exists()


@pytest.mark.django_db
def test_what_a_dead_import_left_on_disk_is_swept_after_a_day(analyst: Client) -> None:
    started(analyst)
    run_imports()
    log = UploadedLog.objects.get()
    left = folder_of(log).with_name(".0123456789abcdef")
    left.mkdir()
    fresh = folder_of(log).with_name("fedcba9876543210")
    fresh.mkdir()
    for path in (left, folder_of(log)):
        os.utime(path, (1, 1))
    assert sweep_logs() == 1
    assert not left.exists()
    assert fresh.exists()
    assert rows_of(log)


@pytest.mark.django_db
def test_runs_of_another_organization_are_not_there(analyst: Client) -> None:
    from requests_app.models import Facility, Organization

    run = started(analyst)
    house = Organization.objects.create(name="Elsewhere", slug="elsewhere")
    place = Facility.objects.create(
        organization=house, name="Elsewhere", short_name="Else", slug="elsewhere"
    )
    other = Client()
    other.force_login(person("elsewhere", Role.ANALYST, place))
    for part in ("", "state.json"):
        assert other.get(f"/logs/runs/{run.pk}/{part}").status_code == 404
    for part in ("cancel/", "resume/"):
        assert other.post(f"/logs/runs/{run.pk}/{part}").status_code == 404
    assert "large" not in other.get("/logs/").content.decode()


def importer(step: str) -> ForkServerProcess:
    """Start an importer with the test's own folders."""
    folders = (configured.MIRROR_ROOT, configured.UPLOAD_ROOT, configured.AUDIT_KEY_PATH)
    words = [*map(str, folders), AT.isoformat(), step]
    return start(work, *words)


@contextmanager
def other_session() -> Iterator[Any]:
    """Yield a cursor of another connection to the same database."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            yield cursor
            # The server would give them back only a moment after the connection has ended.
            cursor.execute("SELECT pg_advisory_unlock_all()")
    finally:
        other.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_between_any_two_steps_leaves_nothing_half_there(
    analyst: Client, step: str
) -> None:
    run = started(analyst)
    child = importer(step)
    assert ended(child, seconds=120) == -signal.SIGKILL
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("running", 1)
    assert not UploadedLog.objects.exists()
    assert names_of_logs(run.organization_id) == ()
    page = analyst.get(f"/logs/runs/{run.pk}/").content.decode()
    assert "Interrupted." in page
    assert "Resume now" in page
    assert run_imports()
    resumed = UploadedLog.objects.get()
    undisturbed = rows_of(resumed)
    assert resumed.answer["rows_imported"] == 30_000
    resumed.delete()
    started(analyst)
    run_imports()
    assert rows_of(UploadedLog.objects.get()) == undisturbed


@pytest.mark.django_db(transaction=True)
def test_what_somebody_works_on_is_left_to_them(analyst: Client) -> None:
    run = started(analyst)
    ImportRun.objects.filter(pk=run.pk).update(state="running")
    with other_session() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [runs.LOCK, run.pk])
        assert not run_imports()
        assert analyst.get(f"/logs/runs/{run.pk}/state.json").json()["is_open"]
        analyst.post(f"/logs/runs/{run.pk}/resume/")
        analyst.post(f"/logs/runs/{run.pk}/cancel/")
        assert analyst.get(f"/logs/runs/{run.pk}/state.json").json()["said"] == "Stopping"
    assert analyst.get(f"/logs/runs/{run.pk}/state.json").json()["state"] == "left"
