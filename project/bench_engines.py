"""Measure the engines over a made-up published mirror, beside plain DuckDB and pandas."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy
import pandas as pd
import pyarrow as pa
from django.conf import settings

from analytics.metrics.catalogue import METRICS
from analytics.metrics.compute import answer, compute
from analytics.metrics.definition import Result
from analytics.metrics.engines.duck import Duck
from analytics.metrics.engines.prepared import Counted, Prepared, most_for
from analytics.metrics.planner import counted_ahead
from analytics.metrics.question import Question, asking
from analytics.metrics.selection import Selection
from analytics.mirror import published
from analytics.mirror.bounds import Bounds, bound
from analytics.mirror.databases import THREADS
from project.bench_promises import seconds
from project.bench_published import Size, apart, peak_mib, publish_world
from project.bench_selections import SELECTIONS
from project.bench_yardsticks import beside

BASE = 1_000_000
MEMORY = "4GiB"  # what DuckDB may take of it


def bench_engines(requests: int, facilities: int, days: int, memory: str) -> dict[str, Any]:
    """Measure a world, and one of a million requests of the same shape where it is larger.

    Worlds are made and measured in processes of their own, so that peaks are their own.
    """
    sizes = [Size(requests=requests, facilities=facilities, days=days)]
    if requests > BASE:
        sizes.insert(0, replace(sizes[0], requests=BASE))
    found = [_of(size, memory) for size in sizes]
    if len(found) > 1:
        found[1]["times_those_of_a_million"] = _growth(*found)
    return {
        "versions": {one.__name__: one.__version__ for one in (duckdb, pd, pa, numpy)},
        "threads": THREADS,
        "worlds": found,
    }


def _of(size: Size, memory: str) -> dict[str, Any]:
    under = Path(settings.MIRROR_ROOT)
    under.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=under, prefix="bench-") as folder:
        made = apart(publish_world, Path(folder), size)
        return made | apart(measured, Path(folder), made["name"], memory)


def _growth(base: Mapping[str, Any], large: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    return {
        name: {
            way: row[way]["median_s"] / base["selections"][name][way]["median_s"]
            for way in ("counted", "duckdb")
            if way in row
        }
        for name, row in large["selections"].items()
    }


def measured(
    root: Path, name: str, memory: str, turns: int = 5, names: Collection[str] = tuple(SELECTIONS)
) -> dict[str, Any]:
    """Open a published mirror under a limit and time the named selections by every engine.

    Raises ValueError where engines differ in any cell, or from a figure that pandas gives.
    """
    bound(Bounds(memory=memory, folder=str(root / "spill")))
    began, cpu = time.perf_counter(), time.process_time()
    found = published.read(root, name)
    if found is None:
        raise ValueError("the published mirror is not whole")
    mirror = found.snapshot(found.facts.as_of).mirror
    with asking(mirror, Selection()) as question:
        answer(Duck(question), mirror, METRICS)
        opened = {"s": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}
        opened["peak_mib"] = peak_mib()
        began = time.perf_counter()
        counted = counted_ahead(question)
        ahead = {"s": time.perf_counter() - began, "most_mib": most_for(mirror) / 2**20}
        if counted is not None:
            ahead |= {"mib": counted.bytes / 2**20, "cubes": len(counted.cubes)}
        rows = {key: _row(question.over(SELECTIONS[key]), counted, turns) for key in names}
        peak = peak_mib()  # before the yardsticks take memory of their own
        asked = {key: Duck(question.over(SELECTIONS[key])) for key in names}
        results = {key: answer(engine, mirror, METRICS) for key, engine in asked.items()}
    for key, theirs in beside(root / name, found, results, memory, turns).items():
        best = rows[key].get("counted", rows[key]["duckdb"])["median_s"]
        ratios = {
            way: took["median_s"] / best for way, took in theirs.items() if "median_s" in took
        }
        rows[key] |= {**theirs, "times_faster_than": ratios}
    return {
        "measures": len(METRICS),
        "parquet_to_answers": opened,
        "counted_ahead": ahead,
        "duckdb_memory_limit": memory,
        "peak_mib": peak,
        "selections": rows,
    }


def _row(question: Question, counted: Counted | None, turns: int) -> dict[str, Any]:
    """Return the times of a selection, after both engines gave the same."""
    mirror = question.mirror

    def duck() -> dict[str, Result]:
        return answer(Duck(question), mirror, METRICS)

    ways: dict[str, Callable[[], dict[str, Result]]] = {"duckdb": duck}
    window = counted.reach.window(question.selection) if counted is not None else None
    if counted is not None and window is not None:
        compute(mirror, question.selection, ["requests_received"])  # who asks once is not enough
        ways["counted"] = lambda: compute(mirror, question.selection)
        check_same(ways["counted"](), duck())
    engines = {key: one.engine for key, one in compute(mirror, question.selection).items()}
    by_counts = sum(engine == Prepared.name for engine in engines.values())
    return {"answered_by_counts": by_counts} | {
        way: seconds(run, turns) for way, run in ways.items()
    }


def check_same(one: Mapping[str, Result], other: Mapping[str, Result]) -> None:
    """Raise ValueError at the first cell in which results differ, floating ones by 1e-9."""
    for key, result in one.items():
        ours, theirs = (asdict(replace(side, engine="")) for side in (result, other[key]))
        for cell, value in ours.items():
            if not _is_same(value, theirs[cell]):
                raise ValueError(f"{key}, {cell}: {value} counted ahead, {theirs[cell]} by DuckDB")


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return bool(one == other)
