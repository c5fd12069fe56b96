"""Write a report to a file."""

import json
from argparse import ArgumentParser
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analytics.charts.ask import reach, whole
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection
from analytics.mirror.refresh import Snapshot
from analytics.readers.arguments import (
    add_selection,
    in_days,
    owner_of,
    selection_for,
    snapshot_for,
)
from analytics.readers.query import usual_period
from analytics.reports.builders import BUILDERS
from analytics.reports.orders import Made, make
from analytics.reports.writers import WRITERS
from analytics.sources.opening import LIVE
from audit.management.commands.export_audit_log import check_target
from requests_app.models import Facility, Organization


class Command(BaseCommand):
    """Exit status 0 with a file, 1 where nothing could be counted, 2 for misuse."""

    help = "Write a report: its figures, definitions, and the audit log's state beside them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("name", choices=sorted(BUILDERS))
        parser.add_argument("--format", required=True, choices=sorted(WRITERS))
        parser.add_argument("--out", required=True, help="the file to write")
        add_selection(parser)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the report, write it, say what was written."""
        at, out = timezone.now(), Path(options["out"])
        check_target(out)
        owner = owner_of(options)
        snapshot = snapshot_for(options, at, owner)
        selection = _in_usual_days(options, snapshot, owner)
        made = make(
            options["name"],
            options["format"],
            snapshot=snapshot,
            selection=selection,
            names=_names(options["source"], snapshot),
            source=options["source"],
            at=at,
            owner=owner,
        )
        try:
            out.write_bytes(made.content)
        except OSError as error:
            raise CommandError(
                f"{out} cannot be written: {error.strerror}.", returncode=2
            ) from error
        self._say(options, made, out, selection)
        if not made.figures["requests_received.n"]:
            raise SystemExit(1)

    def _say(self, options: dict[str, Any], made: Made, out: Path, chosen: Selection) -> None:
        seal = made.seal
        answer = {
            "report": options["name"],
            "format": options["format"],
            "file": str(out),
            "bytes": len(made.content),
            "sha256": made.sha256,
            "period": {"from": str(chosen.since), "to": str(chosen.until), "zone": chosen.zone},
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
        if not made.figures["requests_received.n"]:
            self.stdout.write(
                f"No request was received from {chosen.since} to {chosen.until}: no figure stands "
                "in the report."
            )


def _names(source: str, snapshot: Snapshot) -> dict[str, str]:
    """Return what the source's facilities are called; a log's own words stand as they are."""
    known = {one: one for one in snapshot.mirror.facilities}
    if source != LIVE:
        return known
    return known | dict(Facility.objects.filter(slug__in=known).values_list("slug", "name"))


def _in_usual_days(
    options: dict[str, Any], snapshot: Snapshot, owner: Organization | None
) -> Selection:
    """Return the asked selection, in the usual days of the source where none were asked for."""
    log = snapshot.mirror.log
    chosen = selection_for(options, snapshot.mirror, owner)
    with asking(snapshot.mirror, replace(chosen, since=None, until=None)) as ask:
        found = reach(ask) if options["source"] == LIVE else whole(ask)
    if found is not None and options["source"] != LIVE:
        return in_days(chosen, found[0], found[-1])
    today = datetime.fromtimestamp(log.as_of, ZoneInfo(chosen.zone)).date()
    return in_days(chosen, *usual_period(today, found[0] if found else None))
