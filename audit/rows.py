"""The access log's rows as a page shows them: words, links, the facility's time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from audit.proof.entry import Outcome
from audit.words import in_words, subject_words, verb_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.models import AuditEntry, Sequenced
    from audit.reader import Reader


@dataclass(frozen=True, kw_only=True)
class Row:
    """One entry in words."""

    seq: int
    id: str
    when: str
    time: str
    who: str
    role: str
    did: str
    what: str
    page: str
    why: str
    where: str
    allowed: bool

    @property
    def number(self) -> str:
        """The entry's number with its thousands apart."""
        return f"{self.seq:,}"


def rows_of(places: Iterable[Sequenced], reader: Reader) -> list[Row]:
    """Return the rows of these places."""
    return [row_of(place.entry, place.seq, reader) for place in places]


def row_of(entry: AuditEntry, seq: int, reader: Reader) -> Row:
    """Return one entry in words; what only its body says is read from there."""
    said = _body(entry)
    agent = said.get("agent")
    agent = agent if isinstance(agent, dict) else {}
    local = entry.at.astimezone(reader.zone)
    return Row(
        seq=seq,
        id=str(entry.pk),
        when=f"{local:%a, %b} {local.day}, {local:%Y}",
        time=f"{local:%H:%M:%S %Z}",
        who=entry.agent_name or entry.agent,
        role=in_words(str(agent.get("role", ""))),
        did=verb_words(entry.verb),
        what=subject_words(entry.subject),
        page=page_of(entry, reader),
        why=in_words(str(said.get("purpose", ""))),
        where=str(agent.get("address", "")),
        allowed=entry.outcome == Outcome.SUCCESS.value,
    )


def page_of(entry: AuditEntry, reader: Reader) -> str:
    """Return where the reader may open what the entry tells of, or nothing."""
    kind, _, name = entry.subject.partition(":")
    view = settings.AUDIT_SUBJECT_PAGES.get(kind)
    if not view or not name or entry.facility not in reader.facilities:
        return ""
    try:
        return reverse(view, args=[name])
    except NoReverseMatch:
        return ""


def _body(entry: AuditEntry) -> dict[str, Any]:
    """Return what the body says; nothing for one that was altered beyond reading."""
    try:
        said = json.loads(bytes(entry.body))
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
