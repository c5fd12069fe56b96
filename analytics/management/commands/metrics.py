"""Compute measures from live work or from an imported log."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.compute import compute
from analytics.metrics.definition import METHOD_VERSION, Result
from analytics.metrics.slices import GROUPINGS
from analytics.metrics.without import Without, without_each_code
from analytics.mirror.kept import note_report
from analytics.readers.arguments import add_selection, selection_for, snapshot_for
from analytics.sources.opening import LIVE


class Command(BaseCommand):
    """Exit status 0 with an answer, 2 for misuse; what cannot be computed says why."""

    help = "Compute measures: value, numerator, denominator, n, interval, exclusions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        add_selection(parser)
        parser.add_argument("--key", action="append", help="a measure; may repeat")
        parser.add_argument("--by", choices=list(GROUPINGS))
        parser.add_argument(
            "--without-codes",
            action="store_true",
            help="also what nine in ten would take without each failure code",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute and print."""
        if unknown := [key for key in options["key"] or [] if key not in BY_KEY]:
            raise CommandError(
                f"There is no measure {unknown[0]!r}. Known: {', '.join(BY_KEY)}.", returncode=2
            )
        at = timezone.now()
        snapshot = snapshot_for(options, at)
        mirror = snapshot.mirror
        chosen = selection_for(options, mirror)
        results = compute(mirror, chosen, options["key"], by=options["by"])
        as_of = datetime.fromtimestamp(mirror.log.as_of, UTC).isoformat()
        codes = without_each_code(mirror, chosen) if options["without_codes"] else ()
        if not options["json"]:
            lines = [in_words(result) for result in results.values()]
            self.stdout.write("\n".join([*lines, *map(_without, codes)]))
            return
        answer = {
            "source": options["source"],
            "as_of": as_of,
            "period": {"from": options["since"], "to": options["until"], "zone": chosen.zone},
            "granularity": mirror.log.granularity,
            "filters": {
                name: options[name] for name in ("facility", "direction", "asked", "slice", "by")
            },
            "method": METHOD_VERSION,
            "snapshot": {"watermark": snapshot.watermark, "content": snapshot.content},
            "metrics": [asdict(result) for result in results.values()],
        }
        if options["without_codes"]:
            answer["without_codes"] = [asdict(one) for one in codes]
        if options["source"] == LIVE:
            note_report(LIVE, snapshot.content, at=at)
        self.stdout.write(json.dumps(answer))


def _without(one: Without) -> str:
    return (
        f"Without {one.code} ({one.requests} requests, {one.hours:.0f} hours): nine in ten "
        f"within {one.days_without:.1f} days instead of {one.days:.1f}"
    )


def in_words(result: Result) -> str:
    """Return one line for people."""
    if result.value is None:
        return f"{result.label}: - ({result.why})"
    span = (
        f" ({result.low:.4g}-{result.high:.4g})" if result.low is not None and result.high else ""
    )
    line = f"{result.label}: {result.value:.4g} {result.unit}{span}, n = {result.n}"
    left_out = "; ".join(f"{n} {why}" for why, n in result.excluded.items())
    return line + (f"; left out: {left_out}" if left_out else "")
