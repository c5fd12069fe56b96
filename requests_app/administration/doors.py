"""Administrators only; everything is cut to their organization."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.views import redirect_to_login
from django.utils import timezone

from audit.access import agent_of, record
from audit.proof.entry import Action, EventCode
from requests_app.house.ledger import Keeper
from requests_app.models import User
from requests_app.refusals import NotAllowed
from requests_app.vocabulary import Role

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpRequest, HttpResponseBase

    from requests_app.refusals import DisclessError

    View = Callable[..., HttpResponseBase]


def administrators(view: View) -> View:
    """Let only administrators of an organization through."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        user = request.user
        if user.has_role(Role.ADMINISTRATOR) and user.organization_id is not None:
            return view(request, *args, **kwargs)
        raise NotAllowed("This page is for administrators. That you tried to open it was recorded.")

    return guarded


def keeper_of(request: HttpRequest) -> Keeper:
    """Return the administrator as the one who changes the house, now."""
    organization = cast("User", request.user).organization
    if organization is None:
        raise NotAllowed("Your account belongs to no organization.")
    return Keeper(organization=organization, at=timezone.now(), agent=agent_of(request))


def looked(request: HttpRequest, what: str) -> None:
    """Record that somebody opened a page of the administration."""
    record(
        verb="administration.viewed",
        code=EventCode.QUERY,
        action=Action.READ,
        http_request=request,
        subject=f"administration:{what}",
        at=timezone.now(),
    )


def put_on(form: forms.Form, error: DisclessError) -> None:
    """Show a refusal beside the field that it is about."""
    form.add_error(error.field if error.field in form.fields else None, error.sentence)
