"""Measure the engines beside pandas and plain DuckDB, on one made-up world, in one run."""

from __future__ import annotations

import math
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from analytics.metrics.catalogue import METRICS
from analytics.metrics.compute import answer
from analytics.metrics.definition import Result
from analytics.metrics.engines.duck import Duck
from analytics.metrics.engines.prepared import Counted, Prepared, count_ahead
from analytics.metrics.grouping import EPOCH
from analytics.metrics.question import Question, asking
from analytics.metrics.selection import Selection
from analytics.mirror.fold import Mirror, fold
from project.bench_promises import seconds
from project.bench_world import world
from project.bench_yardsticks import by_pandas, by_statements, chosen, frames_of

REQUESTS = 1_000_000
SITE = ("site-001",)
QUARTER = Selection(since=date(2025, 4, 1), until=date(2025, 6, 30))
PAGES = {
    "whole": Selection(),
    "facility": Selection(facilities=SITE),
    "quarter": QUARTER,
    "both": replace(QUARTER, facilities=SITE),
}
SLICES = {
    "modality": Selection(slices=(("modality", ("CT",)),)),
    "requester_and_quarter": replace(QUARTER, slices=(("requester_type", ("patient",)),)),
}


def bench_engines(requests: int = REQUESTS, *, times: int = 5) -> dict[str, Any]:
    """Compute every measure by each engine; raise where a figure differs from pandas'.

    The yardsticks do less: no intervals, no exclusions, and plain DuckDB no curve.
    """
    made = _timed(lambda: fold(world(requests)))
    mirror: Mirror = made["found"]
    with asking(mirror, Selection()) as question:
        counted = _timed(lambda: count_ahead(question))
        if counted["found"] is None:
            raise ValueError("the world is too large to be counted ahead")
        frames = frames_of(mirror.cases, mirror.steps)
        rows = {
            name: _row(question.over(one), counted["found"], frames, times)
            for name, one in (PAGES | SLICES).items()
        }
    return {
        "requests": mirror.cases.num_rows,
        "events": mirror.steps.num_rows,
        "measures": len(METRICS),
        "versions": {
            "duckdb": duckdb.__version__,
            "pandas": pd.__version__,
            "pyarrow": pa.__version__,
        },
        "made_and_folded_s": made["s"],
        "counted_ahead_s": counted["s"],
        "counted_ahead_mib": counted["found"].bytes / 2**20,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "selections": rows,
    }


def _row(
    question: Question, counted: Counted, frames: tuple[Any, Any], times: int
) -> dict[str, Any]:
    """Return the times of a selection, and their ratios."""
    mirror, selection = question.mirror, question.selection
    as_of = mirror.log.as_of
    days = _days(counted, selection)

    def pandas() -> dict[str, Any]:
        cases, steps = (chosen(frame, selection, days) for frame in frames)
        return by_pandas(cases, steps, as_of)

    def duck() -> dict[str, Result]:
        return answer(Duck(question), mirror, METRICS)

    ways: dict[str, Callable[[], object]] = {
        "duckdb": duck,
        "pandas": pandas,
        "plain_duckdb": lambda: by_statements(question.database, selection, as_of),
    }
    window = counted.reach.window(selection)
    if window is not None:
        ways["counted"] = lambda: answer(Prepared(counted, window), mirror, METRICS)
    _compare(duck(), pandas())
    took = {name: seconds(run, times) for name, run in ways.items()}
    best = took.get("counted", took["duckdb"])["median_s"]
    ratios = {name: took[name]["median_s"] / best for name in ("pandas", "plain_duckdb")}
    return {**took, "times_faster_than": ratios}


def _days(counted: Counted, selection: Selection) -> tuple[int, int]:
    first, last = counted.reach.first, counted.reach.first + counted.reach.days
    since = (selection.since - EPOCH).days if selection.since else first
    until = (selection.until - EPOCH).days + 1 if selection.until else last
    return since, until


def _compare(ours: dict[str, Result], theirs: dict[str, float]) -> None:
    for key, value in theirs.items():
        found = ours[key].value
        if found is None and math.isnan(value):
            continue
        if found is None or not math.isclose(found, value, rel_tol=1e-9):
            raise ValueError(f"{key}: {found} here, {value} by pandas")


def _timed(run: Callable[[], Any]) -> dict[str, Any]:
    began = time.perf_counter()
    found = run()
    return {"found": found, "s": time.perf_counter() - began}
