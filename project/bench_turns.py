"""Measure how soon a hundred changed requests are shown, again and again, a minute apart.

Each turn folds their events, replaces their rows, publishes the mirror, lets what was made of the
last one follow, and answers every measure; reading the events is left out. What moves on beside,
for whoever asks next, is waited for between two turns, and its work is counted. The newest hundred
change, another hundred of the last month each time, and another hundred of all.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings

from analytics.eventlog import EventLog
from analytics.metrics.catalogue import METRICS
from analytics.metrics.compute import answer, compute
from analytics.metrics.engines.duck import Duck
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection
from analytics.mirror import published
from analytics.mirror.amended import amended
from analytics.mirror.fold import fold
from analytics.mirror.lineage import Line, steps_after
from analytics.mirror.opened import is_open
from analytics.mirror.published import Published, Snapshot
from project.bench_engines import check_same
from project.bench_published import Size, apart, publish_world
from project.bench_world import log_of, parts_of

CHANGED, TURNS, SOME = 100, 1000, 20
MINUTE, MONTH = 60, 30 * 86400  # seconds
CPU = "cpu_s"


def bench_turns(requests: int, facilities: int, days: int, turns: int = TURNS) -> dict[str, Any]:
    """Measure a world of so many requests."""
    size = Size(requests=requests, facilities=facilities, days=days)
    under = Path(settings.MIRROR_ROOT)
    under.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=under, prefix="bench-") as folder:
        made = apart(publish_world, Path(folder), size)
        kinds = {"newest": turns, "month": turns, "any": max(2 * SOME, turns // 10)}
        return made | {
            kind: apart(turned, Path(folder), made["name"], size, kind, times)
            for kind, times in kinds.items()
        }


def turned(root: Path, name: str, size: Size, kind: str, turns: int) -> dict[str, Any]:
    """Time turns, in each of which other requests change than in the one before.

    Raises ValueError where what followed them all differs from what DuckDB counts in any cell.
    """
    first = published.read(root, name)
    if first is None:
        raise ValueError("the published mirror is not whole")
    served = Line()
    line = _Turns(root, served, first, served.next(first, first.facts.as_of))
    for _ in range(2):  # opened, and counted ahead
        compute(line.shot.mirror, Selection())
    took = [line.turn(log) for log in _changing(size, kind, turns)]
    mirror = line.shot.mirror
    with asking(mirror, Selection()) as question:
        check_same(compute(mirror, Selection()), answer(Duck(question), mirror, METRICS))
    return {
        "turns": turns,
        "first": _medians(took[:SOME]),
        "last": _medians(took[-SOME:]),
        "median_s": _medians(took)["in_all_s"],
        "p95_s": float(np.quantile(_in_all(took), 0.95)),
        "longest_s": max(_in_all(took)),
    }


def _medians(took: Sequence[dict[str, float]]) -> dict[str, float]:
    """Return the median of each part, of all, and of the work, which a busy machine slows less.

    The work is that of all threads: rows that move on beside, for whoever asks next, are in it.
    """
    parts = {part: float(np.median([one[part] for one in took])) for part in took[0]}
    return parts | {"in_all_s": float(np.median(_in_all(took)))}


def _in_all(took: Sequence[dict[str, float]]) -> list[float]:
    return [sum(span for part, span in one.items() if part != CPU) for one in took]


def _changing(size: Size, kind: str, turns: int) -> Iterator[EventLog]:
    """Yield what a hundred requests tell, turn after turn.

    The newest two hundred by turns; a hundred drawn from those of the last month, or from all.
    """
    pool = _pool(size, kind, turns)
    draw = np.random.default_rng(turns)
    for turn in range(turns):
        if kind == "newest":
            at = np.arange(turn % 2, 2 * CHANGED, 2)
        else:
            at = draw.choice(pool.requests.num_rows, CHANGED, replace=False)
        yield _only(pool, pool.requests["request_id"].take(pa.array(at)).combine_chunks())


def _pool(size: Size, kind: str, turns: int) -> EventLog:
    """Return what the requests tell of which any may change."""
    draw, parts = np.random.default_rng(size.requests), list[EventLog]()
    for part in parts_of(size.requests, facilities=size.facilities, days=size.days):
        if kind != "any" and part.until <= size.as_of - MONTH:
            continue
        log = log_of(part, size.as_of)
        ids, received = log.requests["request_id"], log.requests["received"].to_numpy()
        if kind == "any":
            held = draw.random(len(ids)) < turns * CHANGED / size.requests
        else:
            held = received >= size.as_of - MONTH
        parts.append(_only(log, ids.filter(pa.array(held)).combine_chunks()))
    tables = {name: pa.concat_tables([vars(one)[name] for one in parts]) for name in _TABLES}
    if kind == "newest":
        order = [("received", "descending"), ("request_id", "ascending")]
        tables["requests"] = tables["requests"].sort_by(order).slice(0, 2 * CHANGED)
    return replace(parts[0], **tables)


_TABLES = ("requests", "events")


def _only(log: EventLog, ids: pa.Array) -> EventLog:
    """Return what some requests tell."""
    tables = {name: vars(log)[name] for name in _TABLES}
    return replace(
        log,
        **{
            name: table.filter(pc.is_in(table["request_id"], value_set=ids))
            for name, table in tables.items()
        },
    )


@dataclass
class _Turns:
    """Mirrors that follow each other."""

    root: Path
    served: Line
    last: Published
    shot: Snapshot

    def turn(self, log: EventLog) -> dict[str, float]:
        """Let some requests change; return the seconds of each part of the turn."""
        ids = _numbers(log.requests)
        moments, worked = [time.perf_counter()], time.process_time()
        fresh = fold(log)
        moments.append(time.perf_counter())
        facts = replace(self.last.facts, steps=steps_after(self.last, ids))
        now = published.publish(
            self.root, facts, amended(self.last.pieces, ids, fresh), last=self.last
        )
        moments.append(time.perf_counter())
        before = self._show(now)
        moments.append(time.perf_counter())
        if before.facts.steps:  # as a refresh removes what nobody reads any more
            shutil.rmtree(self.root / before.name)
        self._let_be()
        parts = ("folded_s", "published_s", "shown_s")
        took = dict(zip(parts, np.diff(moments).tolist(), strict=True))
        return took | {CPU: time.process_time() - worked}

    def _let_be(self) -> None:
        """Wait as long as a minute has room for, until the rows moved on beside what was shown."""
        until = time.monotonic() + MINUTE
        while not is_open(self.shot.mirror) and time.monotonic() < until:
            time.sleep(0.001)

    def _show(self, now: Published) -> Published:
        before = self.last
        self.shot = self.served.next(now, self.shot.mirror.log.as_of + MINUTE)
        self.last = now
        compute(self.shot.mirror, Selection())
        return before


def _numbers(requests: pa.Table) -> tuple[int, ...]:
    return tuple(int(one) for one in requests["request_id"].to_pylist())
