"""Days on which facilities do not count business time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from audit.proof.entry import Action
from requests_app.house.ledger import Keeper
from requests_app.models import Facility, Holiday
from requests_app.refusals import Incomplete
from requests_app.sla.calendar import us_federal_holidays


@transaction.atomic
def add_holiday(keeper: Keeper, facilities: Iterable[Facility], day: date, name: str) -> int:
    """Add a day to facilities that do not have it yet; return to how many."""
    added = 0
    for facility in facilities:
        _, is_new = Holiday.objects.get_or_create(
            facility=facility, date=day, defaults={"name": name}
        )
        if is_new:
            added += 1
            _note(keeper, "holiday.added", Action.CREATE, facility, {"day": day.isoformat()})
    if not added:
        raise Incomplete(f"{day} is a holiday there already.", field="day")
    return added


@transaction.atomic
def remove_holiday(keeper: Keeper, holiday: Holiday) -> None:
    """Remove a day of one facility, once; due dates of open requests follow."""
    day = holiday.date.isoformat()
    gone, _ = Holiday.objects.filter(pk=holiday.pk).delete()
    if gone:
        _note(keeper, "holiday.removed", Action.DELETE, holiday.facility, {"day": day})


@transaction.atomic
def load_federal(keeper: Keeper, facilities: Iterable[Facility], first: int, last: int) -> int:
    """Add the US federal holidays of some years, as observed; return how many were new."""
    days = us_federal_holidays(first, last)
    added = 0
    for facility in facilities:
        known = set(facility.holidays.values_list("date", flat=True))
        new = [
            Holiday(facility=facility, date=day, name=name)
            for day, name in days.items()
            if day not in known
        ]
        if new:
            Holiday.objects.bulk_create(new, ignore_conflicts=True)
            detail: dict[str, str | int | bool | None] = {
                "first": first,
                "last": last,
                "added": len(new),
            }
            _note(keeper, "holidays.loaded", Action.CREATE, facility, detail)
        added += len(new)
    return added


def _note(
    keeper: Keeper,
    verb: str,
    action: Action,
    facility: Facility,
    detail: dict[str, str | int | bool | None],
) -> None:
    keeper.note(verb, action, f"facility:{facility.slug}", facility=facility.slug, detail=detail)
