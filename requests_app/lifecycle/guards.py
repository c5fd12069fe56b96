"""When a move may be made: facts about the request, whoever asks."""

from collections.abc import Callable

from requests_app.failure_codes import PAUSING
from requests_app.lifecycle.journal import Particulars
from requests_app.lifecycle.subjects import subjects_of
from requests_app.lifecycle.waits import check_may_leave, check_not_held, is_demanded_in_vain
from requests_app.models import ImagingRequest, Study
from requests_app.refusals import Incomplete
from requests_app.vocabulary import Direction, EventKind, LetterKind, State, Usability
from requests_app.words import say_modality


def _is_complete(request: ImagingRequest, what: Particulars) -> None:  # noqa: ARG001
    if not request.events.filter(kind=EventKind.COMPLETE).exists():
        raise Incomplete("Mark the request complete first: something in it is still unchecked.")


def check_has_images(request: ImagingRequest) -> None:
    """Raise Incomplete where a link would open on nothing."""
    if request.direction == Direction.OUTBOUND and not request.studies.exists():
        raise Incomplete("Attach the images first: no study is here yet.")


def _has_usable_images(request: ImagingRequest, what: Particulars) -> None:  # noqa: ARG001
    """Images recorded here must be usable; a study sent from elsewhere leaves no file here."""
    broken = request.studies.filter(verdict=Usability.NOT_USABLE)
    if broken:
        called = " and ".join(_called(study) for study in broken)
        raise Incomplete(
            f"{called} cannot be used. Remove what cannot be used, or ask for a re-export: "
            "record that the images cannot be used."
        )


def _called(study: Study) -> str:
    """Call a study by its kind and day, as its line on the page does."""
    kind = say_modality(study.modality) or "Study"
    return f"{kind} of {study.study_date:%b} {study.study_date:%-d}" if study.study_date else kind


def _has_the_right_patient(request: ImagingRequest, what: Particulars) -> None:  # noqa: ARG001
    """Over all instances of all receipts: one stray image of somebody else stops the release."""
    for subjects in subjects_of(request).values():
        if subjects.refusal:
            raise Incomplete(f"{subjects.refusal} Remove the study, or ask for a re-export.")
        if not subjects.is_compared:
            raise Incomplete("Verify the patient's identity first: the images name somebody.")


def _has_a_delivery(request: ImagingRequest, what: Particulars) -> None:
    """Nothing leaves or arrives without a record of which way, and to whom."""
    sent = what.delivery
    if sent is None or sent.request_id != request.pk or sent.channel != what.channel:
        raise Incomplete("Say by which way the images go: send a link, or record a hand-over.")


def _waits_on_the_requester(request: ImagingRequest, what: Particulars) -> None:
    if is_demanded_in_vain(request, what.reason):
        raise Incomplete(
            "By this right no authorization is needed: go on without one.", field="reason"
        )
    if what.reason not in PAUSING:
        raise Incomplete(
            "Clarifying is a wait for the requester: put it on hold with a reason of theirs.",
            field="reason",
        )


def _is_not_held(request: ImagingRequest, what: Particulars) -> None:  # noqa: ARG001
    check_not_held(request)


def _waits_for_nothing(request: ImagingRequest, what: Particulars) -> None:  # noqa: ARG001
    check_may_leave(request)


def _says_why(request: ImagingRequest, what: Particulars) -> None:  # noqa: ARG001
    if what.reason is None:
        raise Incomplete("Say why, with a code: it is counted and answered for.", field="reason")


def _has_its_letter(request: ImagingRequest, what: Particulars) -> None:  # noqa: ARG001
    """A denial is timely only in writing, with all that it must say (45 CFR 164.524(d)(2))."""
    if not request.letters.filter(kind=LetterKind.DENIAL).exists():
        raise Incomplete("Deny by a letter: its basis, the right to a review, how to complain.")


Guard = Callable[[ImagingRequest, Particulars], None]
GUARDS: dict[State, tuple[Guard, ...]] = {
    State.CLARIFYING: (_waits_on_the_requester, _is_not_held),
    State.APPROVED: (_is_complete,),
    State.UNUSABLE: (_says_why,),
    State.READY: (_has_usable_images, _has_the_right_patient),
    State.DELIVERING: (
        _waits_for_nothing,
        _has_a_delivery,
        _has_usable_images,
        _has_the_right_patient,
    ),
    State.DELIVERED: (_waits_for_nothing, _has_a_delivery),
    State.DELIVERY_FAILED: (_has_a_delivery, _says_why),
    State.DENIED: (_says_why, _has_its_letter),
    State.NOT_FOUND: (_says_why,),
}
"""What must hold before a request may enter a state, whichever door asks."""


def check_guards(request: ImagingRequest, to: State, what: Particulars) -> None:
    """Refuse unless every guard of the target state holds: Incomplete, or on hold."""
    for guard in GUARDS.get(to, ()):
        guard(request, what)


def may_be_ready(request: ImagingRequest) -> bool:
    """Say whether what is here could leave: all of it usable, and of the right patient."""
    try:
        check_guards(request, State.READY, Particulars())
    except Incomplete:
        return False
    return True
