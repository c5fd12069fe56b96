"""Fold live work anew, from nothing."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from analytics.mirror.refresh import forget
from analytics.sources.opening import LIVE, open_source


class Command(BaseCommand):
    """Exit status 0 when rebuilt."""

    help = "Drop the published mirror of live work and fold it anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild and say how much."""
        forget(LIVE)
        snapshot = open_source(LIVE, at=timezone.now())
        answer = {
            "cases": snapshot.mirror.cases.num_rows,
            "steps": snapshot.mirror.steps.num_rows,
            "watermark": snapshot.watermark,
            "content": snapshot.content,
        }
        text = f"{answer['cases']} cases and {answer['steps']} steps."
        self.stdout.write(json.dumps(answer) if options["json"] else text)
