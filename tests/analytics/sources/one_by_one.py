"""The rows of live work read one request after the other: slow, by the rules themselves."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from analytics.sources.journal import Happened
from analytics.sources.live import SECOND
from analytics.sources.story import CaseReader, Filed, Place
from requests_app.models import Event, Facility, ImagingRequest, Policy
from requests_app.sla.history import needs_today
from requests_app.sla.policy import calendar_for
from requests_app.vocabulary import EventKind, State


def rows_one_by_one(as_of: datetime) -> list[dict[str, Any]]:
    """Return the row of every filed request that has events."""
    moment = as_of.replace(microsecond=0)
    facilities = Facility.objects.prefetch_related("holidays")
    places = {one.pk: Place(one, calendar_for(one), ZoneInfo(one.zone)) for one in facilities}
    reader = CaseReader(places, list(Policy.objects.all()), needs_today(moment), moment)
    found = []
    for row in ImagingRequest.objects.exclude(state=State.DRAFT).values_list(*Filed._fields):
        events = Event.objects.filter(request=row[0], occurred_at__lt=moment + SECOND)
        story = [
            Happened(EventKind(one.kind), one.occurred_at, one.state_to or None, one.reason or None)
            for one in events.order_by("seq")
        ]
        if story:
            found.append(reader.row(Filed(*row), story))
    return sorted(found, key=lambda row: (row["facility"], row["received"] or 0, row["request_id"]))
