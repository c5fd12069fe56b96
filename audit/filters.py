"""The access log's filters, as the address holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import QuerySet

from audit.models import AuditEntry


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a reader looks for; empty means anything."""

    subject: str = ""
    agent: str = ""
    verb: str = ""
    outcome: str = ""
    since: date | None = None
    until: date | None = None
    problem: str = ""

    @property
    def is_set(self) -> bool:
        """True where any filter narrows the list."""
        return any((self.subject, self.agent, self.verb, self.outcome, self.since, self.until))


def filters_of(query: Mapping[str, str]) -> Filters:
    """Return the filters of an address; a date that is none is told, not guessed."""
    try:
        since, until = (_day(query.get(name, "")) for name in ("since", "until"))
    except ValueError:
        return Filters(problem="A date is written like 2026-11-24. The dates were left out.")
    words = {
        name: query.get(name, "").replace("\x00", "").strip()[:120]
        for name in ("subject", "agent", "verb", "outcome")
    }
    return Filters(**words, since=since, until=until)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def entries_of(filters: Filters, facilities: frozenset[str] | None) -> QuerySet[AuditEntry]:
    """Return the entries that match, newest first, within the reader's facilities.

    Entries of no facility (sign-ins, the log itself) are shown to every reader.
    """
    found = AuditEntry.objects.all()
    if facilities is not None:
        found = found.filter(facility__in=[*facilities, ""])
    if filters.subject:
        found = found.filter(subject__icontains=filters.subject)
    if filters.agent:
        found = found.filter(agent_name__icontains=filters.agent)
    if filters.verb:
        found = found.filter(verb__startswith=filters.verb)
    if filters.outcome:
        found = found.filter(outcome=filters.outcome)
    if filters.since:
        found = found.filter(at__gte=datetime.combine(filters.since, datetime.min.time(), UTC))
    if filters.until:
        end = datetime.combine(filters.until, datetime.min.time(), UTC) + timedelta(days=1)
        found = found.filter(at__lt=end)
    return found.order_by("-at", "-id")
