"""The access log's filters, as the address holds them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from audit.mistyped import mistyped
from audit.models import AuditEntry, Sequenced
from audit.proof.entry import Outcome
from audit.reader import Reader

ALLOWED, REFUSED, NOT_UNDERSTOOD = "allowed", "refused", "not_understood"
OUTCOMES = (ALLOWED, REFUSED, NOT_UNDERSTOOD)
_WORDS = ("subject", "agent", "verb", "outcome")
_CODE = re.compile(r"[A-Z]-[0-9]{1,12}|[0-9a-f]{32}", re.ASCII)  # no typed name enters the log
_PROBLEM = "A date is written like 2026-11-24. The dates were left out."


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a reader looks for; empty means anything. Days are days of the reader's zone."""

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
        return bool(self.address())

    @property
    def kept(self) -> str:
        """What the log says of them: names of filters, and the subject where it is only a code."""
        words = [name for name in (*_WORDS, "since", "until") if getattr(self, name)]
        code = self.subject if _CODE.fullmatch(self.subject) else ""
        return " ".join([*words, code]).strip()

    def address(self, **changes: str) -> str:
        """Return the filters as a query, some of them changed; an empty one is left out."""
        said = {name: str(value or "") for name, value in asdict(self).items()} | changes
        said.pop("problem")
        return urlencode({name: value for name, value in said.items() if value})


def filters_of(query: Mapping[str, str]) -> Filters:
    """Return the filters of an address; a date that is none is told, not guessed."""
    words = {name: query.get(name, "").replace("\x00", "").strip()[:120] for name in _WORDS}
    if words["outcome"] not in OUTCOMES:
        words["outcome"] = ""
    problem = ""
    try:
        since, until = (_day(query.get(name, "")) for name in ("since", "until"))
    except ValueError:
        since = until = None
        problem = _PROBLEM
    if since and until and until < since:
        since, until = until, since
    return Filters(
        subject=words["subject"],
        agent=words["agent"],
        verb=words["verb"],
        outcome=words["outcome"],
        since=since,
        until=until,
        problem=problem,
    )


def _day(text: str) -> date | None:
    day = date.fromisoformat(text) if text else None
    if day is not None and not 1900 < day.year < 9000:
        raise ValueError(text)
    return day


def places_of(filters: Filters, reader: Reader) -> QuerySet[Sequenced]:
    """Return the places of the reader's entries that match, the last of the log first.

    The order is the log's own: what an entry says about its time may be made up or late.
    """
    found = Sequenced.objects.select_related("entry").order_by("-seq")
    return found.filter(_condition(filters, reader, "entry__"))


def count_of(filters: Filters, reader: Reader) -> int:
    """Return how many of the reader's entries match, numbered or not."""
    return AuditEntry.objects.filter(_condition(filters, reader, "")).count()


def _condition(filters: Filters, reader: Reader, path: str) -> Q:
    said: dict[str, object] = {}
    if filters.verb:
        said["verb__startswith"] = filters.verb
    if filters.outcome == ALLOWED:
        said["outcome"] = Outcome.SUCCESS.value
    if filters.since:
        said["at__gte"] = _midnight(filters.since, reader.zone)
    if filters.until:
        said["at__lt"] = _midnight(filters.until + timedelta(days=1), reader.zone)
    condition = reader.sees(path) & Q(**{path + name: value for name, value in said.items()})
    if filters.outcome in (REFUSED, NOT_UNDERSTOOD):
        is_one = mistyped(path)
        condition &= ~Q(**{path + "outcome": Outcome.SUCCESS.value})
        condition &= is_one if filters.outcome == NOT_UNDERSTOOD else ~is_one
    if filters.agent:
        called = Q(**{path + "agent__in": reader.accounts_called(filters.agent)})
        condition &= called | Q(**{path + "agent_name__icontains": filters.agent})
    if filters.subject:
        about = Q(**{path + "subject__icontains": filters.subject})
        condition &= about | Q(**{path + "patient": filters.subject})
    return condition


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, datetime.min.time(), zone)
