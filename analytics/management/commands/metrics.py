"""Compute measures from live work or from an imported log."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analytics.metrics.catalogue import BY_KEY, GROUPINGS
from analytics.metrics.compute import compute
from analytics.metrics.definition import Result
from analytics.metrics.suppression.published import PublishedResult
from analytics.metrics.suppression.results import suppressed_together
from analytics.readers.arguments import add_selection, selection_for, snapshot_for


class Command(BaseCommand):
    """Exit status 0 with an answer, 2 for misuse; what cannot be computed says why."""

    help = "Compute measures: value, numerator, denominator, n, interval, exclusions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        add_selection(parser)
        parser.add_argument("--key", action="append", help="a measure; may repeat")
        parser.add_argument("--by", choices=list(GROUPINGS))
        parser.add_argument(
            "--publish",
            action="store_true",
            help="only what may leave the house: counts from 1 to 10, and what would tell them, "
            "are hidden (docs/explanation/small-cells.md)",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute and print."""
        if unknown := [key for key in options["key"] or [] if key not in BY_KEY]:
            raise CommandError(
                f"There is no measure {unknown[0]!r}. Known: {', '.join(BY_KEY)}.", returncode=2
            )
        mirror = snapshot_for(options, timezone.now()).mirror
        chosen = selection_for(options, mirror)
        computed = compute(mirror, chosen, options["key"], by=options["by"])
        results: Mapping[str, Result | PublishedResult] = computed
        if options["publish"]:
            results = suppressed_together(computed.values(), by=options["by"])
        as_of = datetime.fromtimestamp(mirror.log.as_of, UTC).isoformat()
        if not options["json"]:
            self.stdout.write("\n".join(in_words(result) for result in results.values()))
            return
        answer = {
            "source": options["source"],
            "as_of": as_of,
            "period": {"from": options["since"], "to": options["until"], "zone": chosen.zone},
            "granularity": mirror.log.granularity,
            "filters": {name: options[name] for name in ("facility", "direction", "asked")},
            "metrics": [asdict(result) for result in results.values()],
        }
        self.stdout.write(json.dumps(answer))


def in_words(result: Result | PublishedResult) -> str:
    """Return one line for people."""
    if result.value is None:
        return f"{result.label}: - ({result.why})"
    span = (
        f" ({result.low:.1f}-{result.high:.1f})" if result.low is not None and result.high else ""
    )
    line = f"{result.label}: {result.value:.4g} {result.unit}{span}, n = {result.n}"
    left_out = "; ".join(
        f"{'(hidden)' if n is None else n} {why}" for why, n in result.excluded.items()
    )
    return line + (f"; left out: {left_out}" if left_out else "")
