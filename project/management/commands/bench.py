"""Measure what is promised, on this machine, now."""

from __future__ import annotations

import json
import platform
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.sources.live import live_log
from audit.proof.merkle import CompactRange, leaf_hash
from project.bench_audit import bench_audit
from project.bench_engines import BASE, MEMORY, bench_engines
from project.bench_import import bench_import_large
from project.bench_mirror import bench_mirror
from project.bench_promises import bench_import, bench_verify, seconds
from project.bench_rebuild import bench_rebuild
from project.bench_turns import bench_turns
from project.bench_world import DAYS
from requests_app.sla.calendar import BusinessCalendar, us_federal_holidays
from requests_app.sla.explain import explain
from requests_app.sla.rules import CONTRACT


def bench_tree() -> dict[str, Any]:
    """Hash and join 100,000 entries of 500 bytes."""

    def run() -> bytes:
        tree = CompactRange()
        tree.extend(leaf_hash(number.to_bytes(500)) for number in range(100_000))
        return tree.root()

    return {"entries": 100_000, **seconds(run)}


def bench_clocks() -> dict[str, Any]:
    """Count 1,000 contract due dates with their explanations."""
    calendar = BusinessCalendar(zone="America/Chicago", holidays=us_federal_holidays(2024, 2028))
    at = timezone.now()

    def run() -> None:
        for _ in range(1000):
            explain(CONTRACT, starts_at=at, calendar=calendar)

    return {"due_dates": 1000, **seconds(run)}


def bench_measures() -> dict[str, Any]:
    """Read live work, fold it, compute every measure."""
    at = timezone.now()
    log = live_log(at)
    mirror = fold(log)
    return {
        "requests": log.requests.num_rows,
        "events": log.events.num_rows,
        "read": seconds(lambda: live_log(at), 2),
        "fold": seconds(lambda: fold(log)),
        "all_measures": seconds(lambda: compute(mirror, Selection())),
    }


BENCHES: dict[str, Callable[[], dict[str, Any]]] = {
    "tree": bench_tree,
    "clocks": bench_clocks,
    "measures": bench_measures,
    "engines": partial(bench_engines, BASE, 3, DAYS, MEMORY),
    "turns": partial(bench_turns, BASE, 3, DAYS),
    "mirror": bench_mirror,
    "rebuild": bench_rebuild,
    "import": bench_import,
    "import_large": bench_import_large,
    "verify": bench_verify,
    "audit": bench_audit,
}


class Command(BaseCommand):
    """Exit status 0 with figures, 2 for misuse."""

    help = "Measure: " + ", ".join(BENCHES) + ", all."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("name")
        parser.add_argument(
            "--requests", type=int, default=BASE, help="size of the world for `engines` and `turns`"
        )
        parser.add_argument("--facilities", type=int, default=3, help="of that world")
        parser.add_argument("--days", type=int, default=DAYS, help="that it spans")
        parser.add_argument("--memory", default=MEMORY, help="what DuckDB may take of it")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run and print."""
        name = options["name"]
        if name not in (*BENCHES, "all"):
            raise CommandError(
                f"There is no bench {name!r}. Known: {', '.join(BENCHES)}.", returncode=2
            )
        chosen = dict(BENCHES) if name == "all" else {name: BENCHES[name]}
        answer: dict[str, Any] = {"python": sys.version.split()[0], "machine": platform.machine()}
        if "engines" in chosen:
            given = (options[key] for key in ("requests", "facilities", "days", "memory"))
            chosen = chosen | {"engines": partial(bench_engines, *given)}
        if "turns" in chosen:
            size = (options[key] for key in ("requests", "facilities", "days"))
            chosen = chosen | {"turns": partial(bench_turns, *size)}
        answer |= {key: run() for key, run in chosen.items()}
        if options["json"]:
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write(json.dumps(answer, indent=2))
