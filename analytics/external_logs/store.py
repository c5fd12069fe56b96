"""Keep imported logs: rows in the database, tables as Parquet beside it."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import connection, transaction
from django.utils.text import slugify
from pyarrow import compute as pc
from pyarrow import parquet

from analytics.eventlog import EVENTS, LIVE, REQUESTS, EventLog
from analytics.external_logs.bands import with_bands
from analytics.external_logs.building import tables_of
from analytics.external_logs.database import as_schema
from analytics.external_logs.dates import DAY
from analytics.external_logs.days import grain_of
from analytics.external_logs.earlier import Earlier
from analytics.external_logs.grades import missing_fields
from analytics.external_logs.importing import Reading
from analytics.external_logs.mapping import Mapping
from analytics.external_logs.refusals import UnusableLog
from analytics.external_logs.reported import all_reported, is_fresh, mark, reported_in
from analytics.external_logs.saved import forget_words_of
from analytics.external_logs.tables import BUILT, write_tables
from analytics.models import UploadedLog

LOCK = 0x6C6F67  # advisory lock of a log's name
MOST_REJECTED = 1000  # in the database; the rest lies beside the rows


def name_for(file_name: str) -> str:
    """Return the name of a log from a file's name: a slug, never a path or that of live work."""
    stem = re.sub(
        r"(\.(csv|txt|tsv|xlsx?|xlsm|ods|jsonl?|ndjson|xes))?(\.gz)?$",
        "",
        file_name,
        flags=re.IGNORECASE,
    )
    name = slugify(stem.replace("_", "-"))[:60] or "log"
    return f"{name}-log" if name == LIVE else name


def folder_of(log: UploadedLog) -> Path:
    """Return where a log's tables lie; the name on disk is ours."""
    return _root() / log.folder


def _root() -> Path:
    return Path(settings.MIRROR_ROOT) / "logs"


@contextmanager
def held(name: str, organization_id: int | None) -> Iterator[Earlier | None]:
    """Hold a log's name while a file is read and put to it; yield what it holds already.

    Two people who import the same log one after the other must not lose each other's rows.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, f"{organization_id}:{name}"]
        )
        yield earlier_of(name, organization_id)


def earlier_of(name: str, organization_id: int | None) -> Earlier | None:
    """Return the rows of a stored log; None where there is no such log."""
    log = UploadedLog.objects.filter(name=name, organization=organization_id).first()
    if log is None or not (folder_of(log) / "rows.json").exists():
        return None
    facts = json.loads((folder_of(log) / "rows.json").read_text())
    return Earlier(
        rows=parquet.read_table(folder_of(log) / "rows.parquet"),
        layout=facts["layout"],
        sources=facts["sources"],
        headers=tuple(facts["headers"]),
        key=log.code_key,
        has_times=facts["has_times"],
        mapping=Mapping(**log.mapping),
    )


def keep(
    reading: Reading,
    *,
    name: str,
    digest: str,
    organization_id: int | None,
    by_id: int | None,
    at: datetime,
) -> tuple[UploadedLog, bool]:
    """Store a log under its name in place of what it was; say whether nothing changed."""
    if reading.log is None or reading.merged is None:
        raise UnusableLog("Answer the questions first; nothing was stored.")
    mapping = reading.merged.mapping.as_json()
    earlier = UploadedLog.objects.filter(name=name, organization=organization_id).first()
    same = earlier is not None and (earlier.digest, earlier.mapping) == (digest, mapping)
    told = earlier is not None and earlier.answer.get("grades") == reading.grades
    told = told and earlier is not None and earlier.as_of == reading.log.as_of
    if earlier is not None and same and told and _facts(folder_of(earlier))[1] == BUILT:
        return earlier, True
    folder = secrets.token_hex(8)
    write_tables(_root() / folder, reading)
    answer = _kept_answer(reading.answer(name))
    log, _ = UploadedLog.objects.update_or_create(
        name=name,
        organization_id=organization_id,  # type: ignore[misc]
        defaults={
            "folder": folder,
            "digest": digest,
            "mapping": mapping,
            "answer": answer,
            "as_of": reading.log.as_of,
            "code_key": reading.key,
            "uploaded_by_id": by_id,
            "uploaded_at": at,
        },
    )
    old = folder_of(earlier) if earlier is not None else None
    if old is not None and not is_fresh(reported_in(old), at):
        transaction.on_commit(lambda: shutil.rmtree(old, ignore_errors=True))
    return log, False


def _kept_answer(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with no more rows listed than the database is to hold."""
    listed = {
        name: answer[name][:MOST_REJECTED] for name in ("rejected", "unlinked") if name in answer
    }
    return answer | listed


