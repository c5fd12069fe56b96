"""Where facilities stand: the zone in which each one's days begin and end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from analytics.sources.opening import LIVE
from requests_app.models import Facility


def zones_of(source: str) -> Mapping[str, str]:
    """Return the zone of each facility of live work; those of a log share the log's own."""
    return dict(Facility.objects.values_list("slug", "zone")) if source == LIVE else {}


def due_day(due: int, zone: str) -> date:
    """Return the due date in a facility's zone; a due moment is the first one after that day."""
    return datetime.fromtimestamp(due - 1, ZoneInfo(zone)).date()
