"""Accounts: people are invited by an administrator, nobody signs up by themselves."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from audit.sessions import throttled


class ClosedDoor(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in only; guesses are counted by account and address together."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Nobody signs up."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse more guesses than are allowed; a refusal is recorded like a wrong password."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            throttled(request)
            raise

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # With the address, so that a guesser elsewhere cannot keep the account's owner out.
        account = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{account}:{self.get_client_ip(request)}"
