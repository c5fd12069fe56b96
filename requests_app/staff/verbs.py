"""What each step of the staff pages does: form in, verb called, sentence out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.forms import Form

from requests_app.delivery import handover, letter, link
from requests_app.failure_codes import FailureCode
from requests_app.imaging.remove import remove_study
from requests_app.intake.authority import Paper, record_authority
from requests_app.intake.authorization import ELEMENTS, Found, record_authorization
from requests_app.intake.completeness import complete
from requests_app.intake.fee import charge_fee, pay_fee
from requests_app.intake.identity import verify_identity
from requests_app.lifecycle import effort, follow_up, holds
from requests_app.lifecycle.journal import Particulars
from requests_app.lifecycle.transition import transition
from requests_app.models import ImagingRequest, User
from requests_app.notices.outbox import mail_again
from requests_app.refusals import TransitionRefused
from requests_app.staff.forms import code_of
from requests_app.vocabulary import AuthorityKind, Channel, State, Touch

Verb = Callable[[ImagingRequest, Form, User, datetime], str]


def move(to: State, said: str, *, reason: FailureCode | None = None) -> Verb:
    """Return a verb that makes a plain move."""

    def verb(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:
        chosen = form.cleaned_data.get("reason")
        what = Particulars(
            note=form.cleaned_data.get("note", ""),
            reason=FailureCode(chosen) if chosen else reason,
        )
        transition(request, to=to, by=by, at=at, particulars=what)
        return said

    return verb


def mark_complete(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:  # noqa: ARG001
    """Start the contract clock."""
    complete(request, by=by, at=at)
    return "The request is complete. The contract clock runs from now."


def identity(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:
    """Tie the request to a patient."""
    said = form.cleaned_data
    verify_identity(
        request,
        record_number=said["record_number"],
        birth_date=said.get("birth_date"),
        by=by,
        at=at,
    )
    return "The identity is verified."


def authorization(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:
    """Keep which elements the form has."""
    said = form.cleaned_data
    elements = frozenset(element.field for element in ELEMENTS if said[element.field])
    names = set(said) & set(Found.__dataclass_fields__)
    found = Found(elements=elements, **{name: said[name] for name in names})
    record_authorization(request, found, by=by, at=at)
    return f"{len(elements)} of {len(ELEMENTS)} elements of the authorization are there."


def authority(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:
    """Keep which paper was seen."""
    said = {name: form.cleaned_data[name] for name in Paper.__dataclass_fields__}
    paper = Paper(**said | {"kind": AuthorityKind(said["kind"])})
    record_authority(request, paper, by=by, at=at)
    return "The paper is recorded."


def fee(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:
    """Charge a fee."""
    charge_fee(request, int(form.cleaned_data["amount"] * 100), by=by, at=at)
    return "The fee is recorded."


def payment(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:  # noqa: ARG001
    """Record that the fee was paid."""
    pay_fee(request, by=by, at=at)
    return "The fee is paid."


def extend(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:
    """Take the one extension."""
    letter.extend(request, basis=form.cleaned_data["basis"], by=by, at=at)
    return f"The request is extended. {_how_it_goes(request)}"


def deny(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:
    """Deny by a letter."""
    said = form.cleaned_data
    words = letter.Denial(**{part: said[part] for part in ("basis", "review", "complaint")})
    letter.deny(request, words, by=by, at=at)
    return f"The request is denied. {_how_it_goes(request)}"


def _how_it_goes(request: ImagingRequest) -> str:
    if request.requester_email:
        return "The letter goes out by mail within a minute."
    return "The requester has no email address: print the letter from here and post it today."


def begin_hold(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:
    """Begin a wait."""
    note = form.cleaned_data["note"]
    event = holds.hold(request, reason=code_of(form), by=by, at=at, note=note)
    return holds.NO_FORM_NEEDED if holds.is_exposure(event) else "The request is on hold."


def end_hold(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:
    """End the wait."""
    holds.release(request, by=by, at=at, note=form.cleaned_data["note"])
    return "The hold has ended."


def hand_over(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:
    """Record another way out."""
    handover.hand_over(
        request,
        channel=Channel(form.cleaned_data["channel"]),
        recipient_name=form.cleaned_data["recipient_name"],
        recipient_address=form.cleaned_data["recipient_address"],
        by=by,
        at=at,
    )
    return "Recorded. Say when it has arrived."


def arrived(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:  # noqa: ARG001
    """Record the arrival of the latest delivery."""
    handover.mark_available(handover.latest_delivery(request), by=by, at=at)
    return "The images have arrived."


def failed(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:
    """Record that the latest delivery failed."""
    note = form.cleaned_data["note"]
    handover.mark_failed(
        handover.latest_delivery(request), reason=code_of(form), by=by, at=at, note=note
    )
    return "The delivery has failed. Prepare another one."


def usable(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:  # noqa: ARG001
    """Record that the recipient could use the images."""
    handover.confirm_usable(request, by=by, at=at)
    return "The recipient could use the images."


def take(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:  # noqa: ARG001
    """Assign the request to oneself."""
    effort.assign(request, to=by, by=by, at=at)
    return "The request is yours."


def assign(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:
    """Assign the request to a person."""
    effort.assign(request, to=form.cleaned_data["to"], by=by, at=at)
    return f"The request is with {form.cleaned_data['to']}."


def touch(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:
    """Record handling by hand."""
    kind = Touch(form.cleaned_data["kind"])
    effort.touch(request, kind, by=by, at=at, note=form.cleaned_data["note"])
    return "Recorded."


def note_failure(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:
    """Record a failure."""
    note = form.cleaned_data["note"]
    effort.note_failure(request, code_of(form), by=by, at=at, note=note)
    return "The failure is recorded."


def hear(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:
    """Record what was heard later."""
    code = code_of(form)
    follow_up.hear(request, code, by=by, at=at, note=form.cleaned_data["note"])
    if code in follow_up.FOLLOW_UPS:
        return "What was heard is recorded."
    return "The disclosure error is recorded. Close its links, and tell the privacy office today."


def mended(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:
    """Record that a failure is over."""
    effort.recover(request, code_of(form), by=by, at=at, note=form.cleaned_data["note"])
    return "The failure is mended. The hours that it cost are counted."


def revoke(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:  # noqa: ARG001
    """Close a link."""
    delivery = form.cleaned_data["delivery"]
    if not hasattr(delivery, "link"):
        raise TransitionRefused("This delivery did not go by link.")
    link.revoke(delivery.link, by=by, at=at)
    return "The link is closed. Whoever has it sees the same page as for an unknown one."


def remove(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:
    """Take a study off the request."""
    said = form.cleaned_data
    remove_study(request, said["study"], why=said["note"], by=by, at=at)
    return "The study is removed. Links that showed it are closed."


def resend(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:  # noqa: ARG001
    """Mail a link or a letter again."""
    mail_again(form.cleaned_data["notice"], by=by, at=at)
    return "The mail goes out within a minute."


def send_link(request: ImagingRequest, form: Form, by: User, at: datetime) -> str:
    """Send by link; return the token, which is shown once."""
    said = form.cleaned_data
    issued = link.create_link(
        request,
        recipient_name=said["recipient_name"],
        recipient_email=said["recipient_email"],
        by=by,
        at=at,
        expires_at=at + timedelta(days=said["days"]),
    )
    return issued.token
