"""Accounts: people are invited by an administrator, nobody signs up by themselves."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse

from audit.sessions import throttled
from project.tasks import ask_for_reset_mail
from requests_app.models import User
from requests_app.throttle import neighbourhood


class ClosedDoor(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in only; guesses are counted by account and address together."""

    error_messages: ClassVar[dict[str, str]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is switched off. Ask an administrator of your hospital.",
        "email_password_mismatch": "That email and password do not fit together. Try again.",
        "enter_current_password": "Write the password that you use now.",
        "incorrect_password": "That is not your password. Try again.",
        "too_many_login_attempts": (
            f"Too many tries. Wait {settings.SIGN_IN_WAIT_MINUTES} minutes, then sign in again."
        ),
        "rate_limited": "Too many tries. Wait a minute, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nobody signs up."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that the first middleware settled."""
        return str(request.META.get("REMOTE_ADDR", "") or "")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse more guesses than are allowed; a refusal is recorded like a wrong password."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            throttled(request)
            raise

    def set_password(self, user: User, password: str) -> None:
        """Set a password, and let what is said next know whether it is a person's first."""
        if self.request is not None:
            self.request.is_first_password = not user.has_usable_password()
        super().set_password(user, password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        """Lead back to the person's work: the empty form again would look as if nothing was done."""
        return reverse("portal:start")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the address in the mail: ours, whatever host the caller named."""
        path = reverse(
            "account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}
        ).replace("UID-KEY", key)
        return str(settings.PUBLIC_ADDRESS).rstrip("/") + path

    def send_password_reset_mail(
        self,
        user: User,
        email: str,  # noqa: ARG002
        context: dict[str, Any],  # noqa: ARG002
    ) -> None:
        """Let the worker write: how long a mail server takes would tell who has an account."""
        ask_for_reset_mail(user.pk)

    def format_email_subject(self, subject: str) -> str:
        """Return the subject as it stands, without the name of a site."""
        return str(subject).strip()

    def render_mail(
        self,
        template_prefix: str,
        email: str,
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """Write a mail that names our own address, whatever host the caller named."""
        address = urlsplit(str(settings.PUBLIC_ADDRESS))
        site = SimpleNamespace(name="Discless", domain=address.netloc)
        words = {**context, "current_site": site, "username": ""}
        message: EmailMessage = super().render_mail(template_prefix, email, words, headers)
        return message

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # With the address, so that a guesser elsewhere cannot keep the account's owner out.
        account = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{account}:{neighbourhood(self.get_client_ip(request))}"
