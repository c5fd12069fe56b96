"""Import a hospital's own log."""

import json
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analytics.external_logs.importing import digest_of, read_log
from analytics.external_logs.refusals import BadMapping, UnusableLog
from analytics.external_logs.store import keep, name_for
from audit.access import record
from audit.proof.entry import Action, EventCode


class Command(BaseCommand):
    """Exit status 0 when imported, 1 with questions or an unusable file, 2 for misuse."""

    help = "Import a log (CSV): one row a request, or one row an event."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("path", type=Path)
        parser.add_argument(
            "--mapping", type=Path, help="a JSON file; what it leaves out is inferred"
        )
        parser.add_argument("--as-of", help="until when the log speaks, an ISO time")
        parser.add_argument("--name", help="the name that `metrics --source` takes")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, store, answer."""
        path: Path = options["path"]
        content = _content(path)
        name = name_for(options["name"] or path.name)
        try:
            reading = read_log(
                content, name=name, given=_given(options["mapping"]), as_of=_time(options["as_of"])
            )
        except BadMapping as error:
            raise CommandError(error.sentence, returncode=2) from error
        except UnusableLog as error:
            self._say(options["json"], {"error": {"code": error.code, "sentence": error.sentence}})
            sys.exit(1)
        answer, already = reading.answer(name), False
        if reading.log is not None:
            at = timezone.now()
            _, already = keep(
                reading,
                name=name,
                digest=digest_of(content),
                organization_id=None,
                by_id=None,
                at=at,
            )
            record(
                verb="log.imported",
                code=EventCode.IMPORT,
                action=Action.CREATE,
                subject=f"log:{name}",
                detail={"cases": answer["cases"], "rows": answer["rows_read"], "already": already},
                at=at,
            )
        self._say(options["json"], answer)
        if answer["questions"]:
            sys.exit(1)

    def _say(self, as_json: bool, answer: dict[str, Any]) -> None:
        if as_json:
            self.stdout.write(json.dumps(answer))
            return
        if "error" in answer:
            self.stdout.write(answer["error"]["sentence"])
            return
        for asked in answer["questions"]:
            self.stdout.write(f"{asked['question']} Answer with date_order in a mapping.")
        if answer["log"]:
            self.stdout.write(
                f"{answer['rows_imported']} of {answer['rows_read']} rows imported as "
                f"{answer['log']}: {answer['cases']} cases, {answer['events']} events."
            )
        for row in answer["rejected"]:
            self.stdout.write(f"  row {row['row']}: {row['reason']}")
        for key, grade in answer["grades"].items():
            verdict = "computable" if grade["computable"] else "not computable"
            self.stdout.write(f"  {key}: {verdict}; {grade['why']}")


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise CommandError(f"There is no file {path}.", returncode=2)
    if path.stat().st_size > settings.LOG_LIMIT:
        raise CommandError(f"{path} is larger than {settings.LOG_LIMIT} bytes.", returncode=2)
    return path.read_bytes()


def _given(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        given = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise CommandError(f"The mapping {path} cannot be read: {error}.", returncode=2) from error
    if not isinstance(given, dict):
        raise CommandError(f"The mapping {path} is not a JSON object.", returncode=2)
    return given


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is not an ISO time.", returncode=2) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
