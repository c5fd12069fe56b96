"""One step of the staff pages, and what requests it fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from requests_app.intake.authority import lacks
from requests_app.intake.authorization import defects, is_needed
from requests_app.intake.completeness import is_complete
from requests_app.lifecycle import effort
from requests_app.lifecycle.guards import may_be_ready
from requests_app.lifecycle.states import TRANSITIONS
from requests_app.lifecycle.waits import LEAVING, barred_by, open_holds
from requests_app.models import Authorization, ImagingRequest
from requests_app.sla.rules import ACCESS
from requests_app.staff import forms as f
from requests_app.staff import verbs
from requests_app.vocabulary import EventKind, LegalBasis, State


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: shown where `fits`, done by `verb`, which returns the sentence to show."""

    key: str
    label: str
    icon: str
    verb: verbs.Verb
    fits: Callable[[ImagingRequest], bool]
    form: type[f.StepForm] = f.StepForm
    to: State | None = None
    is_main: bool = False
    has_panel: bool = False


def can_become(to: State) -> Callable[[ImagingRequest], bool]:
    """Fit where the table of moves leads there."""
    return lambda request: to in TRANSITIONS[State(request.state)]


def stands_at(*states: State) -> Callable[[ImagingRequest], bool]:
    """Fit in these states."""
    return lambda request: request.state in states


def is_new(request: ImagingRequest) -> bool:
    """Say whether it is received and not complete yet."""
    return request.state == State.RECEIVED and not is_complete(request)


def needed_first(request: ImagingRequest, on: date) -> str:
    """Return the key of the step without which the usual next one would be refused; "" for none."""
    if not is_new(request):
        return _needed_to_leave(request)
    if not request.identity_verified:
        return "identity"
    if is_needed(request):
        found = Authorization.objects.filter(request=request).first()
        if defects(found, on):
            return "authorization"
    if any(lacks(request, on)):
        return "authority"
    return "payment" if request.owes_fee else ""


def _needed_to_leave(request: ImagingRequest) -> str:
    if request.state == State.RETRIEVED and not may_be_ready(request):
        return "unusable"
    return "release" if request.state in LEAVING and barred_by(request) else ""


def always(request: ImagingRequest) -> bool:
    """Say whether anything may still be recorded on it."""
    return request.is_open or request.state == State.DELIVERED


def has_failed(request: ImagingRequest) -> bool:
    """Say whether a failure was noted that is not mended yet."""
    return always(request) and bool(effort.unmended(request))


def is_held(request: ImagingRequest) -> bool:
    """Say whether it is on hold."""
    return request.is_open and bool(open_holds(request))


def can_wait(request: ImagingRequest) -> bool:
    """Say whether a hold may begin."""
    return request.is_open and not open_holds(request)


def can_approve(request: ImagingRequest) -> bool:
    """Say whether it is complete and waits for approval."""
    return request.state == State.RECEIVED and is_complete(request)


def may_extend(request: ImagingRequest) -> bool:
    """Say whether a legal clock may still be extended; the verb knows until when."""
    if not request.is_open or LegalBasis(request.legal_basis) not in ACCESS:
        return False
    return not request.events.filter(kind=EventKind.EXTENDED).exists()
