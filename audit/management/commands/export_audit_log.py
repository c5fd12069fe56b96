"""Write the audit log to a bundle that anyone can check offline."""

import json
import os
import secrets
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit.access import record
from audit.export import NothingToExport, export_bundle
from audit.origin import of_command
from audit.proof.entry import Action, EventCode
from audit.seal import Seal
from audit.witness import WitnessRefused


class Command(BaseCommand):
    """Exit status 0 when written, 1 for an empty log, 2 for misuse."""

    help = "Write the audit log to a bundle; check it with `python3 -m audit verify`."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--out", type=Path, required=True, help="the zip file to write")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Record the export, then write what includes the record."""
        at, target = timezone.now(), options["out"]
        check_target(target)
        record(
            verb="log.exported",
            code=EventCode.EXPORT,
            action=Action.READ,
            subject="audit log",
            detail=of_command(),
            at=at,
        )
        try:
            state = self._write(target, at)
        except (NothingToExport, WitnessRefused) as error:
            self.stderr.write(f"Nothing was exported: {error}")
            sys.exit(1)
        except OSError as error:
            raise CommandError(f"{target} cannot be written: {error}.", returncode=2) from error
        answer = {"out": str(target), "entries": state.size, "root": state.root, "key": state.key}
        if options["json"]:
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write(f"{state.size:,} entries written to {target}. Root {state.root}")

    def _write(self, target: Path, at: datetime) -> Seal:
        """Write beside the target and rename, so that an earlier bundle is never left half."""
        draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            state = export_bundle(draft, at=at)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
        return state


def check_target(target: Path) -> None:
    """Refuse what is no place for a file, before anything is recorded."""
    try:
        if not target.absolute().parent.is_dir():
            raise CommandError(f"There is no folder {target.parent}.", returncode=2)
        if target.exists() and not (target.is_file() or target.is_dir()):
            raise CommandError(f"{target} is no file: it would be replaced.", returncode=2)
        if target.is_dir():
            raise CommandError(f"{target} is a folder; name a file.", returncode=2)
        if not os.access(target if target.exists() else target.absolute().parent, os.W_OK):
            raise CommandError(f"{target} cannot be written: not allowed here.", returncode=2)
    except OSError as error:
        raise CommandError(f"{target} cannot be written: {error}.", returncode=2) from error
