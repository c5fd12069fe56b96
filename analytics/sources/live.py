"""Live work as an event log: the only reader of requests_app's models in analytics."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from analytics.eventlog import EVENTS, LIVE, REQUESTER, EventLog, Setting
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
from requests_app.sla.rules import CONTRACT
from requests_app.sla.versions import Version, versions

SECOND = timedelta(seconds=1)
COUNTED_BY = "each facility's own business days, 24 hours each, without its holidays"


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """What was read of live work; the rest is counted without the database, by any thread."""

    reader: CaseReader
    read: Read
    carried: Carried
    settings: tuple[Setting, ...]

    def log(self) -> EventLog:
        """Return what was read as an event log, with due dates derived now."""
        places = self.reader.places
        slugs = {pk: one.facility.slug for pk, one in places.items()}
        return EventLog(
            name=LIVE,
            as_of=int(self.reader.as_of.timestamp()),
            zone=zone_of(one.facility for one in places.values()),
            requests=cases_of(self.read, self.reader),
            events=_events(self.read, slugs, self.carried),
            calendars={one.facility.slug: one.calendar for one in places.values()},
            calendar=COUNTED_BY,
            settings=self.settings,
        )


def read_live(as_of: datetime, *, ids: Collection[int] | None, needs: Needs) -> Reading:
    """Read everything as it stands, or the requests of some ids.

    The second of `as_of` counts whole: what happened later in it is read too. Ids that name no
    filed request are passed over.
    """
    moment = as_of.replace(microsecond=0)
    facilities = Facility.objects.prefetch_related("holidays")
    places = {one.pk: Place(one, calendar_for(one), ZoneInfo(one.zone)) for one in facilities}
    return Reading(
        reader=CaseReader(places, list(Policy.objects.all()), needs, moment),
        read=read_told(moment + SECOND, ids),
        carried=carried(moment + SECOND, ids),
        settings=settings_now(),
    )


def live_log(
    as_of: datetime, *, ids: Collection[int] | None = None, needs: Needs | None = None
) -> EventLog:
    """Return what `read_live` reads as an event log, with due dates derived now."""
    usual = needs_today(as_of.replace(microsecond=0)) if needs is None else needs
    return read_live(as_of, ids=ids, needs=usual).log()


def calendars() -> dict[str, BusinessCalendar]:
    """Return the calendar of every facility by its slug."""
    places = Facility.objects.prefetch_related("holidays")
    return {one.slug: calendar_for(one) for one in places}


def settings_now() -> tuple[Setting, ...]:
    """Return what the contract's clock counts, facilities of the same settings together."""
    rows = list(Policy.objects.filter(key=CONTRACT.key))
    of_places = {row.facility_id for row in rows} - {None}
    told: dict[int, list[tuple[str, str, str]]] = {}
    found: dict[tuple[str, str, str], list[str]] = {}
    for facility in Facility.objects.order_by("slug"):
        # Facilities without a version of their own count as their organization does.
        own = facility.pk if facility.pk in of_places else -facility.organization_id
        if own not in told:
            told[own] = [_told(one) for one in versions(rows, facility, CONTRACT.key)]
        for version in told[own]:
            found.setdefault(version, []).append(facility.slug)
    return tuple(Setting(CONTRACT.key, tuple(slugs), *one) for one, slugs in found.items())


def _told(version: Version) -> tuple[str, str, str]:
    ends = (version.since, version.until)
    since, until = (day.isoformat() if day is not None else "" for day in ends)
    return since, until, version.rule.policy


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
