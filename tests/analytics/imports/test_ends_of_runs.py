"""How imports of large files end: tried three times, one at a time, for who may still ask."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from analytics.external_logs import runs
from analytics.external_logs.drafts import draft_of
from analytics.models import ImportRun, UploadedLog
from analytics.tasks import run_imports, sweep_logs
from requests_app.models import Organization, User
from tests.analytics.imports.test_runs import AT, LOG, other_session, started


class Unforeseen(RuntimeError):
    """An error that no code expects."""


def ends_for(bad: ImportRun) -> Callable[..., Any]:
    """Return a reading of files that ends with an error for one run."""
    real = runs._read

    def reads(run: ImportRun, draft: Any) -> Any:
        if run.pk == bad.pk:
            raise Unforeseen
        return real(run, draft)

    return reads


@pytest.mark.django_db
def test_a_file_that_ended_its_import_three_times_is_not_begun_again(
    analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = started(analyst)
    with monkeypatch.context() as patch:
        patch.setattr(runs, "_read", ends_for(run))
        for attempt in (1, 2, 3):
            with pytest.raises(Unforeseen):
                run_imports()
            run.refresh_from_db()
            assert (run.state, run.attempts) == ("running", attempt)
        assert run_imports()
        assert not run_imports()
    page = analyst.get(f"/logs/runs/{run.pk}/").content.decode()
    assert "This file ended the import three times" in page
    assert "Import it again" in page
    analyst.post(f"/logs/runs/{run.pk}/resume/")
    assert run_imports()
    assert UploadedLog.objects.get().answer["rows_imported"] == 30_000


@pytest.mark.django_db
def test_a_resume_of_what_was_left_behind_gives_no_further_attempts(
    analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = started(analyst)
    monkeypatch.setattr(runs, "_read", ends_for(run))
    with pytest.raises(Unforeseen):
        run_imports()
    analyst.post(f"/logs/runs/{run.pk}/resume/")
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("waiting", 1)


@pytest.mark.django_db
def test_a_file_that_ends_its_import_holds_up_no_other(
    analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good, other = started(analyst), started(analyst), started(analyst)
    monkeypatch.setattr(runs, "_read", ends_for(bad))
    with pytest.raises(Unforeseen):
        run_imports()
    for run, state in ((good, "waiting"), (other, "waiting")):
        run.refresh_from_db()
        assert run.state == state
    assert run_imports()
    good.refresh_from_db()
    other.refresh_from_db()
    assert (good.state, other.state) == ("done", "waiting")


@pytest.mark.django_db(transaction=True)
def test_while_one_file_is_imported_no_other_is_begun(analyst: Client) -> None:
    run = started(analyst)
    with other_session() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [runs.LOCK, runs.HOUSE])
        assert not run_imports()
        run.refresh_from_db()
        assert (run.state, run.attempts) == ("waiting", 0)
    assert run_imports()


def switched_off(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


def without_role(person: User) -> None:
    person.groups.clear()


def elsewhere(person: User) -> None:
    house = Organization.objects.create(name="Elsewhere", slug="elsewhere")
    User.objects.filter(pk=person.pk).update(organization=house)


@pytest.mark.django_db
@pytest.mark.parametrize("change", [switched_off, without_role, elsewhere])
def test_who_lost_the_permission_meanwhile_imports_nothing(
    analyst: Client, change: Callable[[User], None]
) -> None:
    run = started(analyst)
    change(run.asked_by)
    assert run_imports()
    run.refresh_from_db()
    assert run.state == "failed"
    assert "may not bring logs here any more" in run.sentence
    assert not UploadedLog.objects.exists()


@pytest.mark.django_db
def test_what_was_answered_last_is_kept_where_the_import_fails(analyst: Client) -> None:
    sent = analyst.post("/logs/new/", {"log": SimpleUploadedFile("large.csv", LOG)})
    analyst.post(sent["Location"], {"confirm": "yes", "zone": "America/Chicago"})
    run = ImportRun.objects.get()
    kept = draft_of(run.draft, run.asked_by_id)
    assert kept is not None
    assert run.mapping["zone"] == "America/Chicago"
    assert run.mapping["columns"]["received_at"] == "Date Rcvd"
    assert kept.mapping == run.mapping


@pytest.mark.django_db
def test_the_file_of_an_open_run_is_swept_only_when_the_run_is_over(analyst: Client) -> None:
    run = started(analyst)
    files = [path for path in Path(settings.UPLOAD_ROOT).iterdir() if run.draft in path.name]
    assert len(files) == 2
    for path in files:
        os.utime(path, (1, 1))
    ImportRun.objects.update(asked_at=AT)
    sweep_logs()
    assert all(path.exists() for path in files)
    assert f"/logs/runs/{run.pk}/" in analyst.get("/logs/").content.decode()
    analyst.post(f"/logs/runs/{run.pk}/cancel/")
    sweep_logs()
    assert not any(path.exists() for path in files)
    assert f"/logs/runs/{run.pk}/" not in analyst.get("/logs/").content.decode()
