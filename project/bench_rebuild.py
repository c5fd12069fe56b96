"""Measure a rebuild of the mirror from PostgreSQL: from nothing, and beside what stands."""

from __future__ import annotations

import resource
import time
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from analytics.sources.mirrored import rebuild
from project.bench_mirror import own_folder


def bench_rebuild() -> dict[str, Any]:
    """Read, fold and publish all live work into a folder of its own; nothing of it stays.

    `cpu_s` are seconds of this process, without PostgreSQL's.
    """
    at = datetime.now(UTC)
    with own_folder(), transaction.atomic():
        answer = {"from_nothing": _took(at), "compared": _took(at)}
        transaction.set_rollback(True)
    return answer


def _took(at: datetime) -> dict[str, Any]:
    began, busy = time.perf_counter(), time.process_time()
    made = rebuild(at, only_check=False)
    return {
        "requests": made.published.rows.count("cases"),
        "events": made.published.rows.count("steps"),
        "wall_s": time.perf_counter() - began,
        "cpu_s": time.process_time() - busy,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "equal": not made.differing,
    }
