"""When a move may be made: facts about the request, whoever asks."""

from collections.abc import Callable

from requests_app.models import ImagingRequest
from requests_app.refusals import Incomplete
from requests_app.vocabulary import Direction, EventKind, State, Usability


def _is_complete(request: ImagingRequest) -> None:
    if not request.events.filter(kind=EventKind.COMPLETE).exists():
        raise Incomplete("Mark the request complete first: something in it is still unchecked.")


def _has_images(request: ImagingRequest) -> None:
    if request.direction == Direction.OUTBOUND and not request.studies.exists():
        raise Incomplete("Attach the images first: no study is here yet.")


def _has_usable_images(request: ImagingRequest) -> None:
    """Images recorded here must be usable; a study sent from elsewhere leaves no file here."""
    if request.studies.filter(verdict=Usability.NOT_USABLE).exists():
        raise Incomplete(
            "A study cannot be used. Remove it, ask for a re-export, or mark the images unusable."
        )


GUARDS: dict[State, tuple[Callable[[ImagingRequest], None], ...]] = {
    State.APPROVED: (_is_complete,),
    State.READY: (_has_usable_images,),
}
"""What must hold before a request may enter a state."""


def check_guards(request: ImagingRequest, to: State) -> None:
    """Raise Incomplete unless every guard of the target state holds."""
    for guard in GUARDS.get(to, ()):
        guard(request)


def check_has_images(request: ImagingRequest) -> None:
    """Raise Incomplete where a link would open on nothing."""
    _has_images(request)
