"""The options that commands about figures share: source, moment, days, facilities, zone."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import CommandError

from analytics.metrics.lacking import why_not_cut
from analytics.metrics.selection import Selection
from analytics.metrics.slices import SLICES, Slices, no_slice, read_slices
from analytics.mirror.fold import Mirror
from analytics.mirror.refresh import Snapshot
from analytics.readers.heard import no_word
from analytics.readers.query import EARLIEST, LATEST
from analytics.sources.opening import LIVE, UnknownSource, live_as_of, open_source
from requests_app.models import Organization
from requests_app.vocabulary import RequesterType

MISUSE = 2


def add_selection(parser: ArgumentParser) -> None:
    """Declare the options that choose a source and some of its requests."""
    parser.add_argument("--source", default=LIVE, help="live, or the name of an imported log")
    parser.add_argument(
        "--organization", help="a slug: its facilities and its logs alone; else all of the house"
    )
    parser.add_argument("--as-of", help="live work as it stood then, an ISO time")
    parser.add_argument("--from", dest="since", help="first day of receipt")
    parser.add_argument("--to", dest="until", help="last day of receipt")
    parser.add_argument(
        "--facility", action="append", help="a facility's slug; may repeat; '' is none of them"
    )
    parser.add_argument("--direction", choices=["inbound", "outbound"])
    parser.add_argument("--asked", choices=[kind.value for kind in RequesterType])
    parser.add_argument(
        "--slice",
        action="append",
        metavar="NAME=WORD",
        help=f"only requests with this word; may repeat. Names: {', '.join(SLICES)}",
    )
    parser.add_argument("--zone", help="the zone that draws the days; the source's own by default")


def owner_of(options: Mapping[str, Any]) -> Organization | None:
    """Return the organization that the options name; None where they name none."""
    slug = options["organization"]
    if slug is None:
        return None
    found = Organization.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Organization.objects.order_by("slug").values_list("slug", flat=True))
        raise CommandError(
            f"There is no organization {slug!r}. Known: {known or 'none yet'}.", returncode=MISUSE
        )
    return found


def snapshot_for(options: Mapping[str, Any], at: datetime, owner: Organization | None) -> Snapshot:
    """Open the source, as it stood at --as-of where that is given."""
    if options["as_of"]:
        if options["source"] != LIVE:
            raise CommandError(
                "--as-of is for live work; a log speaks until its own end.", returncode=MISUSE
            )
        return live_as_of(_moment(options["as_of"]))
    try:
        return open_source(
            options["source"],
            at=at,
            organization_id=owner.pk if owner else None,
            any_organization=owner is None,
        )
    except UnknownSource as error:
        raise CommandError(error.sentence, returncode=MISUSE) from error


def selection_for(
    options: Mapping[str, Any], mirror: Mirror, owner: Organization | None, *, cut: bool = True
) -> Selection:
    """Return what the options choose; misuse is answered with a sentence and status 2.

    So is a cut that the source cannot make, unless the command says so itself (`cut` is false).
    """
    named = options["facility"]
    facilities = tuple(one for one in named if one) if named else None
    known, zone = set(mirror.facilities), mirror.log.zone
    mine: tuple[str, ...] | None = None
    if owner is not None and options["source"] == LIVE:
        own = list(owner.facilities.order_by("slug"))
        known &= {one.slug for one in own}
        mine = tuple(sorted(known))
        facilities = mine if facilities is None else facilities
        zone = own[0].zone if own else zone
    if facilities and (strange := sorted(set(facilities) - known)):
        raise CommandError(f"The source has no facility {strange[0]!r}.", returncode=MISUSE)
    chosen = Selection(
        facilities=facilities,
        since=_day(options["since"]),
        until=_day(options["until"]),
        direction=options["direction"],
        requester_type=options["asked"],
        slices=_slices(options["slice"] or []),
        zone=_zone(options["zone"]) or zone,
    )
    check_order(chosen)
    whole = Selection(facilities=mine, zone=zone)
    if (why := no_word(mirror, whole, chosen.slices)) is not None:
        raise CommandError(why, returncode=MISUSE)
    if cut and (why := why_not_cut(mirror.log.missing, chosen)) is not None:
        raise CommandError(f"The source {why}.", returncode=MISUSE)
    return chosen


def whole_for(options: Mapping[str, Any], mirror: Mirror, owner: Organization | None) -> Selection:
    """Return all of the source that the options speak of, whatever they choose of it."""
    nothing = dict.fromkeys(("facility", "direction", "asked", "slice", "since", "until"))
    return selection_for({**options, **nothing}, mirror, owner)


def _slices(said: list[str]) -> Slices:
    found, strange = read_slices(said)
    if strange:
        raise CommandError(no_slice(strange[0]), returncode=MISUSE)
    return found


def check_order(chosen: Selection) -> None:
    """Refuse a period that ends before it begins."""
    if chosen.since and chosen.until and chosen.until < chosen.since:
        raise CommandError("The period ends before it begins.", returncode=MISUSE)


def told_of(source: str, mirror: Mirror, chosen: Selection) -> str:
    """Return of what an answer is, in a line: the source, its days, and when the figures stand."""
    since, until = chosen.since, chosen.until
    days = (
        f"received {since} to {until}"
        if since and until
        else f"received from {since} on"
        if since
        else f"received up to {until}"
        if until
        else "all days"
    )
    work = "Live work" if source == LIVE else f"Imported log {source}"
    as_of = datetime.fromtimestamp(mirror.log.as_of, ZoneInfo(chosen.zone))
    shape = "%Y-%m-%d" if mirror.log.granularity == "day" else "%Y-%m-%d %H:%M %Z"
    return f"{work}, {days}, as of {as_of:{shape}}"


def in_days(chosen: Selection, since: date, until: date) -> Selection:
    """Return the selection with the usual days where none were asked for."""
    found = replace(chosen, since=chosen.since or since, until=chosen.until or until)
    check_order(found)
    return found


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"{text!r} is not a date such as 2026-11-24.", returncode=MISUSE
        ) from error
    check_reach(found, text)
    return found


def check_reach(day: date, text: str) -> None:
    """Refuse a day that no log can hold."""
    if not EARLIEST <= day <= LATEST:
        reach = f"{EARLIEST.year} to {LATEST.year}"
        raise CommandError(f"{text} is out of reach; choose {reach}.", returncode=MISUSE)


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is not an ISO time.", returncode=MISUSE) from error
    check_reach(found.date(), text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _zone(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CommandError(f"There is no time zone {text!r}.", returncode=MISUSE) from error
    return text
