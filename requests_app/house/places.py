"""The organization and its facilities."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from audit.proof.entry import Action
from requests_app.house.ledger import Keeper, lock_house
from requests_app.models import Facility, Organization
from requests_app.refusals import Incomplete

CLOSES_AFTER = 30


@dataclass(frozen=True, kw_only=True)
class Place:
    """What is said of a facility."""

    name: str
    short_name: str
    zone: str
    accepts_requests: bool = True
    closes_after_days: int | None = CLOSES_AFTER
    """Days after delivery when a request closes by itself; None: never."""


def check_zone(zone: str) -> None:
    """Raise Incomplete unless the zone is one of the IANA list."""
    if zone not in available_timezones():
        raise Incomplete(
            f"There is no time zone {zone[:60]!r}. Write one such as America/Chicago.",
            field="zone",
        )


def found_organization(name: str) -> tuple[Organization, bool]:
    """Return the organization of that name, made where it is missing."""
    existing = Organization.objects.filter(name=name).first()
    if existing is not None:
        return existing, False
    slug = free_slug(name, set(Organization.objects.values_list("slug", flat=True)))
    return Organization.objects.create(name=name, slug=slug), True


def free_slug(name: str, taken: set[str]) -> str:
    """Return a short word for an address that nobody has yet."""
    base = slugify(name)[:40] or "place"
    number = 1
    slug = base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


@transaction.atomic
def add_facility(keeper: Keeper, place: Place) -> Facility:
    """Add a facility to the keeper's organization."""
    check_zone(place.zone)
    lock_house(keeper)
    _check_name(keeper, place)
    facility = _new(keeper, place)
    slug = facility.slug
    keeper.note(
        "facility.added",
        Action.CREATE,
        f"facility:{slug}",
        facility=slug,
        detail=_told(place),
    )
    return facility


def _new(keeper: Keeper, place: Place) -> Facility:
    """Write the facility; slugs are unique over all houses, and only ours is locked."""
    slug = free_slug(place.short_name, set(Facility.objects.values_list("slug", flat=True)))
    try:
        with transaction.atomic():
            return Facility.objects.create(
                organization=keeper.organization, slug=slug, **_fields(place)
            )
    except IntegrityError as error:
        raise Incomplete(
            "Another facility took this name at the same moment. Send it once more.",
            field="short_name",
        ) from error


@transaction.atomic
def change_facility(keeper: Keeper, facility: Facility, place: Place) -> Facility:
    """Change what is said of a facility; its slug stays, since the log names it so."""
    check_zone(place.zone)
    lock_house(keeper)
    _check_name(keeper, place, but=facility)
    before = facility.zone
    for name, value in _fields(place).items():
        setattr(facility, name, value)
    facility.save(update_fields=tuple(_fields(place)))
    keeper.note(
        "facility.changed",
        Action.UPDATE,
        f"facility:{facility.slug}",
        facility=facility.slug,
        detail={"zone_before": before, **_told(place)},
    )
    return facility


def _told(place: Place) -> dict[str, str | int | bool | None]:
    return {
        "zone": place.zone,
        "accepts_requests": place.accepts_requests,
        "closes_after_days": place.closes_after_days,
    }


def _fields(place: Place) -> dict[str, str | int | bool | None]:
    return {"name": place.name, "short_name": place.short_name, **_told(place)}


def _check_name(keeper: Keeper, place: Place, but: Facility | None = None) -> None:
    same = Facility.objects.filter(organization=keeper.organization, name=place.name)
    if but is not None:
        same = same.exclude(pk=but.pk)
    if same.exists():
        raise Incomplete("There is a facility of that name already.", field="name")
