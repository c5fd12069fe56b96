"""Clock rules: those that ship, and the versions that an organization puts in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from audit.proof.entry import Action
from requests_app.house.ledger import Keeper
from requests_app.models import Facility, ImagingRequest, Policy
from requests_app.refusals import Incomplete, NotAllowed
from requests_app.sla.rules import SEEDED, DayZero
from requests_app.vocabulary import Until

READ_ON = date(2026, 11, 24)  # when the texts of the rules that ship enabled were read
MOST_DAYS = 366


@dataclass(frozen=True, kw_only=True)
class Version:
    """A rule from a day on, as an organization wants it; `signed_by` verified its text.

    `effective_to` is its last day; without one it holds until a newer version begins.
    """

    effective_from: date
    effective_to: date | None = None
    days: int
    enabled: bool
    day_zero: DayZero = DayZero.RECEIPT
    cutoff: time | None = None
    stop: Until = Until.AVAILABLE
    signed_by: str = ""
    signed_on: date | None = None
    facility: Facility | None = None


def shipped_rows() -> list[dict[str, Any]]:
    """Return the rules that ship, as fields of rows."""
    return [
        {
            "key": rule.key,
            "label": rule.label,
            "citation": rule.citation,
            "days": rule.days,
            "unit": rule.unit.value,
            "starts": rule.starts,
            "stop": str(rule.stop),
            "pauses": rule.pauses,
            "day_zero": rule.day_zero.value,
            "extension_days": rule.extension_days,
            "enabled": rule.enabled,
            "verified_on": READ_ON if rule.enabled else None,
            "verified_by": f"Discless: {rule.verified}" if rule.enabled else "",
        }
        for rule in SEEDED
    ]


def seed_rules() -> int:
    """Write the rules that ship where they are missing; return how many were new.

    What nobody verified is written disabled: it counts for no request until somebody signs.
    """
    known = set(
        Policy.objects.filter(organization=None, facility=None).values_list("key", flat=True)
    )
    new = [Policy(**row) for row in shipped_rows() if row["key"] not in known]
    # Two starts at once may both find a row missing; the constraint keeps one.
    Policy.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


@transaction.atomic
def publish(keeper: Keeper, key: str, version: Version) -> Policy:
    """Put a new version of a rule in force from a day on; earlier ones stay as they were."""
    _check(keeper, version)
    model = latest(keeper, key, version.facility)
    if model is None:
        raise Incomplete(f"There is no rule {key!r}.")
    row = Policy(
        key=key,
        organization=keeper.organization,
        facility=version.facility,
        label=model.label,
        citation=model.citation,
        unit=model.unit,
        starts=model.starts,
        pauses=model.pauses,
        extension_days=model.extension_days,
        days=version.days,
        stop=version.stop,
        day_zero=version.day_zero,
        cutoff=version.cutoff,
        enabled=version.enabled,
        effective_from=version.effective_from,
        effective_to=version.effective_to,
        verified_by=version.signed_by,
        verified_on=version.signed_on,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Incomplete(
            "A version begins on that day already. Choose another day, or remove that one "
            "while it has not begun.",
            field="effective_from",
        ) from error
    _note(keeper, "rule.published", Action.CREATE, row)
    return row


@transaction.atomic
def withdraw(keeper: Keeper, row: Policy) -> None:
    """Remove a version that has not begun; one in force is replaced, never removed."""
    if row.organization_id != keeper.organization.pk:
        raise NotAllowed("This rule is not your organization's.")
    if row.effective_from is None or _has_begun(keeper, row):
        raise Incomplete(
            "This version has begun, and requests may stand under it. Publish a new version."
        )
    _note(keeper, "rule.withdrawn", Action.DELETE, row)
    row.delete()


def _has_begun(keeper: Keeper, row: Policy) -> bool:
    """Say whether a version's first day has come at any place that it binds."""
    places = [row.facility] if row.facility else keeper.organization.facilities.all()
    days = [place.local_day(keeper.at) for place in places] or [keeper.at.date()]
    return row.effective_from is None or row.effective_from <= max(days)


def latest(keeper: Keeper, key: str, facility: Facility | None = None) -> Policy | None:
    """Return the version on which a new one builds: the place's own, or the one that shipped."""
    rows = Policy.objects.filter(key=key)
    own = rows.filter(organization=keeper.organization)
    for found in (own.filter(facility=facility), own.filter(facility=None)):
        newest = found.order_by("-effective_from").first()
        if newest is not None:
            return newest
    return rows.filter(organization=None, facility=None).first()


def _check(keeper: Keeper, version: Version) -> None:
    facility = version.facility
    if facility is not None and facility.organization_id != keeper.organization.pk:
        raise NotAllowed("This facility belongs to another organization.")
    if not 1 <= version.days <= MOST_DAYS:
        raise Incomplete(f"Give between 1 and {MOST_DAYS} days.", field="days")
    if version.effective_to and version.effective_to < version.effective_from:
        raise Incomplete("The version ends before it begins.", field="effective_to")
    if version.enabled and not (version.signed_by.strip() and version.signed_on):
        raise Incomplete(
            "A rule counts only when somebody signs that its text was verified: "
            "give the name and the day.",
            field="signed_by",
        )
    if version.signed_on and version.signed_on > keeper.at.date():
        raise Incomplete("The day of verifying lies ahead.", field="signed_on")
    _check_nobody_stands_under_it(keeper, version)


def _check_nobody_stands_under_it(keeper: Keeper, version: Version) -> None:
    own = [version.facility] if version.facility else keeper.organization.facilities.all()
    for facility in own:
        begins = datetime.combine(version.effective_from, time(), ZoneInfo(facility.zone))
        if ImagingRequest.objects.filter(facility=facility, received_at__gte=begins).exists():
            raise Incomplete(
                f"Requests came to {facility} on that day or later and stand under the earlier "
                "version. Choose a later day.",
                field="effective_from",
            )


def _note(keeper: Keeper, verb: str, action: Action, row: Policy) -> None:
    keeper.note(
        verb,
        action,
        f"rule:{row.key}",
        facility=row.facility.slug if row.facility else "",
        detail={
            "from": row.effective_from.isoformat() if row.effective_from else None,
            "to": row.effective_to.isoformat() if row.effective_to else None,
            "days": row.days,
            "enabled": row.enabled,
            "day_zero": row.day_zero,
            "stop": row.stop,
            "verified_by": row.verified_by,
            "verified_on": row.verified_on.isoformat() if row.verified_on else None,
        },
    )
