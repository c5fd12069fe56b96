"""Judge whether images can be used at once."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from requests_app.imaging.inspection import inspect
from requests_app.imaging.sandbox import Inspector


class Command(BaseCommand):
    """Exit status 0 when all is usable, 1 with findings, 2 for misuse."""

    help = "Judge the usability of files, folders, zips and disc images."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("paths", nargs="+", type=Path)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Inspect and print."""
        paths: list[Path] = options["paths"]
        for path in paths:
            check_is_there(path)
        with Inspector() as inspector:
            found = [{"path": str(path), **inspect(path, inspector)} for path in paths]
        if options["json"]:
            answer = {"inspected": found}
            if len(found) == 1:
                answer = {key: value for key, value in found[0].items() if key != "path"}
            self.stdout.write(json.dumps(answer))
        else:
            for one in found:
                files = f"{one['files']:,} file{'' if one['files'] == 1 else 's'}"
                self.stdout.write(f"{one['path']}: {one['verdict']}, {files}")
                for finding in one["findings"]:
                    of_file = f"{finding['file']}: " if finding.get("file") else ""
                    self.stdout.write(f"  {finding['check']} {of_file}{finding['sentence']}")
        if any(one["verdict"] != "usable" for one in found):
            sys.exit(1)


def check_is_there(path: Path) -> None:
    """Refuse a path where nothing is, or that this machine cannot follow."""
    try:
        is_there = path.is_file() or path.is_dir()  # a pipe or a device would never end
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=2) from error
    if not is_there:
        raise CommandError(f"There is no file or folder {path}.", returncode=2)
