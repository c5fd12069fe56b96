"""The rows that stories need first: facilities, holidays, rules, people, patients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from requests_app.demonstration.places import PLACES
from requests_app.models import Facility, Holiday, Organization, Patient, Policy, User
from requests_app.sla.calendar import us_federal_holidays
from requests_app.sla.rules import SEEDED
from requests_app.vocabulary import Role

ORGANIZATION = "northfield-health"
ALL = tuple(place.slug for place in PLACES)


@dataclass(frozen=True, kw_only=True)
class Login:
    """One demonstration account; none of them is a person."""

    username: str
    name: str
    role: Role
    facilities: tuple[str, ...] = ALL

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.username}@example.org"


LOGINS: tuple[Login, ...] = (
    Login(username="director", name="Director", role=Role.HIM_DIRECTOR),
    Login(username="supervisor", name="Supervisor", role=Role.SUPERVISOR),
    Login(username="staff-a", name="A", role=Role.RELEASE_STAFF, facilities=("northfield",)),
    Login(username="staff-b", name="B", role=Role.RELEASE_STAFF, facilities=("northfield",)),
    Login(username="staff-c", name="C", role=Role.RELEASE_STAFF, facilities=("northfield",)),
    Login(username="staff-d", name="D", role=Role.RELEASE_STAFF, facilities=("lakeside",)),
    Login(username="staff-e", name="E", role=Role.RELEASE_STAFF, facilities=("riverside",)),
    Login(username="auditor", name="Auditor", role=Role.AUDITOR),
    Login(username="analyst", name="Analyst", role=Role.ANALYST),
    Login(username="administrator", name="Administrator", role=Role.ADMINISTRATOR),
    Login(username="requester", name="Requester", role=Role.REQUESTER, facilities=()),
)


def record_number(patient: int) -> str:
    """Return the made-up medical record number of a patient."""
    return f"NH-{patient:06d}"


def birth_date(patient: int) -> date:
    """Return the made-up birth date of a patient."""
    return date(1935, 1, 1) + timedelta(days=patient * 7919 % 27000)


def write_house(at: datetime) -> dict[str, Facility]:
    """Write organization, facilities, holidays and rules; return the facilities by slug."""
    organization, _ = Organization.objects.get_or_create(
        slug=ORGANIZATION, defaults={"name": "Northfield Health (demonstration)"}
    )
    found = {}
    for place in PLACES:
        found[place.slug], _ = Facility.objects.get_or_create(
            slug=place.slug,
            defaults={
                "organization": organization,
                "name": place.name,
                "short_name": place.short_name,
                "zone": place.zone,
            },
        )
    holidays = us_federal_holidays(at.year - 2, at.year + 1)
    Holiday.objects.bulk_create(
        [
            Holiday(facility=facility, date=day, name=name)
            for facility in found.values()
            for day, name in holidays.items()
        ],
        ignore_conflicts=True,
    )
    _write_rules(at.date())
    return found


def _write_rules(on: date) -> None:
    Policy.objects.bulk_create(
        [
            Policy(
                key=rule.key,
                label=rule.label,
                citation=rule.citation,
                days=rule.days,
                unit=rule.unit,
                starts=rule.starts,
                stop=rule.stop,
                pauses=rule.pauses,
                day_zero=rule.day_zero,
                extension_days=rule.extension_days,
                enabled=rule.enabled,
                verified_on=on if rule.enabled else None,
                verified_by="Demonstration" if rule.enabled else "",
            )
            for rule in SEEDED
        ],
        ignore_conflicts=True,
    )


def write_logins(password: str) -> dict[str, User]:
    """Write the accounts with one password; return them by user name."""
    organization = Organization.objects.get(slug=ORGANIZATION)
    secret = make_password(password)
    found = {}
    for login in LOGINS:
        user, _ = User.objects.get_or_create(
            username=login.username,
            defaults={
                "email": login.email,
                "first_name": "Staff" if login.role is Role.RELEASE_STAFF else "Demonstration",
                "last_name": login.name,
                "organization": None if login.role is Role.REQUESTER else organization,
                "sees_all_facilities": login.facilities == ALL,
            },
        )
        user.password = secret
        user.save(update_fields=("password",))
        user.groups.add(Group.objects.get_or_create(name=login.role.value)[0])
        user.facilities.set(Facility.objects.filter(slug__in=login.facilities))
        found[login.username] = user
    return found


def write_patients(numbers: set[int]) -> dict[int, Patient]:
    """Write the patients; none of them exists."""
    organization = Organization.objects.get(slug=ORGANIZATION)
    Patient.objects.bulk_create(
        [
            Patient(
                organization=organization,
                medical_record_number=record_number(number),
                family_name=f"Patient {number:04d}",
                given_name="Sample",
                birth_date=birth_date(number),
                sex="O",
            )
            for number in sorted(numbers)
        ],
        ignore_conflicts=True,
    )
    rows = Patient.objects.filter(organization=organization)
    return {int(row.medical_record_number[3:]): row for row in rows}
