"""Who may do what with a request; when it may be done is `guards`."""

from requests_app.lifecycle.states import DECISIONS, OWNERS
from requests_app.models import ImagingRequest, User
from requests_app.refusals import NotAllowed
from requests_app.vocabulary import Role, State

WORKERS = OWNERS[State.RECEIVED]


def may_move(user: User | None, request: ImagingRequest, to: State) -> bool:
    """Say whether this person's role and scope let them make the move; the system always may."""
    if user is None:
        return True
    if to is State.WITHDRAWN and request.requester_id == user.pk:
        return True
    allowed = DECISIONS.get(to, OWNERS[State(request.state)])
    return user.has_role(*allowed) and in_scope(user, request)


def in_scope(user: User, request: ImagingRequest) -> bool:
    """Say whether the request's facility is one that this person works for."""
    return request.facility_id in user.visible_facility_ids


def check_move(user: User | None, request: ImagingRequest, to: State) -> None:
    """Raise NotAllowed unless the person may make the move."""
    if not may_move(user, request, to):
        raise NotAllowed(
            f"Your role does not allow this step ({to.replace('_', ' ')}). Ask a supervisor."
        )


def check_work(user: User | None, request: ImagingRequest, *roles: Role) -> None:
    """Raise NotAllowed unless the person works on requests of this facility."""
    if user is None:
        return
    if not (user.has_role(*(roles or WORKERS)) and in_scope(user, request)):
        raise NotAllowed("Your role does not allow work on this request. Ask a supervisor.")
