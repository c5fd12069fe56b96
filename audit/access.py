"""Record what people looked at, took away or were refused; and name patients without naming them."""

from __future__ import annotations

import functools
import hashlib
import hmac
import re
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from django.db import transaction
from django.http import Http404

from audit.append import append
from audit.keys import kept_key
from audit.models import AuditEntry
from audit.origin import COMMANDED
from audit.proof.entry import Action, Agent, Entry, EventCode, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.contrib.auth.models import AbstractUser
    from django.http import HttpRequest

SYSTEM = Agent(id="system", role="system", name="System")
Found = TypeVar("Found")
_NUMBER = re.compile(r"R-[0-9]{6,8}", re.ASCII)
"""A request's number in form; nothing else that somebody typed into an address is kept."""


class NotThere(Http404):
    """What was named is not there, or is not the caller's: neither answer nor log says which."""


def if_there(found: Found | None) -> Found:
    """Return what a search within the caller's scope found; raise NotThere for nothing."""
    if found is None:
        raise NotThere
    return found


def system_for(organization_id: int | None) -> Agent:
    """Return the system where a command of the server works for one organization alone.

    The entry is then that organization's to see; one of the whole house (None) is everybody's.
    """
    if organization_id is None:
        return SYSTEM
    return Agent(id=f"{COMMANDED}{organization_id}", role=SYSTEM.role, name=SYSTEM.name)


def agent_of(http_request: HttpRequest) -> Agent:
    """Return who calls: the signed-in account, or an anonymous visitor, with the address."""
    address = http_request.META.get("REMOTE_ADDR", "") or ""
    user = getattr(http_request, "user", None)
    if user is None or not user.is_authenticated:
        return Agent(id="anonymous", role="anonymous", name="Anonymous", address=address)
    return agent_of_account(user, address)


def agent_of_account(user: AbstractUser, address: str = "") -> Agent:
    """Return an account as who acts, also where the work is done later and without its call."""
    groups = sorted(user.groups.values_list("name", flat=True))
    role = groups[0] if groups else "none"
    return Agent(id=f"user:{user.pk}", role=role, name=user.get_username(), address=address)


def record(
    *,
    verb: str,
    code: EventCode,
    action: Action,
    subject: str,
    at: datetime,
    http_request: HttpRequest | None = None,
    agent: Agent | None = None,
    facility: str = "",
    patient: str = "",
    purpose: str = "",
    outcome: Outcome = Outcome.SUCCESS,
    detail: Mapping[str, str | int | bool | None] | None = None,
) -> AuditEntry:
    """Write one entry about an access, before the answer goes out."""
    who = agent or (agent_of(http_request) if http_request is not None else SYSTEM)
    entry = Entry(
        verb=verb,
        code=code,
        action=action,
        outcome=outcome,
        agent=who,
        subject=subject,
        facility=facility,
        patient=patient,
        purpose=purpose,
        detail=detail or {},
        at=at,
    )
    with transaction.atomic():
        return append(entry)


def record_refusal(http_request: HttpRequest, at: datetime, *, is_there: bool = True) -> None:
    """Record that a signed-in person was refused; visitors are only asked to sign in.

    The subject is the view's name: an address may hold a number or a secret. Where nothing is
    there for this person (NotThere) a request's number follows, in form: it tells a number that
    was tried, and not that it exists. The entry has no facility, whoever's the number is: all
    readers of the caller's organization see it, and no other.
    """
    user, match = getattr(http_request, "user", None), http_request.resolver_match
    if user is None or not user.is_authenticated:
        return
    number = "" if is_there or match is None else str(match.kwargs.get("number", ""))
    tried = f" {number}" if _NUMBER.fullmatch(number) else ""
    is_look = http_request.method in ("GET", "HEAD", "OPTIONS")
    record(
        verb="door.refused",
        code=EventCode.SECURITY_ALERT,
        action=Action.READ if is_look else Action.EXECUTE,
        outcome=Outcome.MINOR_FAILURE,
        http_request=http_request,
        subject=f"{match.view_name if match is not None else ''}{tried}",
        at=at,
    )


@functools.cache
def _pseudonym_key() -> bytes:
    return kept_key(settings.AUDIT_KEY_PATH.with_name("pseudonym.key"))


def pseudonym(kind: str, identifier: str) -> str:
    """Return a stable code for a person or thing; only the key's holder can link it back."""
    return hmac.new(_pseudonym_key(), f"{kind}:{identifier}".encode(), hashlib.sha256).hexdigest()[
        :32
    ]
