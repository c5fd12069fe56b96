"""Measure an import and an offline check."""

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

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from analytics.external_logs.importing import read_log
from analytics.mirror.fold import fold
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
