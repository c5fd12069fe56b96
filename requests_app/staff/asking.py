"""Find one request in a person's scope, or answer as if it were not there."""

from django.http import Http404, HttpRequest

from requests_app.models import ImagingRequest, User
from requests_app.refusals import NotAllowed
from requests_app.vocabulary import Role

WORKERS = (Role.RELEASE_STAFF, Role.SUPERVISOR, Role.ADMINISTRATOR)
READERS = (*WORKERS, Role.HIM_DIRECTOR, Role.AUDITOR, Role.ANALYST)


def signed_in(http_request: HttpRequest) -> User:
    """Return the person; the views behind this are for signed-in people only."""
    if not isinstance(http_request.user, User):
        raise Http404
    return http_request.user


def reader(http_request: HttpRequest, *roles: Role) -> User:
    """Return the person if a role lets them read work; NotAllowed otherwise."""
    person = signed_in(http_request)
    if not person.has_role(*(roles or READERS)):
        raise NotAllowed("This page is for release staff. A supervisor can give you access.")
    return person


def asked_for(http_request: HttpRequest, number: str, *roles: Role) -> ImagingRequest:
    """Return the request of a number; what is out of scope does not exist."""
    person = reader(http_request, *roles)
    visible = ImagingRequest.objects.visible_to(person).select_related("facility", "patient")
    found = visible.filter(number=number).first()
    if found is None:
        raise Http404
    return found
