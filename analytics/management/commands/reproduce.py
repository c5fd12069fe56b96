"""Count the figures of an exported file again."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.reports.reproduced import Reproduced, reproduce
from analytics.reports.stamp import Unstamped, read_stamp

LARGEST = 200 * 1024 * 1024  # bytes


class Command(BaseCommand):
    """Exit status 0 where the figures are equal, 1 where not or the data is gone, 2 for misuse."""

    help = "Find the data that a report was counted from, count again, and compare."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("report", help="a report file, or what metrics --json printed")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare and say so."""
        path = Path(options["report"])
        try:
            if path.stat().st_size > LARGEST:
                raise CommandError(f"{path} is too large for a report.", returncode=2)
            found = reproduce(read_stamp(path.read_bytes()))
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=2) from error
        except Unstamped as error:
            raise CommandError(error.sentence, returncode=2) from error
        self.stdout.write(_as_json(found) if options["json"] else _in_words(found))
        if found.verdict != "equal":
            raise SystemExit(1)


def _as_json(found: Reproduced) -> str:
    stamp = found.stamp
    return json.dumps(
        {
            "verdict": found.verdict,
            "report": stamp.report or "metrics",
            "source": stamp.source,
            "as_of": stamp.as_of,
            "snapshot": {"watermark": stamp.watermark, "content": stamp.content},
            "figures": len(stamp.figures),
            "differing": [
                {"figure": name, "reported": reported, "now": now}
                for name, (reported, now) in found.differing.items()
            ],
            "why": found.why or None,
        }
    )


def _in_words(found: Reproduced) -> str:
    if found.verdict == "equal":
        shown = " that are shown" if found.stamp.is_published else ""
        return f"Equal: all {len(found.stamp.figures)} figures{shown}, from data {found.stamp.content}."
    if found.verdict == "not_kept":
        return f"Cannot be counted again: {found.why}"
    lines = [
        f"  {name}: reported {reported}, now {now}"
        for name, (reported, now) in found.differing.items()
    ]
    first = f"Different: {len(lines)} of {len(found.stamp.figures)} figures. {found.why}".rstrip()
    return "\n".join([first, *lines])
