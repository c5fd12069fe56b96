"""Who may pass a door of the staff pages, and the request behind a number."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login

from audit.access import if_there
from requests_app.lifecycle.permissions import WORKERS
from requests_app.models import ImagingRequest, User
from requests_app.models.imaging_request import SEES_WORK
from requests_app.refusals import NotAllowed
from requests_app.words import say_roles

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

    from requests_app.vocabulary import Role

View = TypeVar("View", bound=Callable[..., "HttpResponseBase"])


def for_roles(*roles: Role) -> Callable[[View], View]:
    """Let only these roles through: others are refused, visitors are asked to sign in."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(http_request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not http_request.user.is_authenticated:
                return redirect_to_login(http_request.get_full_path())
            if not person(http_request).has_role(*roles):
                who = say_roles(roles)
                raise NotAllowed(f"This page is for {who}. An administrator can give access.")
            return view(http_request, *args, **kwargs)

        return cast("View", guarded)

    return wrap


seers = for_roles(*SEES_WORK)
"""Let those through who may see requests of their facilities."""

workers = for_roles(*WORKERS)
"""Let those through who work on requests."""


def person(http_request: HttpRequest) -> User:
    """Return the signed-in person."""
    return cast("User", http_request.user)


def find(http_request: HttpRequest, number: str) -> ImagingRequest:
    """Return a request of this person's own facilities; anything else is not there (404)."""
    seen = ImagingRequest.objects.in_care_of(person(http_request))
    whole = seen.select_related("facility", "patient", "assigned_to", "requester")
    return if_there(whole.filter(number=number).first())
