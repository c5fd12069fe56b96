"""The first real start: an organization, its first facility and administrator, holidays, rules."""

import getpass
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.timezone import now

from requests_app.house.holidays import load_federal
from requests_app.house.ledger import Keeper
from requests_app.house.people import Post, invite
from requests_app.house.places import Place, add_facility, found_organization
from requests_app.house.rules import seed_rules
from requests_app.models import Facility, Organization, Policy, User
from requests_app.notices.address import check_address
from requests_app.notices.files import folder_of_mail
from requests_app.refusals import DisclessError
from requests_app.vocabulary import Role

VARIABLE = "ADMINISTRATOR_PASSWORD"


class Command(BaseCommand):
    """Exit status 0, also where it was set up: what is there stays, and it says so; 2 for misuse."""

    help = "Set up for real work: organization, facility, administrator, holidays, clock rules."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options; a password is never one of them."""
        parser.add_argument("--organization", required=True, help="its full name")
        parser.add_argument("--facility", required=True, help="the full name of the first one")
        parser.add_argument("--short-name", help="for lists; the full name where left out")
        parser.add_argument("--zone", required=True, help="such as America/Chicago")
        parser.add_argument("--administrator", required=True, metavar="EMAIL")
        parser.add_argument(
            "--password-file",
            help=f"a file with the password; otherwise {VARIABLE}, or asked on the terminal",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Set up in one transaction, or refuse with a sentence and change nothing."""
        email = _email(options["administrator"])
        house = Organization.objects.filter(name=options["organization"]).first()
        known = User.objects.filter(email__iexact=email).first()
        if known is not None and (house is None or known.organization_id != house.pk):
            raise CommandError(f"{email} belongs to another organization.", returncode=2)
        password = "" if known else _password(options["password_file"], email)
        try:
            with transaction.atomic():
                done = _write(options, email, password)
        except DisclessError as error:
            raise CommandError(error.sentence, returncode=2) from error
        for what, is_new in done:
            self.stdout.write(f"  {'made ' if is_new else 'there'}  {what}")
        self._say_what_next()

    def _say_what_next(self) -> None:
        off = Policy.objects.filter(organization=None, enabled=False).count()
        self.stdout.write(
            f"\nNext:\n"
            f"  1. Start: make up, or .venv/bin/python manage.py up\n"
            f"  2. Sign in at {settings.PUBLIC_ADDRESS} and open Administration: invite people.\n"
            f"  3. {off} clock rules are off until somebody signs that their text was verified.\n"
            f"  4. Read docs/how-to/run-it-for-real.md: mail, TLS, backup, keys."
        )
        if where := folder_of_mail():
            self.stdout.write(
                f"No mail server is set: invitations and all other mail are files in {where}."
            )


def _write(options: dict[str, Any], email: str, password: str) -> list[tuple[str, bool]]:
    """Make what is missing; return what there is now, and whether it is new."""
    at = now()
    house, is_new_house = found_organization(options["organization"])
    keeper = Keeper(organization=house, at=at)
    facility, is_new_place = _facility(keeper, options)
    added = load_federal(keeper, [facility], at.year, at.year + 2)
    seeded = seed_rules()
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        post = Post(roles=frozenset({Role.ADMINISTRATOR}), sees_all_facilities=True)
        invite(keeper, email, post, password=password)
    return [
        (f"Organization {house}", is_new_house),
        (f"Facility {facility} ({facility.zone})", is_new_place),
        (f"US federal holidays {at.year} to {at.year + 2}", bool(added)),
        (f"{Policy.objects.count()} clock rules", bool(seeded)),
        (f"Administrator {email}", person is None),
    ]


def _facility(keeper: Keeper, options: dict[str, Any]) -> tuple[Facility, bool]:
    name = options["facility"]
    found = Facility.objects.filter(organization=keeper.organization, name=name).first()
    if found is not None and found.zone != options["zone"]:
        raise CommandError(
            f"{name} is there already, in {found.zone} and not {options['zone']}. "
            "Nothing was changed; its zone is changed under Administration, Facilities.",
            returncode=2,
        )
    if found is not None:
        return found, False
    place = Place(name=name, short_name=options["short_name"] or name[:60], zone=options["zone"])
    return add_facility(keeper, place), True


def _email(text: str) -> str:
    try:
        check_address(text)
    except ValidationError as error:
        raise CommandError(f"{text!r} is no email address.", returncode=2) from error
    return text


def _password(path: str | None, email: str) -> str:
    """Read the password from a file, the environment or the terminal; check that it is no easy one."""
    if path:
        try:
            password = Path(path).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(
                f"The password file cannot be read: {error}.", returncode=2
            ) from error
    else:
        password = os.environ.get(VARIABLE, "") or _asked()
    try:
        validate_password(password, User(email=email, username=email.partition("@")[0]))
    except ValidationError as error:
        raise CommandError(" ".join(error.messages), returncode=2) from error
    return password


def _asked() -> str:
    if not sys.stdin.isatty():
        raise CommandError(
            f"There is no terminal to ask for the password. Give --password-file or {VARIABLE}.",
            returncode=2,
        )
    password = getpass.getpass("Password of the administrator: ")
    if password != getpass.getpass("Again: "):
        raise CommandError("The two passwords differ. Nothing was changed.", returncode=2)
    return password
