"""Measure the mirror: everything read, nothing changed, a hundred requests changed."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa
from django.conf import settings
from pyarrow import compute as pc

from analytics.eventlog import EventLog
from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror import published
from analytics.mirror.amended import amended
from analytics.mirror.arranged import split
from analytics.mirror.fold import fold
from analytics.mirror.lineage import Line, steps_after
from analytics.mirror.opened import opened
from analytics.mirror.partition import Partitions
from analytics.mirror.published import Facts, Published
from analytics.sources.live import live_log
from analytics.sources.mirrored import everything, live_snapshot
from analytics.sources.outbox import one_moment
from analytics.sources.parts import AT_ONCE
from project.bench_promises import seconds

CHANGED, MANY, TURNS = 100, 100_000, 100


def bench_mirror() -> dict[str, Any]:
    """Fold live work and many copies of it, whole and by a hundred requests."""
    at = datetime.now(UTC)
    with own_folder() as folder:
        whole = seconds(lambda: _everything(at), 3)
        peak = _peak_mib()  # before all of the journal is read at once
        log = live_log(at)
        newest = [int(one) for one in log.requests["request_id"].to_pylist()[-CHANGED:]]
        live_snapshot(at)
        answer = {
            "requests": log.requests.num_rows,
            "everything": {"requests_at_once": AT_ONCE, "peak_mib": peak, **whole},
            "nothing_changed": seconds(lambda: live_snapshot(at)),
            "read_changed": seconds(lambda: live_log(at, ids=newest)),
            "changed": _changed(log, folder / "live"),
        }
        if log.requests.num_rows:
            answer["many"] = _changed(_copies(log, MANY), folder / "many")
    return answer


@contextmanager
def own_folder() -> Iterator[Path]:
    """Publish into a folder of its own for a while."""
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
    took["replace"] = seconds(lambda: amended(pieces, names, fresh))
    after = amended(pieces, names, fresh)
    # What was packed once is not packed again: each run replaces anew.
    took["replace_and_publish"] = seconds(
        lambda: published.publish(root, facts, amended(pieces, names, fresh), last=first)
    )
    took["read"] = seconds(lambda: _read(root, first.name), 3)
    took["shown"] = _shown(root, first, after, names)
    return took


def _shown(root: Path, first: Published, after: Partitions, names: list[int]) -> dict[str, Any]:
    """Let what was made of a mirror follow the change and answer every measure, back and forth."""
    facts = replace(first.facts, steps=steps_after(first, tuple(names)))
    there = published.publish(root, facts, after, last=first)
    facts = replace(facts, steps=steps_after(there, tuple(names)))
    back = Published(first.name, facts, first.pieces, first.files, first.words)
    line = Line()
    shot = line.next(first, first.facts.as_of)
    for _ in range(2):
        compute(shot.mirror, Selection())
    took = []
    for turn in range(TURNS):
        now = (there, back)[turn % 2]
        began = time.perf_counter()
        shot = line.next(now, shot.mirror.log.as_of)
        compute(shot.mirror, Selection())
        took.append(time.perf_counter() - began)
    return {
        "turns": TURNS,
        "first_median_s": median(took[:20]),
        "last_median_s": median(took[-20:]),
    }


def _everything(at: datetime) -> int:
    with one_moment():
        return len(everything(at))


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _read(root: Path, name: str) -> int:
    """Read a snapshot and put it into a database, ready to be asked."""
    found = published.read(root, name)
    if found is None:
        raise ValueError("the snapshot is not whole")
    with opened(found.snapshot(found.facts.as_of).mirror) as database:
        return database.sql("FROM steps").shape[0]


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
