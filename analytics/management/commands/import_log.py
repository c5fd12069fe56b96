"""Import a hospital's own log."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analytics.charts.words import plural
from analytics.external_logs.as_said import read_linked
from analytics.external_logs.grades import GRADE_WORDS, by_reason
from analytics.external_logs.importing import Reading, digest_of, read_log
from analytics.external_logs.progress import silent
from analytics.external_logs.questions import example_answer
from analytics.external_logs.read import read_file
from analytics.external_logs.refusals import BadMapping, UnusableLog
from analytics.external_logs.remarks import columns_read, unsure
from analytics.external_logs.saved import as_last_time, remember
from analytics.external_logs.store import held, keep, name_for
from analytics.readers.arguments import check_reach
from audit.access import record, system_for
from audit.origin import of_command
from audit.pipe import let_go
from audit.proof.entry import Action, EventCode
from requests_app.models import Organization

LONGEST = 200  # characters of an answer that is spelled out


class Command(BaseCommand):
    """Exit status 0 when imported, 1 with questions or an unusable file, 2 for misuse."""

    help = "Import a log (CSV, XLSX, XLS, ODS, JSON lines, XES): one row a request, or one row an event."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("path", type=Path)
        parser.add_argument(
            "--mapping", type=Path, help="a JSON file; what it leaves out is inferred"
        )
        parser.add_argument(
            "--events", type=Path, help="the history of the requests in PATH, a row a step"
        )
        parser.add_argument(
            "--by", default="", help="the column of the number in both, or 'in PATH=in EVENTS'"
        )
        parser.add_argument("--as-of", help="until when the log speaks, an ISO time")
        parser.add_argument("--name", help="the name that `metrics --source` takes")
        parser.add_argument(
            "--organization", help="whose log it is: a slug; the only organization where left out"
        )
        parser.add_argument(
            "--as-last-time", action="store_true", help="read it as the last file with its headers"
        )
        parser.add_argument(
            "--progress", action="store_true", help="say on standard error how far it is"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, store, answer."""
        path: Path = options["path"]
        content = _content(path)
        steps = _content(options["events"]) if options["events"] else None
        if steps is not None and options["as_last_time"]:
            raise CommandError("--as-last-time reads one file, not two.", returncode=2)
        name = name_for(options["name"] or path.name)
        owner = _organization(options["organization"])
        given, as_of = _given(options["mapping"]), _time(options["as_of"])
        try:
            if options["as_last_time"] and not given:
                given = _as_last_time(content, owner, name)
            with held(name, owner.pk if owner else None) as earlier:
                words: dict[str, Any] = {
                    "name": name,
                    "given": given,
                    "as_of": as_of,
                    "earlier": earlier,
                    "proposed_zone": _zone_of(owner),
                }
                words["at"] = timezone.now()
                words["progress"] = self._told if options["progress"] else silent
                reading = _read(content, steps, options["by"], words)
                if reading.log is not None:
                    _store(reading, name, digest_of(content + (steps or b"")), owner)
        except BadMapping as error:
            raise CommandError(error.sentence, returncode=2) from error
        except UnusableLog as error:
            self._say(options["json"], {"error": {"code": error.code, "sentence": error.sentence}})
            sys.exit(1)
        except KeyboardInterrupt:
            raise CommandError("Cancelled; nothing was stored.", returncode=130) from None
        answer = reading.answer(name)
        self._say(options["json"], answer, columns_read(reading))
        if answer["log"] and not options["json"]:
            self.stdout.write(_where_seen(name, owner))
        if answer["questions"]:
            sys.exit(1)

    def _told(self, stage: str, share: float) -> None:
        """Say how far it is; that nobody reads it undoes no import."""
        try:
            if sys.stderr is not None:
                self.stderr.write(f"{100 * share:3.0f} % {stage}")
                self.stderr.flush()
        except OSError:
            let_go(self.stderr)

    def _say(self, as_json: bool, answer: dict[str, Any], columns: Iterable[str] = ()) -> None:
        if as_json:
            self.stdout.write(json.dumps(answer))
            return
        if "error" in answer:
            self.stdout.write(answer["error"]["sentence"])
            return
        for asked in answer["questions"]:
            example = json.dumps(example_answer(asked), ensure_ascii=False)
            self.stdout.write(f"{asked['question']} Answer in a file for --mapping: {example}")
            for choice, answer_of in asked.get("answers", {}).items():
                said = json.dumps(answer_of, ensure_ascii=False)
                said = said if len(said) <= LONGEST else "long; --json tells it"
                self.stdout.write(f"  {asked['labels'].get(choice, choice)}: {said}")
        if answer["log"]:
            self.stdout.write(
                f"{answer['rows_imported']:,} of {plural(answer['rows_read'], 'row')} imported as "
                f"{answer['log']}: {plural(answer['cases'], 'case')}, "
                f"{plural(answer['events'], 'event')}. "
                f"{plural(answer['rows_added'], 'row is', 'rows are')} new, "
                f"{answer['rows_recognised']:,} were here "
                f"already, {answer['rows_corrected']:,} took the place of older ones."
            )
            if answer["replaced_whole"]:
                self.stdout.write("The file is read in another way: it takes the log's place.")
        for line in (*columns, *unsure(answer)):
            self.stdout.write(f"  {line}")
        for row in answer["rejected"]:
            self.stdout.write(f"  row {row['row']}: {row['reason']}")
        for row in answer.get("unlinked", ()):
            self.stdout.write(f"  requests, row {row['row']}: {row['reason']}")
        self._say_grades(answer["grades"])

    def _say_grades(self, grades: dict[str, dict[str, Any]]) -> None:
        for key, grade in grades.items():
            if grade["computable"]:
                self.stdout.write(f"  {key}: {GRADE_WORDS[grade['grade']]}; {grade['why']}")
        for why, keys in by_reason(grades).items():
            self.stdout.write(f"  {GRADE_WORDS['not_computable']}: {why}: {', '.join(keys)}")


