"""Where facilities stand: the zone of each one's days, and whose they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from analytics.metrics.selection import Selection
from analytics.mirror.published import Snapshot
from analytics.sources.opening import LIVE
from requests_app.models import Facility, Organization


def zones_of(source: str) -> Mapping[str, str]:
    """Return the zone of each facility of live work; those of a log share the log's own."""
    return dict(Facility.objects.values_list("slug", "zone")) if source == LIVE else {}


def organizations_of(
    source: str, snapshot: Snapshot, selection: Selection, names: Collection[str]
) -> list[Organization]:
    """Return whom the chosen facilities of live work, or an imported log, belong to.

    Nobody where a log was given to nobody. `names` are all facilities.
    """
    facilities = names if selection.facilities is None else selection.facilities
    owners = Organization.objects.filter(facilities__slug__in=facilities)
    if source != LIVE:
        owners = Organization.objects.filter(uploadedlog__folder=snapshot.watermark)
    return list(owners.order_by("name").distinct())


def due_day(due: int, zone: str) -> date:
    """Return the due date in a facility's zone; a due moment is the first one after that day."""
    return datetime.fromtimestamp(due - 1, ZoneInfo(zone)).date()
