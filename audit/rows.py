"""The access log's rows as a page shows them: words, links, the facility's time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from audit.doors import figures_words, with_source
from audit.mistyped import is_mistyped
from audit.origin import OPERATOR
from audit.proof.entry import Outcome
from audit.words import account_of, in_words, is_by_command, subject_words, verb_words

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
    """What stands under the name: the role, or the operator of a command."""
    sealed_role: str
    operator: str
    did: str
    what: str
    page: str
    why: str
    where: str
    allowed: bool
    understood: bool
    """Whether an address said something; one that was mistyped met no closed door."""

    @property
    def number(self) -> str:
        """The entry's number with its thousands apart."""
        return f"{self.seq:,}"


class Names:
    """The names that accounts have today, each asked for once; none of another organization."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[str, str] = {}

    def learn(self, subjects: Iterable[str]) -> None:
        """Ask for the accounts of many subjects at once."""
        numbers = {number for one in subjects if len(number := account_of(one)) in range(1, 10)}
        if unknown := numbers - self._known.keys():
            others = self._reader.accounts_of_others()
            found = get_user_model().objects.filter(pk__in=unknown).exclude(pk__in=others)
            self._known |= dict.fromkeys(unknown, "") | {str(one.pk): str(one) for one in found}

    def of(self, subject: str) -> str:
        """Return the name of the account that a subject tells of; nothing where there is none."""
        self.learn([subject])
        return self._known.get(account_of(subject), "")


def rows_of(places: Iterable[Sequenced], reader: Reader) -> list[Row]:
    """Return the rows of these places."""
    shown, names = list(places), Names(reader)
    names.learn(place.entry.subject for place in shown)
    return [row_of(place.entry, place.seq, reader, names) for place in shown]


def row_of(entry: AuditEntry, seq: int, reader: Reader, names: Names) -> Row:
    """Return one entry in words; what only its body says is read from there.

    The entry stays as it was sealed: words and names are those of today.
    """
    said = body_of(entry)
    agent = part_of(said, "agent")
    who, role, operator = entry.agent_name or entry.agent, str(agent.get("role", "")), ""
    if is_by_command(entry.agent, entry.verb):
        user = part_of(said, "detail").get(OPERATOR)
        who = "Command line"
        operator = f"Operating system user {user or 'not recorded'}"
    local = entry.at.astimezone(reader.zone)
    return Row(
        seq=seq,
        id=str(entry.pk),
        when=f"{local:%a, %b} {local.day}, {local:%Y}",
        time=f"{local:%H:%M:%S %Z}",
        who=who,
        role=operator or in_words(role),
        sealed_role=in_words(role),
        operator=operator,
        did=verb_words(entry.verb),
        what=_what(entry, part_of(said, "detail"), names),
        page=page_of(entry, reader),
        why=in_words(str(said.get("purpose", ""))),
        where=str(agent.get("address", "")),
        allowed=entry.outcome == Outcome.SUCCESS.value,
        understood=not is_mistyped(bytes(entry.body)),
    )


def _what(entry: AuditEntry, detail: dict[str, Any], names: Names) -> str:
    """Say what it was done to: a measure by its label, figures with their source."""
    subject, (kind, _, key) = entry.subject, entry.subject.partition(":")
    source = str(detail.get("source", ""))
    if kind == "figure":
        measure = import_string(settings.AUDIT_MEASURES).get(key)
        return with_source(str(measure.label), source) if measure else figures_words(kind, source)
    if entry.verb == "dashboard.viewed" and not key and source:
        subject = f"{subject}:{source}"
    return subject_words(subject, name=names.of(subject), is_door=entry.verb == "door.refused")


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


def body_of(entry: AuditEntry) -> dict[str, Any]:
    """Return what the body says; nothing for one that was altered beyond reading."""
    try:
        said = json.loads(bytes(entry.body))
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def part_of(said: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a part of a body that has parts of its own; nothing where it is none."""
    part = said.get(name)
    return part if isinstance(part, dict) else {}
