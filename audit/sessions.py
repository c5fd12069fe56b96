"""Record who signs in, who signs out and who is refused: receivers of Django's own signals.

Signing in happens inside a library; its signals are the only door to it.
"""

from __future__ import annotations

from typing import Any

from allauth.account import signals
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest
from django.utils import timezone

from audit.access import agent_of, record
from audit.proof.entry import Action, EventCode, Outcome


def _session(verb: str, request: HttpRequest | None, outcome: Outcome = Outcome.SUCCESS) -> None:
    record(
        verb=verb,
        code=EventCode.USER_AUTHENTICATION,
        action=Action.EXECUTE,
        outcome=outcome,
        http_request=request,
        subject=f"account:{agent_of(request).id}" if request is not None else "account",
        at=timezone.now(),
    )


def signed_in(sender: Any, request: HttpRequest, **_: Any) -> None:  # noqa: ARG001
    """Record a sign-in."""
    _session("session.opened", request)


def signed_out(sender: Any, request: HttpRequest, **_: Any) -> None:  # noqa: ARG001
    """Record a sign-out."""
    _session("session.closed", request)


def refused(sender: Any, request: HttpRequest | None = None, **_: Any) -> None:  # noqa: ARG001
    """Record a failed sign-in, without what was typed."""
    _session("session.refused", request, Outcome.MINOR_FAILURE)


def throttled(request: HttpRequest) -> None:
    """Record a sign-in that was not even tried, after too many wrong ones."""
    _session("session.throttled", request, Outcome.MINOR_FAILURE)


def password_changed(sender: Any, request: HttpRequest, **_: Any) -> None:  # noqa: ARG001
    """Record a new password, chosen on the page or by a link that was mailed."""
    _session("password.changed", request)


def connect() -> None:
    """Listen; called once when the app is ready."""
    user_logged_in.connect(signed_in, dispatch_uid="audit signed in")
    user_logged_out.connect(signed_out, dispatch_uid="audit signed out")
    user_login_failed.connect(refused, dispatch_uid="audit refused")
    for signal in (signals.password_changed, signals.password_set, signals.password_reset):
        signal.connect(password_changed, dispatch_uid="audit password changed")