def rejected_of(log: UploadedLog) -> list[dict[str, Any]]:
    """Return the rejected rows of the last file of a stored log."""
    path = folder_of(log) / "rejected.json"
    if not path.exists():
        return [{**row, "cells": {}} for row in log.answer["rejected"]]
    found: list[dict[str, Any]] = json.loads(path.read_text())
    return found


def load(log: UploadedLog) -> EventLog:
    """Return a stored log; a column that it was stored without is null."""
    return load_from(folder_of(log), log.mapping)


def load_from(folder: Path, said: dict[str, Any]) -> EventLog:
    """Return the log whose tables lie in a folder, and that was read by a mapping."""
    facts, built = _facts(folder)
    # A log stored by earlier code does not say that it lacks what nobody asked for then.
    mapping = Mapping(**said)
    facts["missing"] = missing_fields(mapping)
    if built != BUILT:
        return _made_anew(folder, mapping, facts)
    requests = parquet.read_table(folder / "requests.parquet")
    events = parquet.read_table(folder / "events.parquet")
    return EventLog(
        requests=as_schema(requests, REQUESTS), events=as_schema(events, EVENTS), **facts
    )


def _made_anew(folder: Path, mapping: Mapping, facts: dict[str, Any]) -> EventLog:
    """Return a log that earlier code stored, made of its rows; without them, of its tables."""
    if (folder / "rows.parquet").exists():
        rows = parquet.read_table(folder / "rows.parquet")
        requests, events, _ = tables_of(rows, mapping, facts["zone"])
        facts["granularity"] = grain_of(rows, mapping).word
    else:
        requests = parquet.read_table(folder / "requests.parquet")
        requests = as_schema(with_bands(_reaching_to_their_ends(requests)), REQUESTS)
        events = as_schema(parquet.read_table(folder / "events.parquet"), EVENTS)
    return EventLog(requests=requests, events=events, **facts)


def _facts(folder: Path) -> tuple[dict[str, Any], int]:
    """Return what is said of a stored log, and how its tables were made of its rows."""
    facts = json.loads((folder / "log.json").read_text())
    return facts, int(facts.pop("built", 1))


def _reaching_to_their_ends(requests: pa.Table) -> pa.Table:
    """Return requests whose deadlines reach to the end of the day that they began."""
    for name in ("due", "contract_due"):
        if name in requests.column_names:
            due = pc.add(requests[name], DAY)
            requests = requests.set_column(requests.column_names.index(name), name, due)
    return requests


def remove(log: UploadedLog) -> None:
    """Delete a log, and its tables once the deletion stands, also those that reports refer to.

    What words of its files mean is forgotten with the last log that was read so.
    """
    folders = [folder_of(log)]
    folders += [one.folder for one in all_reported(folders[0].parent) if one.log == log.pk]
    forget_words_of(log.name, log.organization_id)
    log.delete()
    for folder in folders:
        transaction.on_commit(partial(shutil.rmtree, folder, ignore_errors=True))


def note_report(folder: str, content: str, *, at: datetime) -> None:
    """Keep the tables of a log as they are now, since a report refers to them by their hash."""
    log = UploadedLog.objects.filter(folder=folder).first()
    if log is not None:
        said = {"log": log.pk, "name": log.name, "mapping": log.mapping, "content": content}
        mark(folder_of(log), **said, at=at)


def reported_logs(name: str, content: str) -> Iterator[EventLog]:
    """Yield the logs of a name as they were when a report referred to their hash."""
    for one in all_reported(_root()):
        if (one.name, one.content) == (name, content):
            yield load_from(one.folder, one.mapping)


def sweep_folders(at: datetime) -> int:
    """Delete tables of no log that are a day old: of an import that died before it was stored.

    Those that a report of a log refers to stay as long as reports are kept.
    """
    root = _root()
    logs = UploadedLog.objects.values_list("folder", "pk")
    known, keys = {folder for folder, _ in logs}, {key for _, key in logs}
    before, gone = at.timestamp() - DAY, 0
    for path in root.iterdir() if root.is_dir() else ():
        reported = reported_in(path)
        is_needed = reported is not None and reported.log in keys and is_fresh(reported, at)
        if path.name not in known and not is_needed and path.stat().st_mtime < before:
            shutil.rmtree(path, ignore_errors=True)
            gone += 1
    return gone
