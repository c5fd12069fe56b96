"""What can be done with a request, as one table: a verb, and how its form becomes the call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Protocol

from django.conf import settings
from django.urls import reverse

from requests_app.delivery.handover import confirm_usable, hand_over, mark_available, mark_failed
from requests_app.delivery.link import create_link, revoke
from requests_app.failure_codes import FailureCode
from requests_app.intake.authorization import ELEMENTS
from requests_app.intake.completeness import complete
from requests_app.intake.identity import verify_identity
from requests_app.lifecycle.effort import assign, note_failure, recover, touch
from requests_app.lifecycle.holds import hold, release
from requests_app.lifecycle.journal import Particulars
from requests_app.lifecycle.permissions import check_work
from requests_app.lifecycle.transition import transition
from requests_app.models import Authorization, Delivery, ImagingRequest, ShareLink, User
from requests_app.refusals import Incomplete
from requests_app.vocabulary import Channel, State, Touch

Form = Mapping[str, str]


class Verb(Protocol):
    """Does one thing and returns what to tell the person."""

    def __call__(self, asked: ImagingRequest, form: Form, *, by: User, at: datetime) -> str:
        """Do it."""


def _expected(form: Form) -> State | None:
    try:
        return State(form.get("expected", ""))
    except ValueError:
        return None


def _code(form: Form) -> FailureCode:
    try:
        return FailureCode(form.get("reason", ""))
    except ValueError as error:
        raise Incomplete("Choose a reason from the list.", field="reason") from error


def _note(form: Form) -> str:
    return form.get("note", "").replace("\x00", "")[:2000]


def _move(to: State, words: str) -> Verb:
    def run(asked: ImagingRequest, form: Form, *, by: User, at: datetime) -> str:
        what = Particulars(note=_note(form))
        transition(asked, to=to, by=by, at=at, expected=_expected(form), particulars=what)
        return words

    return run


def _identity(asked: ImagingRequest, form: Form, *, by: User, at: datetime) -> str:
    number = form.get("record_number", "").replace("\x00", "")[:64]
    verify_identity(asked, record_number=number, by=by, at=at)
    return "Identity verified."


def _authorization(asked: ImagingRequest, form: Form, *, by: User, at: datetime) -> str:  # noqa: ARG001
    check_work(by, asked)
    found = {element.field: form.get(element.field) == "on" for element in ELEMENTS}
    try:
        expires = form.get("expires_on", "")
        found |= {"expires_on": date.fromisoformat(expires) if expires else None}  # type: ignore[dict-item]
    except ValueError as error:
        raise Incomplete("The expiry date is no date.", field="expires_on") from error
    Authorization.objects.update_or_create(request=asked, defaults=found)
    return "Checklist saved."


def _complete(asked: ImagingRequest, form: Form, *, by: User, at: datetime) -> str:  # noqa: ARG001
    complete(asked, by=by, at=at)
    return "Complete. The contract clock runs from now."


def _hold(asked: ImagingRequest, form: Form, *, by: User, at: datetime) -> str:
    hold(asked, reason=_code(form), by=by, at=at, note=_note(form))
    return "On hold."


def _release(asked: ImagingRequest, form: Form, *, by: User, at: datetime) -> str:
    release(asked, by=by, at=at, note=_note(form))
    return "The hold has ended."


def _link(asked: ImagingRequest, form: Form, *, by: User, at: datetime) -> str:
    issued = create_link(
        asked,
        recipient_name=asked.recipient_name,
        recipient_email=asked.recipient_email,
        by=by,
        at=at,
        expected=_expected(form),
    )
    address = settings.PUBLIC_ADDRESS.rstrip("/") + reverse("portal:share", args=[issued.token])
    return f"Sent. The link, shown only now: {address}"


def _hand_over(asked: ImagingRequest, form: Form, *, by: User, at: datetime) -> str:
    try:
        channel = Channel(form.get("channel", ""))
    except ValueError as error:
        raise Incomplete("Choose how the images go.", field="channel") from error
    if channel is Channel.LINK_SECURE:
        raise Incomplete("Use “Send by link” for a link.", field="channel")
    hand_over(
        asked,
        channel=channel,
        recipient_name=asked.recipient_name,
        recipient_address=form.get("address", "").replace("\x00", "")[:320],
        by=by,
        at=at,
        expected=_expected(form),
    )
    return "Recorded as sent."


def _last_delivery(asked: ImagingRequest) -> Delivery:
    delivery = asked.deliveries.order_by("-id").first()
    if delivery is None:
        raise Incomplete("There is no delivery yet.")
    return delivery


def _available(asked: ImagingRequest, form: Form, *, by: User, at: datetime) -> str:  # noqa: ARG001
    mark_available(_last_delivery(asked), by=by, at=at)
    return "Recorded as delivered."


def _failed(asked: ImagingRequest, form: Form, *, by: User, at: datetime) -> str:
    mark_failed(_last_delivery(asked), reason=_code(form), by=by, at=at, note=_note(form))
    return "The failure is recorded. Make the request ready to send it again."


def _revoke(asked: ImagingRequest, form: Form, *, by: User, at: datetime) -> str:  # noqa: ARG001
    check_work(by, asked)
    link = ShareLink.objects.filter(delivery__request=asked).order_by("-id").first()
    if link is None:
        raise Incomplete("There is no link to revoke.")
    revoke(link, by=by, at=at)
    return "The link no longer opens."


def _usable(asked: ImagingRequest, form: Form, *, by: User, at: datetime) -> str:  # noqa: ARG001
    check_work(by, asked)
    confirm_usable(asked, by=by, at=at)
    return "Recorded: the images could be used."


def _assign(asked: ImagingRequest, form: Form, *, by: User, at: datetime) -> str:  # noqa: ARG001
    assign(asked, to=by, by=by, at=at)
    return "This request is yours."


def _touch(asked: ImagingRequest, form: Form, *, by: User, at: datetime) -> str:
    try:
        kind = Touch(form.get("touch", ""))
    except ValueError as error:
        raise Incomplete("Choose what you did.", field="touch") from error
    touch(asked, kind, by=by, at=at, note=_note(form))
    return "Recorded."


def _note_failure(asked: ImagingRequest, form: Form, *, by: User, at: datetime) -> str:
    note_failure(asked, _code(form), by=by, at=at, note=_note(form))
    return "Recorded."


def _recover(asked: ImagingRequest, form: Form, *, by: User, at: datetime) -> str:
    recover(asked, _code(form), by=by, at=at)
    return "Recorded."


VERBS: dict[str, Callable[..., str]] = {
    "verify-identity": _identity,
    "authorization": _authorization,
    "complete": _complete,
    "hold": _hold,
    "release": _release,
    "approve": _move(State.APPROVED, "Approved."),
    "search": _move(State.LOCATING, "The search has begun."),
    "located": _move(State.RETRIEVED, "Found."),
    "unusable": _move(State.UNUSABLE, "Marked as unusable."),
    "ready": _move(State.READY, "Ready to send."),
    "again": _move(State.READY, "Ready to send again."),
    "deny": _move(State.DENIED, "Denied. Send the written reason."),
    "withdraw": _move(State.WITHDRAWN, "Withdrawn."),
    "not-found": _move(State.NOT_FOUND, "Closed: no such images."),
    "duplicate": _move(State.DUPLICATE, "Closed as a duplicate."),
    "close": _move(State.CLOSED, "Closed."),
    "link": _link,
    "hand-over": _hand_over,
    "available": _available,
    "failed": _failed,
    "revoke": _revoke,
    "confirm-usable": _usable,
    "assign": _assign,
    "touch": _touch,
    "failure": _note_failure,
    "recover": _recover,
}
