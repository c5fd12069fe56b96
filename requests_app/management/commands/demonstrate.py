"""Write a made-up year, so that a newcomer has something to look at."""

import json
import os
import secrets
import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from audit.seal import seal
from requests_app.demonstration.people import LOGINS
from requests_app.demonstration.write import is_written, write_year

FIRST_YEAR, LAST_YEAR = 2000, 2100  # the made-up year ends there


class Command(BaseCommand):
    """Exit status 0, also where the data is there: a second run says so; 2 for misuse."""

    requires_system_checks: list[str] = []
    help = "Write demonstration data: a made-up year of three facilities, and accounts to sign in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--requests", type=int, default=3000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--as-of", help="an ISO time; now where it is left out")
        parser.add_argument("--password", help="for all accounts; made up where it is left out")
        parser.add_argument("--logins", action="store_true", help="only print the accounts")
        parser.add_argument("--quiet-logins", action="store_true", help="do not print the accounts")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, or say that it is there."""
        if options["logins"]:
            self._print_logins()
            return
        if options["requests"] < 1:
            raise CommandError("Ask for at least one request.", returncode=2)
        as_of = _moment(options["as_of"])
        if is_written(requests=options["requests"]):
            self.stdout.write("The demonstration data is already there.")
            return
        password = options["password"] or _kept_password() or secrets.token_urlsafe(9)
        self.stdout.write("Writing a made-up year of demonstration data; this takes a few minutes.")
        started = time.monotonic()
        written = write_year(
            seed=options["seed"],
            requests=options["requests"],
            as_of=as_of,
            password=password,
            workers=max(1, min(2, os.cpu_count() or 1)),
            say=self._say_how_far,
        )
        seal(as_of)
        _keep_logins(password)
        self.stdout.write(
            f"Wrote {written.requests} made-up requests with {written.events} steps "
            f"in {time.monotonic() - started:.0f} s."
        )
        if not options["quiet_logins"]:
            self._print_logins()

    def _say_how_far(self, done: int, of: int) -> None:
        if of:
            self.stdout.write(f"  {100 * done // of:3} %  {done:,} of {of:,} requests")
            self.stdout.flush()

    def _print_logins(self) -> None:
        path = logins_path()
        if not path.exists():
            self.stdout.write("There are no demonstration accounts yet. Run: manage.py demonstrate")
            return
        kept = json.loads(path.read_text())
        self.stdout.write("Demonstration accounts (made up; every one has the same password):")
        for row in kept["logins"]:
            self.stdout.write(f"  {row['email']:<28} {row['role']:<14} {row['facilities']}")
        self.stdout.write(f"  password: {kept['password']}")
        self.stdout.write(f"Try {kept['logins'][0]['email']} first: it opens the overview.")
        self.stdout.flush()  # `up` goes on running: in a pipe the accounts would not be seen


def logins_path() -> Path:
    """Return where the accounts are kept: outside the database and the repository."""
    return Path(settings.VAR) / "demonstration-logins.json"


def _kept_password() -> str:
    path = logins_path()
    return str(json.loads(path.read_text())["password"]) if path.exists() else ""


def _keep_logins(password: str) -> None:
    path = logins_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            "email": login.email,
            "role": login.role.value,
            "facilities": ", ".join(login.facilities) or "own requests",
        }
        for login in LOGINS
    ]
    path.touch(mode=0o600)
    path.write_text(json.dumps({"password": password, "logins": rows}, indent=2) + "\n")


def _moment(text: str | None) -> datetime:
    if not text:
        return now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"{text!r} is not an ISO time such as 2026-11-24T12:00Z.", returncode=2
        ) from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise CommandError(
            f"{text} is out of reach; choose {FIRST_YEAR} to {LAST_YEAR}.", returncode=2
        )
    return found if found.tzinfo else found.replace(tzinfo=UTC)
