"""Accounts: people are invited by an administrator, nobody signs up by themselves."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse

from audit.sessions import throttled
from requests_app.throttle import neighbourhood


class ClosedDoor(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in only; guesses are counted by account and address together."""

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

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the address in the mail: ours, whatever host the caller named."""
        path = reverse(
            "account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}
        ).replace("UID-KEY", key)
        return str(settings.PUBLIC_ADDRESS).rstrip("/") + path

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