def _read(content: bytes, steps: bytes | None, by: str, words: dict[str, Any]) -> Reading:
    if steps is None:
        return read_log(content, **words)
    return read_linked(content, steps, by=by, **words)


def _store(reading: Reading, name: str, digest: str, owner: Organization | None) -> None:
    at, owner_id, answer = timezone.now(), owner.pk if owner else None, reading.answer(name)
    _, already = keep(
        reading, name=name, digest=digest, organization_id=owner_id, by_id=None, at=at
    )
    remember(reading.raw.headers, reading.to_remember(), name=name, organization_id=owner_id, at=at)
    record(
        verb="log.imported",
        code=EventCode.IMPORT,
        action=Action.CREATE,
        agent=system_for(owner_id),
        subject=f"log:{name}",
        detail={
            **{"cases": answer["cases"], "rows": answer["rows_read"], "already": already},
            **of_command(),
            "organization": owner.slug if owner else "",
        },
        at=at,
    )


def _organization(slug: str | None) -> Organization | None:
    """Return whose log it is; the only organization where none is named, None of several."""
    known = {one.slug: one for one in Organization.objects.order_by("slug")}
    if slug is None:
        return next(iter(known.values())) if len(known) == 1 else None
    if slug not in known:
        listed = ", ".join(known) or "none yet"
        raise CommandError(f"There is no organization {slug!r}. Known: {listed}.", returncode=2)
    return known[slug]


def _where_seen(name: str, owner: Organization | None) -> str:
    if owner is None:
        return "It is visible on the command line only; for the pages give --organization."
    return f"{owner.name} sees it under Imported logs, and the command line as --source {name}."


def _zone_of(owner: Organization | None) -> str:
    first = owner.facilities.order_by("slug").first() if owner else None
    return first.zone if first else ""


def _as_last_time(content: bytes, owner: Organization | None, name: str) -> dict[str, Any]:
    saved = as_last_time(read_file(content).headers, owner.pk if owner else None, name)
    if saved is None:
        raise CommandError("No file with these headers was imported before.", returncode=2)
    return dict(saved.mapping)


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise CommandError(f"There is no file {path}.", returncode=2)
        if path.stat().st_size > settings.LOG_LIMIT:
            raise CommandError(f"{path} is larger than {settings.LOG_LIMIT} bytes.", returncode=2)
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=2) from error


def _given(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        given = json.loads(path.read_text())
    except (OSError, ValueError, RecursionError) as error:
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
    check_reach(found.date(), text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
