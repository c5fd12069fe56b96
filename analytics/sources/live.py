"""Live work as an event log: the only reader of requests_app's models in analytics."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
from pyarrow import compute as pc

from analytics.eventlog import EVENTS, REQUESTER, REQUESTS, EventLog, table_of
from analytics.sources.carried import Carried, carried, studies_of
from analytics.sources.journal import read_journal, stories
from analytics.sources.story import CaseReader, Filed, Place
from requests_app.models import Facility, ImagingRequest, Policy
from requests_app.sla.calendar import BusinessCalendar
from requests_app.sla.history import Needs, needs_today
from requests_app.sla.policy import calendar_for
from requests_app.vocabulary import MEDIUM_OF, Channel, State

SECOND = timedelta(seconds=1)
COUNTED_BY = "each facility's own business days, 24 hours each, without its holidays"
_MEDIA = {channel.value: MEDIUM_OF[channel].value for channel in Channel}


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
    filed, journal = _filed(ids), read_journal(moment + SECOND, ids)
    told = stories(journal)
    requests = [reader.row(one, told[one.pk]) for one in filed if one.pk in told]
    slugs = {pk: one.facility.slug for pk, one in places.items()}
    requests.sort(key=lambda row: (row["facility"], row["received"] or 0, row["request_id"]))
    return EventLog(
        name="live",
        as_of=int(moment.timestamp()),
        zone=zone_of(facilities),
        requests=table_of(requests, REQUESTS),
        events=_events(journal, filed, slugs, carried(moment + SECOND, ids)),
        calendars={one.facility.slug: one.calendar for one in places.values()},
        calendar=COUNTED_BY,
    )


def calendars() -> dict[str, BusinessCalendar]:
    """Return the calendar of every facility by its slug."""
    places = Facility.objects.prefetch_related("holidays")
    return {one.slug: calendar_for(one) for one in places}


def zone_of(facilities: Iterable[Facility]) -> str:
    """Return the zone in which a source of several facilities draws its days."""
    return min(((one.slug, one.zone) for one in facilities), default=("", "UTC"))[1]


def _filed(ids: Collection[int] | None) -> list[Filed]:
    """Return what was asked for, drafts left out, in order of its number within us."""
    filed = ImagingRequest.objects.exclude(state=State.DRAFT).order_by("pk")
    if ids is not None:
        filed = filed.filter(pk__in=ids)
    return [Filed._make(row) for row in filed.values_list(*Filed._fields)]


def _events(
    journal: pa.Table, filed: list[Filed], slugs: Mapping[int, str], found: Carried
) -> pa.Table:
    """Return the events of filed requests as the schema has them."""
    known = pa.array([one.pk for one in filed], pa.int64())
    at = pc.index_in(journal["request"], value_set=known)
    journal, at = journal.filter(at.is_valid()), at.drop_null()
    asked = pa.array([_word(one.requester_id) for one in filed], pa.string()).take(at)
    is_asker = pc.fill_null(pc.equal(journal["actor"], asked), False)
    media = pc.index_in(journal["channel"], value_set=pa.array(list(_MEDIA)))
    columns = {name: journal[name] for name in EVENTS.names if name in journal.column_names}
    columns |= {
        "request_id": journal["request"].cast(pa.string()),
        "facility": pa.array([slugs[one.facility_id] for one in filed], pa.string()).take(at),
        "direction": pa.array([one.direction for one in filed], pa.string()).take(at),
        "actor": pc.if_else(is_asker, REQUESTER, journal["actor"]),
        "occurred": pc.divide(journal["at"], 1_000_000),
        "medium": pa.array(list(_MEDIA.values())).take(media),
        "studies": studies_of(journal, found),
    }
    return pa.table({name: columns[name] for name in EVENTS.names}, schema=EVENTS)


def _word(number: int | None) -> str | None:
    return str(number) if number is not None else None
