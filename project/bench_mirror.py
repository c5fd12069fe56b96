"""Measure the mirror: everything read, nothing changed, a hundred requests changed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.conf import settings
from pyarrow import compute as pc

from analytics.eventlog import EventLog
from analytics.mirror import published
from analytics.mirror.fold import fold
from analytics.mirror.partition import replaced, split
from analytics.mirror.published import Facts
from analytics.sources.live import live_log
from analytics.sources.mirrored import live_snapshot
from project.bench_promises import seconds

CHANGED, MANY = 100, 100_000


def bench_mirror() -> dict[str, Any]:
    """Fold live work and many copies of it, whole and by a hundred requests."""
    at = datetime.now(UTC)
    with _own_folder() as folder:
        log = live_log(at)
        whole = seconds(lambda: split(fold(live_log(at))), 3)
        newest = [int(one) for one in log.requests["request_id"].to_pylist()[-CHANGED:]]
        live_snapshot(at)
        answer = {
            "requests": log.requests.num_rows,
            "everything": whole,
            "nothing_changed": seconds(lambda: live_snapshot(at)),
            "read_changed": seconds(lambda: live_log(at, ids=newest)),
            "changed": _changed(log, folder / "live"),
        }
        if log.requests.num_rows:
            answer["many"] = _changed(_copies(log, MANY), folder / "many")
    return answer


@contextmanager
def _own_folder() -> Iterator[Path]:
    usual = settings.MIRROR_ROOT
    with tempfile.TemporaryDirectory() as folder:
        settings.MIRROR_ROOT = Path(folder)
        try:
            yield Path(folder)
        finally:
            settings.MIRROR_ROOT = usual


def _changed(log: EventLog, root: Path) -> dict[str, Any]:
    """Fold, replace and publish the newest hundred; reading their events is left out."""
    root.mkdir()
    whole, facts = fold(log), Facts(source="bench", as_of=log.as_of, watermark="", zone=log.zone)
    pieces = split(whole)
    first = published.publish(root, facts, pieces, last=None)
    order = pc.sort_indices(log.requests, [("received", "descending"), ("request_id", "ascending")])
    ids = log.requests["request_id"].take(order[:CHANGED])
    some = EventLog(
        **{**log.__dict__, "requests": _of(log.requests, ids), "events": _of(log.events, ids)}
    )
    names = [int(one) for one in ids.to_pylist()]
    took: dict[str, Any] = {"requests": log.requests.num_rows, "files": len(first.files)}
    took["fold"] = seconds(lambda: fold(some))
    fresh = fold(some)
    took["replace"] = seconds(lambda: replaced(pieces, names, fresh))
    after = replaced(pieces, names, fresh)
    took["publish"] = seconds(lambda: published.publish(root, facts, after, last=first))
    took["read"] = seconds(lambda: _read(root, first.name), 3)
    return took


def _read(root: Path, name: str) -> int:
    found = published.read(root, name)
    return found.tables[0].num_rows if found is not None else 0


def _of(table: pa.Table, ids: pa.ChunkedArray) -> pa.Table:
    return table.filter(pc.is_in(table["request_id"], value_set=ids.combine_chunks()))


def _copies(log: EventLog, requests: int) -> EventLog:
    """Return a log again and again under other numbers, until it has so many requests."""
    times = -(-requests // log.requests.num_rows)

    def again(table: pa.Table) -> pa.Table:
        at = table.schema.get_field_index("request_id")
        ids = table["request_id"].cast(pa.int64())
        renamed = (pc.add(ids, 10_000_000 * copy).cast(pa.string()) for copy in range(times))
        return pa.concat_tables([table.set_column(at, "request_id", one) for one in renamed])

    return EventLog(
        **{**log.__dict__, "requests": again(log.requests), "events": again(log.events)}
    )
