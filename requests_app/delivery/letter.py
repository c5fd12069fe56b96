"""Answers in writing: one extension in time, or a denial that says what it must."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from django.db import transaction

from requests_app.failure_codes import FailureCode
from requests_app.lifecycle.journal import Particulars, record
from requests_app.lifecycle.permissions import check_work
from requests_app.lifecycle.transition import lock, transition
from requests_app.models import Event, ImagingRequest, User
from requests_app.notices.outbox import queue_notice
from requests_app.refusals import Incomplete, TransitionRefused
from requests_app.sla.explain import DueDate
from requests_app.sla.policy import calendar_for, due_dates, rules_for, timeline_of
from requests_app.sla.stop import stop_of
from requests_app.vocabulary import EventKind, LetterKind, State


@dataclass(frozen=True, kw_only=True)
class Denial:
    """The three parts of a denial (45 CFR 164.524(d)(2)), in plain words."""

    basis: str
    review: str
    complaint: str


def deny(
    request: ImagingRequest,
    words: Denial,
    *,
    by: User | None,
    at: datetime,
    reason: FailureCode = FailureCode.RV02,
) -> Event:
    """Deny a request by a letter: basis, right to a review, how to complain."""
    for part, text in asdict(words).items():
        if not text.strip():
            raise Incomplete(f"A denial must say its {part}. Write it.", field=part)
    with transaction.atomic():
        locked = lock(request)
        if locked.letters.filter(kind=LetterKind.DENIAL).exists():
            raise TransitionRefused("This request was denied before.")
        locked.letters.create(kind=LetterKind.DENIAL, written_at=at, written_by=by, **asdict(words))
        event = transition(
            request, to=State.DENIED, by=by, at=at, particulars=Particulars(reason=reason)
        )
        _mail(locked, LetterKind.DENIAL, at)
    return event


def extend(request: ImagingRequest, *, basis: str, by: User | None, at: datetime) -> Event:
    """Take the one extension that a legal clock allows, by a letter with its reason and date.

    It counts only where the letter goes out before the first period ends (45 CFR
    164.524(b)(2)(iii)); later it is refused.
    """
    if not basis.strip():
        raise Incomplete("An extension must say its reason. Write it.", field="basis")
    with transaction.atomic():
        locked = lock(request)
        check_work(by, locked)
        if locked.events.filter(kind=EventKind.EXTENDED).exists():
            raise TransitionRefused("This request was extended before. The law allows it once.")
        answer_by = _extended_date(locked, at)
        locked.letters.create(
            kind=LetterKind.EXTENSION,
            basis=basis,
            answer_by=answer_by,
            written_at=at,
            written_by=by,
        )
        event = record(locked, EventKind.EXTENDED, by=by, at=at)
        _mail(locked, LetterKind.EXTENSION, at)
    return event


def _extended_date(request: ImagingRequest, at: datetime) -> date:
    """Return the earliest new due date, or refuse."""
    first = [due for due in _legal_dues(request, at) if due.rule.extension_days]
    if not request.is_open or not first:
        raise TransitionRefused("No running clock of this request can be extended.")
    in_time = [due for due in first if at < due.due_at]
    if not in_time:
        raise TransitionRefused(
            f"The time for an extension ended on {first[0].due:%B %-d, %Y}. Answer the request."
        )
    keys = {due.rule.key for due in in_time}
    extended = _legal_dues(request, at, extended=True)
    return min(due.due for due in extended if due.rule.key in keys)


def _legal_dues(
    request: ImagingRequest, at: datetime, *, extended: bool = False
) -> tuple[DueDate, ...]:
    timeline = timeline_of(request.events.order_by("seq"))
    if extended:
        timeline = replace(timeline, extended=at)
    running = [
        rule for rule in rules_for(request) if rule.is_legal and stop_of(rule, timeline) is None
    ]
    return due_dates(running, timeline, calendar_for(request.facility), as_of=at)


def _mail(request: ImagingRequest, kind: LetterKind, at: datetime) -> None:
    if request.requester_email and not request.is_demonstration:
        queue_notice(request, kind=kind, address=request.requester_email, at=at)
