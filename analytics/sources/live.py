"""Live work as an event log: the only reader of requests_app's models in analytics."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from analytics.eventlog import EVENTS, REQUESTER, EventLog
from analytics.mirror.words import codes_of, joined, of_codes
from analytics.sources.carried import Carried, carried, studies_of
from analytics.sources.cases import MEDIA, cases_of
from analytics.sources.filed import Read, read_told
from analytics.sources.story import CaseReader, Place
from analytics.sources.words import coded, worded
from requests_app.models import Facility, ImagingRequest, Policy
from requests_app.sla.calendar import BusinessCalendar
from requests_app.sla.history import Needs, needs_today
from requests_app.sla.policy import calendar_for

SECOND = timedelta(seconds=1)
COUNTED_BY = "each facility's own business days, 24 hours each, without its holidays"


def live_log(
    as_of: datetime, *, ids: Collection[int] | None = None, needs: Needs | None = None
) -> EventLog:
    """Return everything as it stands, or the requests of some ids, with due dates derived now.

    The second of `as_of` counts whole: what happened later in it is read too. Ids that name no
    filed request are passed over.
    """
    moment = as_of.replace(microsecond=0)
    facilities = list(Facility.objects.prefetch_related("holidays"))
    places = {one.pk: Place(one, calendar_for(one), ZoneInfo(one.zone)) for one in facilities}
    usual = needs_today(moment) if needs is None else needs
    reader = CaseReader(places, list(Policy.objects.all()), usual, moment)
    read = read_told(moment + SECOND, ids)
    slugs = {pk: one.facility.slug for pk, one in places.items()}
    return EventLog(
        name="live",
        as_of=int(moment.timestamp()),
        zone=zone_of(facilities),
        requests=cases_of(read, reader),
        events=_events(read, slugs, carried(moment + SECOND, ids)),
        calendars={one.facility.slug: one.calendar for one in places.values()},
        calendar=COUNTED_BY,
    )


def calendars() -> dict[str, BusinessCalendar]:
    """Return the calendar of every facility by its slug."""
    places = Facility.objects.prefetch_related("holidays")
    return {one.slug: calendar_for(one) for one in places}


def has_made_up_work() -> bool:
    """Say whether any of the requests is made up, for demonstration."""
    return ImagingRequest.objects.filter(is_demonstration=True).exists()


def zone_of(facilities: Iterable[Facility]) -> str:
    """Return the zone in which a source of several facilities draws its days."""
    return min(((one.slug, one.zone) for one in facilities), default=("", "UTC"))[1]


def _events(read: Read, slugs: Mapping[int, str], found: Carried) -> pa.Table:
    """Return the events of filed requests as the schema has them."""
    filed, journal, place = read.filed, read.journal, read.place
    channel = coded(journal["channel"], tuple(MEDIA))
    facility = coded(filed["facility_id"], tuple(slugs))
    direction = joined(filed["direction"])
    columns = {name: journal[name] for name in EVENTS.names if name in journal.column_names}
    columns |= {
        "request_id": of_codes(place, joined(filed["pk"].cast(pa.string()))),
        "facility": worded(facility[place], tuple(slugs.values())),
        "direction": of_codes(codes_of(direction)[place], direction.dictionary),
        "actor": _actors(read),
        "occurred": pc.divide(journal["at"], 1_000_000),
        "medium": worded(channel, tuple(MEDIA.values())),
        "studies": studies_of(journal, found),
    }
    return pa.table({name: columns[name] for name in EVENTS.names})


def _actors(read: Read) -> pa.DictionaryArray:
    """Return who acted, by number; whoever asked for the request by one word."""
    actor = joined(read.journal["actor"])
    numbers = [int(word) for word in actor.dictionary.to_pylist()]
    codes = codes_of(actor)
    asker = read.filed["requester_id"].fill_null(-1).to_numpy()[read.place]
    is_asker = np.array([*numbers, -2])[codes] == asker
    return of_codes(
        np.where(is_asker, np.int32(len(numbers)), codes), [*map(str, numbers), REQUESTER]
    )
