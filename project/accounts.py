"""Accounts: people are invited by an administrator, nobody signs up by themselves."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from audit.sessions import throttled


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
