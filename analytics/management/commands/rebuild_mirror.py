"""Fold live work anew, from nothing."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from analytics.sources.mirrored import rebuild


class Command(BaseCommand):
    """Exit status 0 when rebuilt; with --check 1 where increments gave other files; 2 for misuse."""

    help = "Fold all live work anew, compare it with what increments gave, and publish it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--check", action="store_true", help="compare only, publish nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild, and say how much and whether it is the same."""
        made = rebuild(timezone.now(), only_check=options["check"])
        cases, steps = (made.published.rows.count(table) for table in ("cases", "steps"))
        answer = {
            "cases": cases,
            "steps": steps,
            "watermark": made.published.facts.watermark,
            "content": made.published.content,
            "files": len(made.published.files),
            "equal": not made.differing,
            "differing": list(made.differing),
        }
        text = f"{cases:,} cases and {steps:,} steps in {len(made.published.files):,} files"
        same = "byte for byte what increments gave"
        if made.differing:
            same = f"increments gave otherwise: {', '.join(made.differing[:10])}"
        self.stdout.write(json.dumps(answer) if options["json"] else f"{text}; {same}.")
        if made.differing and options["check"]:
            raise SystemExit(1)
