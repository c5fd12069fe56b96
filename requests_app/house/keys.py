"""Access keys: made by a person for a program, used in the person's name, ended at any time."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from audit.access import agent_of_account, record
from audit.origin import current_address
from audit.proof.entry import Action, EventCode, Outcome
from requests_app.models import AccessKey, User
from requests_app.refusals import Incomplete, NotAllowed
from requests_app.tokens import hash_of
from requests_app.vocabulary import Role

PREFIX = "discless_"
"""How every secret begins, so that a scanner of files knows one that was left lying about."""
MOST = 10
"""Live keys of one person."""
LIVES = (30, 90, 365)
"""Days that a key may live."""
HOLDERS = tuple(role for role in Role if role != Role.REQUESTER)


def may_hold(person: User) -> bool:
    """Say whether a person's programs may call at all; requesters have no use for the API."""
    return person.has_role(*HOLDERS)


def live_keys(person: User, at: datetime) -> list[AccessKey]:
    """Return the keys of a person that still open."""
    return list(AccessKey.objects.filter(person=person, ended_at=None, expires_at__gt=at))


@transaction.atomic
def issue_key(
    person: User, name: str, *, days: int, may_write: bool, at: datetime
) -> tuple[AccessKey, str]:
    """Make a key; return it with its secret, which nobody can read again."""
    # Read anew under the lock: a key made as the account is switched off must not outlive it.
    person = User.objects.select_for_update().get(pk=person.pk)
    if not person.is_active or not may_hold(person):
        raise NotAllowed("Keys are for the programs of people who work here.")
    if days not in LIVES:
        raise Incomplete("Choose for how long the key may be used.", field="days")
    if len(live_keys(person, at)) >= MOST:
        raise Incomplete(f"You have {MOST} keys that can be used. End one first.", field="name")
    secret = PREFIX + secrets.token_urlsafe(32)
    key = AccessKey.objects.create(
        person=person,
        name=name,
        secret_hash=hash_of(secret),
        may_write=may_write,
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    _note("key.issued", Action.CREATE, key, at, days=days, may_write=may_write)
    return key, secret


@transaction.atomic
def end_key(person: User, key_id: int, *, at: datetime) -> AccessKey | None:
    """End a key of a person; a second time nothing happens, and None is returned for no such key."""
    key = AccessKey.objects.select_for_update().filter(person=person, pk=key_id).first()
    if key is not None and key.ended_at is None:
        key.ended_at = at
        key.save(update_fields=("ended_at",))
        _note("key.ended", Action.DELETE, key, at)
    return key


def holder_of(secret: str, at: datetime) -> AccessKey | None:
    """Return the key of a secret where it opens: not ended, not expired, its person still here.

    The first use on each day is recorded.
    """
    found = _key_of(secret)
    if found is None or found.ended_at is not None or found.expires_at <= at:
        return None
    if not found.person.is_active or not may_hold(found.person):
        return None
    _note_first_use(found, at)
    return found


def note_refused(secret: str, at: datetime) -> None:
    """Record the use of a key that no longer opens; nothing where nobody made such a key."""
    found = _key_of(secret)
    if found is not None:
        _note("key.refused", Action.EXECUTE, found, at, outcome=Outcome.MINOR_FAILURE)


def _key_of(secret: str) -> AccessKey | None:
    keys = AccessKey.objects.select_related("person")
    return keys.filter(secret_hash=hash_of(secret)).first()


def _note_first_use(key: AccessKey, at: datetime) -> None:
    today = at.date()
    if key.last_used_on == today:
        return
    with transaction.atomic():
        earlier = Q(last_used_on=None) | Q(last_used_on__lt=today)
        if AccessKey.objects.filter(earlier, pk=key.pk).update(last_used_on=today):
            _note("key.used", Action.EXECUTE, key, at)


def _note(
    verb: str,
    action: Action,
    key: AccessKey,
    at: datetime,
    *,
    outcome: Outcome = Outcome.SUCCESS,
    **detail: str | int | bool | None,
) -> None:
    record(
        verb=verb,
        code=EventCode.USER_AUTHENTICATION,
        action=action,
        outcome=outcome,
        agent=agent_of_account(key.person, current_address()),
        subject=f"key:{key.pk}",
        detail=detail,
        at=at,
    )
