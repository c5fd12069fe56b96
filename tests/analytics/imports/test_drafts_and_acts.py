"""A draft is kept a day and for its sender alone; each act with a log is recorded, or does not happen."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from analytics.external_logs.drafts import draft_of, keep_draft, save_mapping
from analytics.external_logs.store import folder_of
from analytics.imports.door import ACTS
from analytics.models import UploadedLog
from analytics.sources.opening import UnknownSource, open_source
from audit.models import AuditEntry
from audit.words import VERBS
from requests_app.vocabulary import Role
from tests.analytics.imports.sent import LOG, send

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_every_act_with_a_log_has_words() -> None:
    assert [verb for verb in ACTS if verb not in VERBS] == []


def test_each_act_with_a_log_is_coded_as_what_it_is(analyst: Client) -> None:
    address = send(analyst, LOG)
    analyst.get("/logs/")
    for part in ("", "template.csv", "rejected.csv"):
        analyst.get(address + part)
    analyst.post(address, {"confirm": "yes"})
    analyst.get("/logs/cd-log/rejected.csv")
    assert "cannot be undone" in analyst.get("/logs/").content.decode()
    analyst.post("/logs/cd-log/delete/")
    said = {
        entry.verb: (json.loads(bytes(entry.body))["code"], entry.action)
        for entry in AuditEntry.objects.filter(verb__startswith="log")
    }
    assert said == {
        "logs.listed": ("110112", "E"),
        "log.previewed": ("110112", "R"),
        "log.template_taken": ("110106", "R"),
        "log.rejected_taken": ("110106", "R"),
        "log.imported": ("110107", "C"),
        "log.deleted": ("110107", "D"),
    }


def test_a_deletion_that_cannot_be_logged_does_not_happen(
    analyst: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    analyst.post(send(analyst, LOG), {"confirm": "yes"})
    folder = folder_of(UploadedLog.objects.get())

    def broken(**_: object) -> None:
        raise RuntimeError("the log is full")

    with monkeypatch.context() as patch:
        patch.setattr("analytics.imports.door.record", broken)
        with pytest.raises(RuntimeError):
            analyst.post("/logs/cd-log/delete/")
    assert UploadedLog.objects.exists()
    assert (folder / "log.json").exists()
    with django_capture_on_commit_callbacks(execute=True):
        analyst.post("/logs/cd-log/delete/")
    assert not UploadedLog.objects.exists()
    assert not folder.exists()


def test_a_log_that_is_replaced_while_it_is_opened_is_told(
    analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    analyst.post(send(analyst, LOG), {"confirm": "yes"})
    log = UploadedLog.objects.get()
    shutil.rmtree(folder_of(log))
    with pytest.raises(UnknownSource, match="replaced or deleted just now"):
        open_source("cd-log", at=AT, organization_id=log.organization_id)
    monkeypatch.setattr("analytics.sources.opening._folded", gone)
    with pytest.raises(UnknownSource, match="replaced or deleted just now"):
        open_source("cd-log", at=AT, organization_id=log.organization_id)


def gone(folder: str) -> None:
    UploadedLog.objects.get(folder=f"not {folder}")


def test_drafts_of_yesterday_are_swept_by_the_time_that_is_passed_in(
    analyst: Client, tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.UPLOAD_ROOT = tmp_path  # type: ignore[attr-defined]
    first = keep_draft([b"a"], file_name="a.csv", owner=1, at=AT)
    moment = datetime.fromtimestamp((tmp_path / first).stat().st_mtime, UTC)
    second = keep_draft([b"b"], file_name="b.csv", owner=1, at=moment + timedelta(hours=23))
    assert {path.stem for path in tmp_path.iterdir()} == {first, second}
    third = keep_draft([b"c"], file_name="c.csv", owner=1, at=moment + timedelta(hours=25))
    assert {path.stem for path in tmp_path.iterdir()} == {third}
    # Another process removes a draft between the list of the folder and the look at it.
    left = tmp_path / ("0" * 32)
    monkeypatch.setattr(Path, "iterdir", lambda _: iter([left]))
    keep_draft([b"d"], file_name="d.csv", owner=1, at=moment)


def test_a_draft_is_read_whole_while_its_sender_answers_it_twice(
    settings: object, tmp_path: Path
) -> None:
    settings.UPLOAD_ROOT = tmp_path  # type: ignore[attr-defined]
    key = keep_draft([LOG], file_name="cd.csv", owner=1, at=AT)
    answers = {"columns": {f"column {number}": "facility" for number in range(20_000)}}
    with ThreadPoolExecutor(1) as sender:
        writing = sender.submit(
            lambda: [
                save_mapping(key, owner=1, file_name="cd.csv", mapping=answers) for _ in range(20)
            ]
        )
        while not writing.done():
            assert draft_of(key, 1) is not None
        writing.result()
    assert sorted(path.name for path in tmp_path.iterdir()) == [key, f"{key}.json"]


def test_a_draft_that_ends_between_two_looks_is_not_there(settings: object, tmp_path: Path) -> None:
    settings.UPLOAD_ROOT = tmp_path  # type: ignore[attr-defined]
    for left in ("{key}", "{key}.json"):
        key = keep_draft([LOG], file_name="cd.csv", owner=1, at=AT)
        (tmp_path / left.format(key=key)).unlink()
        assert draft_of(key, 1) is None


def test_other_peoples_drafts_and_logs_are_not_there(analyst: Client) -> None:
    address = send(analyst, LOG)
    other = Client()
    from tests.requests_app.cast import person

    stranger = person("stranger", Role.ANALYST)
    other.force_login(stranger)
    assert other.get(address).status_code == 404
    analyst.post(address, {"confirm": "yes"})
    assert other.get("/logs/cd-log/rejected.csv").status_code == 404
    assert other.post("/logs/cd-log/delete/").status_code == 404


def test_strangers_get_no_sheet_of_a_draft(analyst: Client) -> None:
    from tests.requests_app.cast import person

    address = send(analyst, LOG)
    other = Client()
    other.force_login(person("stranger", Role.ANALYST))
    for sheet in ("template.csv", "rejected.csv"):
        assert other.get(address + sheet).status_code == 404
