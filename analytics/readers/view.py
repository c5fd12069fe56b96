"""Who may look, and at which source and facilities: one door for the page, callbacks and reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.charts.ask import reach, whole
from analytics.metrics.lacking import no_cut
from analytics.metrics.own_words import NAMELESS
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection
from analytics.mirror.refresh import Snapshot
from analytics.readers.query import Problems, Query, usual_period
from analytics.sources.opening import names_of_logs, open_source
from requests_app.refusals import NotAllowed
from requests_app.vocabulary import Role
from requests_app.words import say_roles

SUNDAY, WEEKS = 6, timedelta(days=90)
READERS = (Role.SUPERVISOR, Role.HIM_DIRECTOR, Role.ANALYST, Role.AUDITOR, Role.ADMINISTRATOR)


@dataclass(frozen=True, kw_only=True)
class View:
    """A source opened for one reader: what was asked, cut to what the reader may see.

    `whole` is all that the reader may see of the source, whatever was asked; `usual` are the
    days that are shown where none were asked for; `ignored` are words of the address that did
    not count, or not all that they say; `begins` and `last_came` are the first and last day on
    which a log received anything.
    """

    query: Query
    snapshot: Snapshot
    selection: Selection
    since: date
    until: date
    names: Mapping[str, str]
    at: datetime
    problems: tuple[str, ...]
    ignored: tuple[str, ...]
    whole: Selection
    usual: tuple[date, date]
    sources: tuple[str, ...] = ()
    begins: date | None = None
    last_came: date | None = None

    @property
    def has_before(self) -> bool:
        """Say whether the source reaches back before the period."""
        return self.begins is None or self.begins < self.since

    @property
    def came_until(self) -> date:
        """The last day of the period by receipt: after the last receipt of a log it only ended."""
        if self.last_came is None or self.last_came < self.since:
            return self.until
        return min(self.until, self.last_came)

    @property
    def before(self) -> Selection | None:
        """The period before, unless the reader wants none or the log holds none."""
        if self.query.compare != "before" or not self.has_before:
            return None
        return self.selection.before()

    @property
    def why_days(self) -> str | None:
        """Why the period is what it is, in a sentence; None where both of its days were named."""
        since, until = self.query.since, self.query.until
        if since and until:
            return None
        if since or until:
            lone, other = ("last", "first") if since else ("first", "last")
            return f"No {lone} day was named: it is the usual one, or one that fits the {other}."
        if not self.query.is_live:
            return "No days were named: these are all of the log."
        first, last = self.usual
        are_weeks = last.weekday() == SUNDAY and last - first == WEEKS
        these = "the 13 whole weeks before this one" if are_weeks else "all since the first request"
        return f"No days were named: these are {these}."

    @property
    def has_places(self) -> bool:
        """Say whether the source tells facilities apart."""
        return self.query.is_live or set(self.names) != {NAMELESS}

    @property
    def of_any_day(self) -> View:
        """The same of whatever day, for figures that no period bounds."""
        return replace(self, selection=replace(self.selection, since=None, until=None))

    def name(self, facility: str) -> str:
        """Return the name of a facility; a log's own word where it is none of ours."""
        return self.names.get(facility, facility)


def demand_reader(user: Any) -> None:
    """Refuse unless the person's role may look."""
    if user.is_authenticated and user.has_role(*READERS):
        return
    raise NotAllowed(
        f"Figures are for {say_roles(READERS)}. "
        "That you tried to open them was recorded. Ask an administrator if you need them."
    )


def open_view(user: Any, query: Query, at: datetime) -> View:
    """Open the source within the reader's scope; an empty scope sees nothing."""
    snapshot = open_source(query.source, at=at, organization_id=user.organization_id)
    log = snapshot.mirror.log
    names = {one.slug: one.name for one in user.visible_facilities()}
    allowed = tuple(names) if query.is_live else _facilities(snapshot)
    zone = _zone(user, log.zone) if query.is_live else log.zone
    strange = [one for one in query.facilities if one not in allowed]
    problems = [("", one) for one in query.problems]
    if strange:
        why = f"There is no facility {strange[0][:60]!r} here, or it is not yours to see."
        problems.append(("facility", why))
    query = _cut(query, log.missing, problems)
    chosen = Selection(
        facilities=query.facilities or None,
        requester_type=query.asked or None,
        slices=query.slices,
        zone=zone,
    ).within(allowed)
    everything = Selection(zone=zone).within(allowed)
    # The usual days do not move with the words that are chosen.
    seen = everything if query.is_live else replace(chosen, slices=())
    first, came, last = _reach(query, snapshot, seen, zone)
    since, until = _period(query, first, last, _as_of(snapshot, zone))
    return View(
        query=query,
        snapshot=snapshot,
        selection=Selection(**{**chosen.__dict__, "since": since, "until": until}),
        since=since,
        until=until,
        names=names if query.is_live else {one: _named(one) for one in allowed},
        at=at,
        problems=tuple(sentence for _, sentence in problems),
        ignored=(*query.unread, *(name for name, _ in problems if name)),
        whole=everything,
        sources=names_of_logs(user.organization_id),
        begins=None if query.is_live else first,
        last_came=None if query.is_live else came,
        usual=(first, last),
    )


def _named(facility: str) -> str:
    """Return a log's own word for a facility."""
    return "Facility not named" if facility == NAMELESS else facility


def _cut(query: Query, missing: Mapping[str, str], problems: Problems) -> Query:
    """Return the filters without those that the source has no word for; each is named."""
    if query.asked and "requester_type" in missing:
        why = no_cut(missing, "requester_type")
        said = f"{why[:1].upper()}{why[1:]}, so anyone's requests are shown."
        problems.append(("asked", said))
        query = replace(query, asked="")
    for name, _ in query.slices:
        if name in missing:
            why = no_cut(missing, name)
            said = f"{why[:1].upper()}{why[1:]}, so this filter is left out."
            problems.append(("slice", said))
    return replace(query, slices=tuple(one for one in query.slices if one[0] not in missing))


def _facilities(snapshot: Snapshot) -> tuple[str, ...]:
    return snapshot.mirror.facilities


def _zone(user: Any, usual: str) -> str:
    first = user.visible_facilities().order_by("slug").first()
    return first.zone if first is not None else usual


def _as_of(snapshot: Snapshot, zone: str) -> date:
    return datetime.fromtimestamp(snapshot.mirror.log.as_of, UTC).astimezone(ZoneInfo(zone)).date()


def _period(query: Query, first: date, last: date, today: date) -> tuple[date, date]:
    """Return the days asked for: a lone end before the usual beginning ends as many days as usual."""
    since, until = query.since or first, query.until or last
    if since <= until:
        return since, until
    if query.until is not None:
        return until - (last - first), until
    return since, max(since, today)


def _reach(
    query: Query, snapshot: Snapshot, chosen: Selection, zone: str
) -> tuple[date, date, date]:
    """Return the first day, that of the last receipt and the last: of 13 weeks, or of a log.

    A log lasts until its last end: closings after the last receipt are of it too.
    """
    today, began = _as_of(snapshot, zone), None
    if not (query.is_live and query.since and query.until):  # no need to look when work began
        with asking(snapshot.mirror, chosen) as ask:
            if not query.is_live and (found := whole(ask)) is not None:
                return found
            began = reach(ask) if query.is_live else None
    first, last = usual_period(today, began[0] if began else None)
    return first, last, last
