"""A made-up world published as a mirror is: folded in parts, so that any size fits."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import django
import numpy as np

from analytics.mirror.arranged import arranged, split, with_more
from analytics.mirror.cut import Plan, plan_of
from analytics.mirror.fold import fold
from analytics.mirror.partition import Partitions
from analytics.mirror.published import Facts, publish
from project.bench_world import DAY, DAYS, START, log_of, parts_of, sites

Said = TypeVar("Said")


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a world is."""

    requests: int
    facilities: int = 3
    days: int = DAYS

    @property
    def as_of(self) -> int:
        """The moment at which it ends."""
        return START + self.days * DAY

    @property
    def plans(self) -> dict[str, Plan]:
        """Where its facilities are cut, but for chance."""
        months = Counter(
            int(np.datetime64(START + day * DAY, "s").astype("M8[M]").astype(int))
            for day in range(self.days)
        )
        each = self.requests / self.days / self.facilities
        plan = plan_of({month: round(days * each) for month, days in months.items()})
        return dict.fromkeys(sites(self.facilities), plan)


def publish_world(root: Path, size: Size) -> dict[str, Any]:
    """Fold a world part by part and publish it; its pieces are packed as soon as they are made."""
    began = time.perf_counter()
    pieces: Partitions = {}
    for part in parts_of(size.requests, facilities=size.facilities, days=size.days):
        more = split(fold(log_of(part, size.as_of)), size.plans)
        for piece in more.values():
            piece.stored.pack()
        pieces = with_more(pieces, more)
    pieces = arranged(pieces)
    facts = Facts(source="world", as_of=size.as_of, watermark="", zone="UTC")
    made = publish(root, facts, pieces, last=None)
    return {
        "name": made.name,
        **asdict(size),
        "events": made.rows.count("steps"),
        "pieces": len(pieces),
        "bytes": sum(path.stat().st_size for path in (root / made.name).rglob("*.parquet")),
        "folded_and_published_s": time.perf_counter() - began,
        "folding_peak_mib": peak_mib(),
    }


def peak_mib() -> float:
    """Return the greatest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def apart(run: Callable[..., Said], *given: object) -> Said:
    """Return what a function says in a process of its own, whose memory is its own."""
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawning, initializer=django.setup) as child:
        return child.submit(run, *given).result()
