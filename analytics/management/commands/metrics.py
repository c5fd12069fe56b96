"""Compute measures from live work or from an imported log."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analytics.metrics.catalogue import BY_KEY, GROUPINGS
from analytics.metrics.compute import compute
from analytics.metrics.definition import Result
from analytics.metrics.selection import Selection
from analytics.sources.opening import LIVE, UnknownSource, live_as_of, open_source


class Command(BaseCommand):
    """Exit status 0 with an answer, 2 for misuse; what cannot be computed says why."""

    help = "Compute measures: value, numerator, denominator, n, interval, exclusions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--source", default=LIVE, help="live, or the name of an imported log")
        parser.add_argument("--from", dest="since", help="first day of receipt")
        parser.add_argument("--to", dest="until", help="last day of receipt")
        parser.add_argument("--facility", action="append", help="a facility's slug; may repeat")
        parser.add_argument("--direction", choices=["inbound", "outbound"])
        parser.add_argument("--key", action="append", help="a measure; may repeat")
        parser.add_argument("--by", choices=list(GROUPINGS))
        parser.add_argument("--as-of", help="live work as it stood then, an ISO time")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute and print."""
        if unknown := [key for key in options["key"] or [] if key not in BY_KEY]:
            raise CommandError(
                f"There is no measure {unknown[0]!r}. Known: {', '.join(BY_KEY)}.", returncode=2
            )
        since, until = _day(options["since"]), _day(options["until"])
        if since and until and until < since:
            raise CommandError("The period ends before it begins.", returncode=2)
        facilities = tuple(options["facility"]) if options["facility"] else None
        selection = Selection(
            facilities=facilities, since=since, until=until, direction=options["direction"]
        )
        mirror = self._snapshot(options).mirror
        known = set(mirror.cases["facility"].to_pylist())
        if facilities and (strange := sorted(set(facilities) - known)):
            raise CommandError(f"The source has no facility {strange[0]!r}.", returncode=2)
        results = compute(mirror, selection, options["key"], by=options["by"])
        as_of = datetime.fromtimestamp(mirror.log.as_of, UTC).isoformat()
        if not options["json"]:
            self.stdout.write("\n".join(in_words(result) for result in results.values()))
            return
        answer = {
            "source": options["source"],
            "as_of": as_of,
            "period": {"from": options["since"], "to": options["until"]},
            "granularity": mirror.log.granularity,
            "filters": {"facility": facilities, "direction": options["direction"]},
            "metrics": [asdict(result) for result in results.values()],
        }
        self.stdout.write(json.dumps(answer))

    def _snapshot(self, options: dict[str, Any]) -> Any:
        try:
            if options["as_of"] and options["source"] == LIVE:
                return live_as_of(_time(options["as_of"]))
            return open_source(options["source"], at=timezone.now(), any_organization=True)
        except UnknownSource as error:
            raise CommandError(error.sentence, returncode=2) from error


def in_words(result: Result) -> str:
    """Return one line for people."""
    if result.value is None:
        return f"{result.label}: - ({result.why})"
    span = (
        f" ({result.low:.1f}-{result.high:.1f})" if result.low is not None and result.high else ""
    )
    line = f"{result.label}: {result.value:.4g} {result.unit}{span}, n = {result.n}"
    left_out = "; ".join(f"{n} {why}" for why, n in result.excluded.items())
    return line + (f"; left out: {left_out}" if left_out else "")


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is not a date such as 2026-11-24.", returncode=2) from error


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is not an ISO time.", returncode=2) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
