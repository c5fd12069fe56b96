"""The only writer of events; each event is sealed into the audit log in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import connection, transaction

from audit.access import pseudonym
from audit.append import append
from audit.origin import current_address
from audit.proof.entry import Action, Agent, Entry, EventCode
from requests_app.failure_codes import FailureCode
from requests_app.models import Delivery, Event, ImagingRequest, User
from requests_app.vocabulary import Channel, EventKind, State, Touch

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOCK = "SELECT id FROM requests_app_imagingrequest WHERE id = %s FOR UPDATE"
_LAST = "SELECT coalesce(max(seq), 0) FROM requests_app_event WHERE request_id = %s"
_CREATES = frozenset({EventKind.DRAFTED, EventKind.RECEIVED})
_TRANSFERS = frozenset({EventKind.SENT, EventKind.AVAILABLE, EventKind.DOWNLOADED})
_LOOKS = frozenset({EventKind.FIRST_OPENED})


@dataclass(frozen=True, kw_only=True)
class Particulars:
    """What else an event says, each part optional."""

    reason: FailureCode | None = None
    channel: Channel | None = None
    touch: Touch | None = None
    delivery: Delivery | None = None
    state_from: State | None = None
    state_to: State | None = None
    note: str = ""
    recorded_at: datetime | None = None
    by_recipient: bool = False
    study: str = ""
    """The StudyInstanceUID of the one study that it is about."""
    deliveries: int | None = None
    """How many deliveries it is about."""


def agent_for(user: User | None, *, recipient: bool = False) -> Agent:
    """Return who acted, for the audit log: an account, a link's recipient, or the system."""
    if user is None:
        role = "recipient" if recipient else "system"
        return Agent(id=role, role=role, name=role.capitalize(), address=current_address())
    role = min((role.value for role in user.roles), default="none")
    return Agent(id=f"user:{user.pk}", role=role, name=user.username, address=current_address())


def record(
    request: ImagingRequest,
    kind: EventKind,
    *,
    by: User | None,
    at: datetime,
    particulars: Particulars | None = None,
) -> Event:
    """Write one event and its audit entry, both or neither.

    The caller holds the request's row lock or creates the request in the same transaction;
    without one a lock is taken here, so that the numbering has no gaps and no doubles.
    """
    what = particulars or Particulars()
    with transaction.atomic():
        seq = _next_seq(request.pk)
        agent = agent_for(by, recipient=what.by_recipient)
        entry = append(_entry(request, kind, seq, agent=agent, at=at, what=what))
        return Event.objects.create(
            request=request,
            seq=seq,
            kind=kind,
            occurred_at=at,
            recorded_at=what.recorded_at or at,
            actor=by,
            actor_role=agent.role if by is not None else "",
            by_person=by is not None,
            state_from=what.state_from or "",
            state_to=what.state_to or "",
            reason=what.reason or "",
            channel=what.channel or "",
            touch=what.touch or "",
            delivery=what.delivery,
            note=what.note,
            audit_entry=entry.pk,
        )


def _next_seq(request_id: int) -> int:
    """Lock the request and return the number of its next event.

    Two statements, since the second must see what the holder of the lock wrote.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [request_id])
        if cursor.fetchone() is None:
            raise ImagingRequest.DoesNotExist
        cursor.execute(_LAST, [request_id])
        (last,) = cursor.fetchone()
    return int(last) + 1


def _entry(
    request: ImagingRequest,
    kind: EventKind,
    seq: int,
    *,
    agent: Agent,
    at: datetime,
    what: Particulars,
) -> Entry:
    return Entry(
        verb=f"request.{kind}",
        code=_code(kind),
        action=_action(kind),
        agent=agent,
        subject=f"request:{request.number}",
        facility=request.facility.slug,
        patient=pseudonym("patient", str(request.patient_id)) if request.patient_id else "",
        purpose=request.legal_basis,
        detail=_detail(seq, what),
        at=at,
    )


def _detail(seq: int, what: Particulars) -> Mapping[str, str | int | bool | None]:
    """Only codes, numbers and hashes: a note may hold names, so it stays out of the log.

    A study is sealed as the SHA-256 of its UID: who holds the study can show that it is meant.
    """
    said = {
        "reason": what.reason,
        "channel": what.channel,
        "touch": what.touch,
        "from": what.state_from,
        "to": what.state_to,
    }
    detail: dict[str, str | int | bool | None] = {"seq": seq}
    detail |= {word: value.value for word, value in said.items() if value}
    if what.study:
        detail["study"] = sha256(what.study.encode()).hexdigest()
    if what.deliveries is not None:
        detail["deliveries"] = what.deliveries
    return detail


def _code(kind: EventKind) -> EventCode:
    if kind in _TRANSFERS:
        return EventCode.INSTANCES_TRANSFERRED
    if kind in _LOOKS:
        return EventCode.INSTANCES_ACCESSED
    return EventCode.ORDER_RECORD


def _action(kind: EventKind) -> Action:
    if kind in _CREATES:
        return Action.CREATE
    if kind in _LOOKS or kind in _TRANSFERS:
        return Action.READ
    return Action.UPDATE
