"""Write a report to a file."""

import json
from argparse import ArgumentParser
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analytics.charts.ask import asking, reach
from analytics.metrics.selection import Selection
from analytics.mirror.refresh import Snapshot
from analytics.readers.query import usual_period
from analytics.reports.builders import BUILDERS
from analytics.reports.orders import Made, make
from analytics.reports.writers import WRITERS
from analytics.sources.opening import LIVE, UnknownSource, live_as_of, open_source


class Command(BaseCommand):
    """Exit status 0 with a file, 1 where nothing could be counted, 2 for misuse."""

    help = "Write a report: its figures, definitions, and the audit log's state beside them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("name", choices=sorted(BUILDERS))
        parser.add_argument("--format", required=True, choices=sorted(WRITERS))
        parser.add_argument("--out", required=True, help="the file to write")
        parser.add_argument("--from", dest="since", help="first day of receipt")
        parser.add_argument("--to", dest="until", help="last day of receipt")
        parser.add_argument("--facility", action="append", help="a facility's slug; may repeat")
        parser.add_argument("--source", default=LIVE, help="live, or the name of an imported log")
        parser.add_argument("--as-of", help="live work as it stood then, an ISO time")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the report, write it, say what was written."""
        snapshot = self._snapshot(options)
        log = snapshot.mirror.log
        facilities = tuple(options["facility"]) if options["facility"] else None
        known = set(snapshot.mirror.cases["facility"].to_pylist())
        if facilities and (strange := sorted(set(facilities) - known)):
            raise CommandError(f"The source has no facility {strange[0]!r}.", returncode=2)
        days = _days(options, snapshot, Selection(facilities=facilities, zone=log.zone))
        selection = Selection(facilities=facilities, since=days[0], until=days[1], zone=log.zone)
        made = make(
            options["name"],
            options["format"],
            snapshot=snapshot,
            selection=selection,
            days=days,
            names={one: one for one in sorted(known)},
            source=options["source"],
            at=timezone.now(),
        )
        out = Path(options["out"])
        try:
            out.write_bytes(made.content)
        except OSError as error:
            raise CommandError(
                f"{out} cannot be written: {error.strerror}.", returncode=2
            ) from error
        self._say(options, made, out, days)
        if not made.figures["requests_received.n"]:
            raise SystemExit(1)

    def _say(self, options: dict[str, Any], made: Made, out: Path, days: tuple[date, date]) -> None:
        seal = made.seal
        answer = {
            "report": options["name"],
            "format": options["format"],
            "file": str(out),
            "bytes": len(made.content),
            "sha256": made.sha256,
            "period": {"from": days[0].isoformat(), "to": days[1].isoformat()},
            "checkpoint": {"size": seal.size, "root": seal.root, "note": seal.note}
            if seal
            else None,
            "figures": dict(made.figures),
        }
        if options["json"]:
            self.stdout.write(json.dumps(answer))
            return
        vouched = f"audit entry {seal.size}" if seal else "no sealed entry yet"
        self.stdout.write(
            f"{out}: {len(made.content):,} bytes, SHA-256 {made.sha256}, under {vouched}"
        )

    def _snapshot(self, options: dict[str, Any]) -> Snapshot:
        try:
            if options["as_of"] and options["source"] == LIVE:
                return live_as_of(_time(options["as_of"]))
            return open_source(options["source"], at=timezone.now(), any_organization=True)
        except UnknownSource as error:
            raise CommandError(error.sentence, returncode=2) from error


def _days(options: dict[str, Any], snapshot: Snapshot, chosen: Selection) -> tuple[date, date]:
    """Return the asked days, or the usual ones of the source."""
    log = snapshot.mirror.log
    since, until = usual_period(datetime.fromtimestamp(log.as_of, ZoneInfo(log.zone)).date())
    if options["source"] != LIVE:
        with asking(snapshot.mirror, chosen) as ask:
            since, until = reach(ask) or (since, until)
    since, until = _day(options["since"]) or since, _day(options["until"]) or until
    if until < since:
        raise CommandError("The period ends before it begins.", returncode=2)
    return since, until


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is not a date such as 2026-11-24.", returncode=2) from error
    if not 1950 <= found.year <= 2100:
        raise CommandError(f"{text} is out of reach; choose 1950 to 2100.", returncode=2)
    return found


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is not an ISO time.", returncode=2) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
