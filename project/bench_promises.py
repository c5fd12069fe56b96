"""Measure an import, an offline check, and the measures beside the same figures by pandas."""

from __future__ import annotations

import csv
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from analytics.external_logs.importing import read_log
from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror.fold import Mirror, fold
from audit.proof.bundle import Bundle, write_bundle
from audit.proof.checkpoint import Checkpoint, VerifierKey
from audit.proof.merkle import leaf_hash, root_of
from audit.proof.verify import verify_file

CASES, STEPS, ENTRIES = 1434, 6, 100_000
FIRST = datetime(2025, 1, 6, 9, tzinfo=UTC)
DAY = 86400


def seconds(run: Callable[[], object], times: int = 5) -> dict[str, float]:
    """Return the median, least and greatest wall time of a few runs after one to warm up."""
    run()
    took = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        took.append(time.perf_counter() - began)
    return {"median_s": statistics.median(took), "min_s": min(took), "max_s": max(took)}


def event_log() -> bytes:
    """Return a CSV of 1,434 cases and 8,577 events: as many as in the promise."""
    text = StringIO()
    sheet = csv.writer(text)
    sheet.writerow(["case", "activity", "timestamp", "channel"])
    left = 8577 - CASES * (STEPS - 1)  # that many cases have one step more
    for case in range(CASES):
        begun = FIRST + timedelta(hours=case)
        names = ["received", "checked", "approved", "located", "delivered", "closed"]
        for step, name in enumerate(names[: STEPS if case < left else STEPS - 1]):
            at = begun + timedelta(days=step, minutes=case % 700)
            sheet.writerow([f"C{case}", name, at.isoformat(), ("CD", "Portal")[case % 2]])
    return text.getvalue().encode()


def bench_import() -> dict[str, Any]:
    """Read, check and fold a log of 8,577 events (promise: under 5 s)."""
    content = event_log()
    said = {"received": "first_event", "completed": "last_event", "zone": "UTC"}

    def run() -> int:
        reading = read_log(content, name="bench", given=said)
        if reading.log is None:
            raise ValueError(f"the log was not read: {reading.questions}")
        fold(reading.log)
        return reading.events

    return {"events": run(), **seconds(run, 3)}


def bench_verify() -> dict[str, Any]:
    """Check a bundle of 100,000 entries with the standard library alone (promise: under 2 s)."""
    signer = Ed25519PrivateKey.generate()
    key = VerifierKey(name="bench.example", public=signer.public_key().public_bytes_raw())
    words = '"agent":{"id":"user:1"},"subject":"request:R-001","verb":"request.viewed"'
    bodies = [f'{{"id":"{number:032x}",{words}}}'.encode() for number in range(ENTRIES)]
    leaves = [leaf_hash(body) for body in bodies]
    state = Checkpoint(origin="bench.example", size=ENTRIES, root=root_of(leaves))
    note = state.sign(key, signer.sign)
    bundle = Bundle(bodies=bodies, leaves=leaves, note=note, history=[], key=key.text)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.zip"
        write_bundle(path, bundle, made_at=FIRST.isoformat())

        def run() -> None:
            verdict = verify_file(path)
            if verdict.findings:
                raise ValueError(verdict.findings[0])

        began = time.process_time()
        run()
        return {"entries": ENTRIES, "cpu_s": time.process_time() - began, **seconds(run, 3)}


def by_pandas(cases: pd.DataFrame, steps: pd.DataFrame, as_of: int) -> dict[str, float]:
    """Return five figures of the overview as one would write them with pandas."""
    out = cases[cases.direction == "outbound"]
    took = (cases.available - cases.received).dropna() / DAY
    due = out[out.contract_due.notna()]
    matured = due[(due.contract_due <= as_of) | due.contract_stop.notna()]
    sent = steps[(steps.activity == "available") & steps.medium.notna()]
    per_code = steps[steps.is_failure].groupby("reason").request_id.nunique()
    return {
        "median": float(took.median()),
        "p90": float(took.quantile(0.9)),
        "kept": float((matured.contract_stop <= matured.contract_due).mean()),
        "physical": float((sent.medium == "physical").mean()),
        "codes": float(per_code.sum()),
    }


def by_duckdb(tables: dict[str, pa.Table], as_of: int) -> tuple[float, ...]:
    """Return the same five figures by plain SQL on the same tables."""
    with duckdb.connect(config={"threads": 2}) as database:
        for name, table in tables.items():
            database.register(name, table)
        took = database.execute(
            """SELECT quantile_cont((available - received) / 86400.0, [0.5, 0.9]),
            avg(CASE WHEN contract_stop <= contract_due THEN 1 ELSE 0 END) FILTER (
                WHERE direction = 'outbound' AND contract_due IS NOT NULL
                AND (contract_due <= $1 OR contract_stop IS NOT NULL)) FROM cases""",
            [as_of],
        ).fetchone()
        sent = database.execute(
            """SELECT avg((medium = 'physical')::INT) FILTER (
                WHERE activity = 'available' AND medium IS NOT NULL),
            count(DISTINCT (request_id, reason)) FILTER (WHERE is_failure) FROM steps"""
        ).fetchone()
    if took is None or sent is None:
        raise ValueError("an aggregate without a row")
    return (*took[0], took[1], *sent)


def bench_engines(mirror: Mirror) -> dict[str, Any]:
    """Compute every measure, and beside it five of them by pandas and by plain DuckDB.

    The baselines do less: no intervals, no exclusions counted, no bounds, no periods.
    """
    cases, steps = mirror.cases.to_pandas(), mirror.steps.to_pandas()
    tables, as_of = {"cases": mirror.cases, "steps": mirror.steps}, mirror.log.as_of
    ours = seconds(lambda: compute(mirror, Selection()))
    pandas_took = seconds(lambda: by_pandas(cases, steps, as_of))
    duckdb_took = seconds(lambda: by_duckdb(tables, as_of))
    return {
        "versions": {"pandas": pd.__version__, "duckdb": duckdb.__version__},
        "measures": len(compute(mirror, Selection())),
        "all_measures": ours,
        "five_by_pandas": pandas_took,
        "five_by_duckdb": duckdb_took,
        "ratio_to_pandas": ours["median_s"] / pandas_took["median_s"],
        "ratio_to_duckdb": ours["median_s"] / duckdb_took["median_s"],
    }
