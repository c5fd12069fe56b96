"""Open a source by name: live work, or a log of the reader's organization."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import chain

from django.db.models import QuerySet

from analytics.eventlog import LIVE, EventLog
from analytics.external_logs.store import load, reported_logs
from analytics.external_logs.store import note_report as note_report_of_log
from analytics.mirror.compared import content_of_rows
from analytics.mirror.fold import fold
from analytics.mirror.kept import note_report, with_content
from analytics.mirror.partition import content_of, digests_of
from analytics.mirror.pieces import Pieces
from analytics.mirror.published import Facts, mirror_of
from analytics.mirror.refresh import Snapshot, content_hash
from analytics.models import UploadedLog
from analytics.sources.live import COUNTED_BY, settings_now, zone_of
from analytics.sources.mirrored import everything, live_snapshot
from analytics.sources.outbox import one_moment
from requests_app.models import Facility
from requests_app.refusals import DisclessError

__all__ = [
    "LIVE",
    "UnknownSource",
    "imported_at",
    "keep_for_report",
    "kept_snapshot",
    "live_as_of",
    "names_of_logs",
    "open_source",
]
MOST_NAMED = 20  # logs that a refusal lists


class UnknownSource(DisclessError):
    """A source that is not there, or not the reader's."""

    code = "unknown_source"
    status = 404


def open_source(
    name: str, *, at: datetime, organization_id: int | None = None, any_organization: bool = False
) -> Snapshot:
    """Return the mirror of a source; UnknownSource where there is none for this organization.

    Of any organization a name means the log that belongs to nobody, else the only one so called.
    """
    if name == LIVE:
        return live_snapshot(at)
    logs = UploadedLog.objects.all() if any_organization else _logs_of(organization_id)
    log = _called(name, logs)
    if log is None:
        known = ", ".join([LIVE, *dict.fromkeys(logs.values_list("name", flat=True)[:MOST_NAMED])])
        raise UnknownSource(f"There is no imported log {name!r}. Known: {known}.")
    try:
        return _folded(log.folder)
    except (UploadedLog.DoesNotExist, FileNotFoundError) as error:
        # An import or a deletion came between the look at the row and the reading of its tables.
        raise UnknownSource(
            f"The log {name!r} was replaced or deleted just now. Try again."
        ) from error


def _called(name: str, logs: QuerySet[UploadedLog]) -> UploadedLog | None:
    """Return the log of a name; UnknownSource where several organizations hold one."""
    found = list(logs.filter(name=name).select_related("organization"))
    of_nobody = [log for log in found if log.organization is None]
    if len(found) < 2 or of_nobody:
        return next(iter(of_nobody or found), None)
    slugs = ", ".join(sorted(log.organization.slug for log in found if log.organization))
    raise UnknownSource(
        f"Several organizations hold a log {name!r}: {slugs}. Say whose by --organization."
    )


@lru_cache(maxsize=4)
def _folded(folder: str) -> Snapshot:
    """Return an imported log, folded; what lies in a folder never changes."""
    return _snapshot(load(UploadedLog.objects.get(folder=folder)), folder)


def _snapshot(log: EventLog, watermark: str = "") -> Snapshot:
    mirror = fold(log)
    return Snapshot(mirror=mirror, watermark=watermark, content=content_hash(mirror))


def keep_for_report(source: str, snapshot: Snapshot, *, at: datetime) -> Snapshot:
    """Keep what a report is counted from, so that it can be counted again; return it for a stamp.

    A stamp names the rows by a hash that a reading of everything has too, so that they are found
    also where the snapshot is no longer kept.
    """
    if source != LIVE:
        note_report_of_log(snapshot.watermark, snapshot.content, at=at)
        return snapshot
    rows = snapshot.mirror.rows
    content = content_of_rows(rows.pieces) if isinstance(rows, Pieces) else snapshot.content
    note_report(LIVE, snapshot.content, content, at=at)
    return replace(snapshot, content=content)


def imported_at(source: str, snapshot: Snapshot) -> datetime | None:
    """Return when a log was imported; None for live work."""
    if source == LIVE:
        return None
    found = UploadedLog.objects.filter(folder=snapshot.watermark)
    return found.values_list("uploaded_at", flat=True).first()


def names_of_logs(organization_id: int | None) -> tuple[str, ...]:
    """Return the imported logs of an organization, the latest first."""
    if organization_id is None:
        return ()
    return tuple(_logs_of(organization_id).values_list("name", flat=True))


def _logs_of(organization_id: int | None) -> QuerySet[UploadedLog]:
    return UploadedLog.objects.filter(organization=organization_id)


def kept_snapshot(source: str, *, content: str, as_of: datetime) -> Snapshot | None:
    """Return the data with a hash as of a moment: published and kept, imported, or read again.

    None where nothing has that hash any more.
    """
    if source != LIVE:
        folders = UploadedLog.objects.filter(name=source).values_list("folder", flat=True)
        logs = chain(map(_folded, folders), map(_snapshot, reported_logs(source, content)))
        return next((log for log in logs if log.content == content), None)
    kept = with_content(LIVE, content)
    if kept is not None:
        return kept.snapshot(int(as_of.timestamp()))
    again = live_as_of(as_of)
    return again if again.content == content else None


def live_as_of(at: datetime) -> Snapshot:
    """Return live work as it stood at an earlier moment, never kept."""
    moment = at.replace(microsecond=0)
    with one_moment() as watermark:
        pieces = everything(moment)
        zone, settings = zone_of(Facility.objects.all()), settings_now()
    facts = Facts(
        source=LIVE,
        as_of=int(moment.timestamp()),
        watermark=watermark,
        zone=zone,
        calendar=COUNTED_BY,
        settings=settings,
    )
    return Snapshot(
        mirror=mirror_of(Pieces(pieces), facts, facts.as_of),
        watermark=f"as of {at.isoformat()}",
        content=content_of(digests_of(pieces), pieces),
    )
