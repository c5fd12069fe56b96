"""An administrator of Northfield, a colleague, and another organization that is none of theirs."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.utils import timezone

from requests_app.house.rules import seed_rules
from requests_app.models import Facility, Organization, User
from requests_app.vocabulary import Role


@dataclass(frozen=True, kw_only=True)
class House:
    """One organization with a facility, its administrator and one of its staff."""

    organization: Organization
    facility: Facility
    administrator: User
    staff: User


def make_house(name: str) -> House:
    """Return a freshly stored house."""
    seed_rules()
    slug = name.lower()
    organization = Organization.objects.create(name=f"{name} Health", slug=f"{slug}-health")
    facility = Facility.objects.create(
        organization=organization, name=f"{name} General", short_name=name, slug=slug
    )
    return House(
        organization=organization,
        facility=facility,
        administrator=_person(f"{slug}-admin", Role.ADMINISTRATOR, organization),
        staff=_person(f"{slug}-staff", Role.RELEASE_STAFF, organization),
    )


def _person(name: str, role: Role, organization: Organization) -> User:
    user = User.objects.create_user(
        name, f"{name}@example.org", "a long enough password", organization=organization
    )
    user.groups.add(Group.objects.get_or_create(name=role.value)[0])
    return user


def version(**other: Any) -> dict[str, Any]:
    """Return the form of a version of a rule that begins in three days, with changes."""
    begins = timezone.now().date() + timedelta(days=3)
    return {
        "effective_from": begins.isoformat(),
        "days": "7",
        "stop": "available",
        "day_zero": "receipt",
        "enabled": "on",
        "signed_by": "Counsel",
        "signed_on": "2026-01-02",
    } | other
