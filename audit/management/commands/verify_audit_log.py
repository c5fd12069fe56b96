"""Check the audit log in the database."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from audit.examine import examine


class Command(BaseCommand):
    """Exit status 0 when nothing was altered, 1 with findings, 2 for misuse."""

    help = "Derive every signed state of the audit log again and compare."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and say."""
        found = examine()
        if options["json"]:
            self.stdout.write(
                json.dumps(asdict(found) | {"sound": not found.findings}, default=str)
            )
        elif found.findings:
            self.stdout.write("\n".join(found.findings))
        else:
            self.stdout.write(f"No alteration found in {found.entries:,} entries.")
        if found.findings:
            sys.exit(1)
