"""The steps that staff can take on a request: a table of form, states and verb."""

from __future__ import annotations

from requests_app.failure_codes import FailureCode
from requests_app.intake.authority import need_of
from requests_app.intake.authorization import is_needed
from requests_app.lifecycle.permissions import WORKERS, may_move
from requests_app.models import ImagingRequest, User
from requests_app.refusals import NotAllowed, TransitionRefused
from requests_app.staff import forms as f
from requests_app.staff import step as fits
from requests_app.staff import verbs
from requests_app.staff.panels import IN_PANELS
from requests_app.staff.step import Step
from requests_app.vocabulary import State

ALL: tuple[Step, ...] = (
    Step(
        key="identity",
        label="Verify identity",
        icon="user-plus",
        verb=verbs.identity,
        form=f.IdentityForm,
        fits=lambda request: fits.is_new(request) and not request.identity_verified,
    ),
    Step(
        key="authorization",
        label="Check the authorization",
        icon="signature",
        verb=verbs.authorization,
        form=f.AuthorizationForm,
        fits=lambda request: fits.is_new(request) and is_needed(request),
    ),
    Step(
        key="authority",
        label="Record the paper of authority",
        icon="signature",
        verb=verbs.authority,
        form=f.AuthorityForm,
        fits=lambda request: fits.is_new(request) and need_of(request) is not None,
    ),
    Step(
        key="fee",
        label="Charge a fee",
        icon="pencil",
        verb=verbs.fee,
        form=f.FeeForm,
        fits=lambda request: fits.is_new(request) and request.fee_paid_on is None,
    ),
    Step(
        key="payment",
        label="Fee is paid",
        icon="check",
        verb=verbs.payment,
        fits=lambda request: request.is_open and request.owes_fee,
    ),
    Step(
        key="complete",
        label="Mark complete",
        icon="check",
        verb=verbs.mark_complete,
        fits=fits.is_new,
        is_main=True,
    ),
    Step(
        key="approve",
        label="Approve",
        icon="check",
        to=State.APPROVED,
        verb=verbs.move(State.APPROVED, "The request is approved. Find the images."),
        fits=fits.can_approve,
        is_main=True,
    ),
    Step(
        key="search",
        label="Start the search",
        icon="search",
        to=State.LOCATING,
        verb=verbs.move(State.LOCATING, "The search has started."),
        fits=fits.can_become(State.LOCATING),
    ),
    Step(
        key="found",
        label="Found elsewhere, without files here",
        icon="check",
        to=State.RETRIEVED,
        verb=verbs.move(State.RETRIEVED, "The images are recorded as found."),
        fits=fits.stands_at(State.APPROVED, State.LOCATING, State.UNUSABLE),
        form=f.NoteForm,
    ),
    Step(
        key="ready",
        label="Mark ready",
        icon="package-check",
        to=State.READY,
        verb=verbs.move(State.READY, "The images are ready to send."),
        fits=fits.stands_at(State.RETRIEVED),
        is_main=True,
    ),
    Step(
        key="unusable",
        label="Images cannot be used",
        icon="triangle-alert",
        to=State.UNUSABLE,
        verb=verbs.move(State.UNUSABLE, "Recorded. Ask for a re-export."),
        fits=fits.can_become(State.UNUSABLE),
        form=f.ReasonForm,
    ),
    Step(
        key="link",
        label="Send by link",
        icon="link",
        to=State.DELIVERING,
        verb=verbs.send_link,
        form=f.LinkForm,
        fits=lambda request: request.state == State.READY and request.studies.exists(),
        is_main=True,
    ),
    Step(
        key="hand-over",
        label="Record another way out",
        icon="send",
        to=State.DELIVERING,
        verb=verbs.hand_over,
        form=f.HandOverForm,
        fits=fits.stands_at(State.READY),
    ),
    Step(
        key="arrived",
        label="It has arrived",
        icon="check",
        to=State.DELIVERED,
        verb=verbs.arrived,
        fits=fits.stands_at(State.DELIVERING),
        is_main=True,
    ),
    Step(
        key="failed",
        label="Delivery failed",
        icon="triangle-alert",
        to=State.DELIVERY_FAILED,
        verb=verbs.failed,
        form=f.ReasonForm,
        fits=fits.can_become(State.DELIVERY_FAILED),
    ),
    Step(
        key="again",
        label="Make ready again",
        icon="rotate-cw",
        to=State.READY,
        verb=verbs.move(State.READY, "The images are ready to send again."),
        fits=fits.stands_at(State.DELIVERY_FAILED),
        is_main=True,
    ),
    Step(
        key="usable",
        label="Recipient could use them",
        icon="circle-check",
        verb=verbs.usable,
        fits=fits.stands_at(State.DELIVERED),
    ),
    Step(
        key="close",
        label="Close",
        icon="check",
        to=State.CLOSED,
        verb=verbs.move(State.CLOSED, "The request is closed."),
        fits=fits.stands_at(State.DELIVERED),
        is_main=True,
    ),
    Step(
        key="hold",
        label="Hold",
        icon="circle-pause",
        verb=verbs.begin_hold,
        form=f.HoldForm,
        fits=fits.can_wait,
    ),
    Step(
        key="release",
        label="End the hold",
        icon="circle-play",
        verb=verbs.end_hold,
        form=f.NoteForm,
        fits=fits.is_held,
    ),
    Step(key="take", label="Assign to me", icon="user-plus", verb=verbs.take, fits=fits.always),
    Step(
        key="assign",
        label="Assign",
        icon="user-plus",
        verb=verbs.assign,
        form=f.AssignForm,
        fits=fits.always,
    ),
    Step(
        key="touch",
        label="Record handling by hand",
        icon="pencil",
        verb=verbs.touch,
        form=f.TouchForm,
        fits=fits.always,
    ),
    Step(
        key="failure",
        label="Record a failure",
        icon="triangle-alert",
        verb=verbs.note_failure,
        form=f.ReasonForm,
        fits=fits.always,
    ),
    Step(
        key="mended",
        label="Failure is mended",
        icon="check",
        verb=verbs.mended,
        form=f.MendedForm,
        fits=fits.has_failed,
    ),
    Step(
        key="extend",
        label="Extend the legal time",
        icon="calendar-clock",
        verb=verbs.extend,
        form=f.ExtendForm,
        fits=fits.may_extend,
    ),
    Step(
        key="deny",
        label="Deny",
        icon="x",
        to=State.DENIED,
        verb=verbs.deny,
        form=f.DenyForm,
        fits=fits.can_become(State.DENIED),
    ),
    Step(
        key="not-found",
        label="No such images here",
        icon="search-x",
        to=State.NOT_FOUND,
        verb=verbs.move(State.NOT_FOUND, "Recorded: not found.", reason=FailureCode.LO01),
        form=f.WhyForm,
        fits=fits.can_become(State.NOT_FOUND),
    ),
    Step(
        key="duplicate",
        label="Duplicate",
        icon="list",
        to=State.DUPLICATE,
        verb=verbs.move(State.DUPLICATE, "Recorded: a duplicate.", reason=FailureCode.IN04),
        form=f.WhyForm,
        fits=fits.can_become(State.DUPLICATE),
    ),
    Step(
        key="withdraw",
        label="Withdrawn by the requester",
        icon="x",
        to=State.WITHDRAWN,
        verb=verbs.move(State.WITHDRAWN, "The request is withdrawn."),
        form=f.WhyForm,
        fits=fits.can_become(State.WITHDRAWN),
    ),
    *IN_PANELS,
)
STEPS: dict[str, Step] = {step.key: step for step in ALL}


def steps_for(request: ImagingRequest, user: User) -> list[Step]:
    """Return the steps that this person may take now."""
    return [
        step
        for step in ALL
        if not step.has_panel and _is_theirs(step, request, user) and step.fits(request)
    ]


def check_step(step: Step, request: ImagingRequest, user: User) -> None:
    """Refuse a step that is not this person's, or that the request does not call for now."""
    if not _is_theirs(step, request, user):
        raise NotAllowed(f"Your role does not allow this step ({step.label}). Ask a supervisor.")
    if not step.fits(request):
        raise TransitionRefused(
            f"This step ({step.label}) does not fit the request as it stands now: "
            f"{request.state.replace('_', ' ')}. Look at what comes next."
        )


def _is_theirs(step: Step, request: ImagingRequest, user: User) -> bool:
    return may_move(user, request, step.to) if step.to else user.has_role(*WORKERS)
