"""Where the call that is being answered came from, for entries written deep inside a verb."""

from __future__ import annotations

import os
import pwd
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

_ADDRESS: ContextVar[str] = ContextVar("audit_address", default="")


def current_address() -> str:
    """Return the network address of the caller; nothing outside a web request."""
    return _ADDRESS.get()


OPERATOR = "operating_system_user"
COMMANDED = "system:"
"""How an agent begins that is a command for one organization; its number follows."""


def of_command() -> dict[str, str]:
    """Return who ran a command of the server: the user of its operating system, by name or number."""
    number = os.getuid()
    try:
        return {OPERATOR: pwd.getpwuid(number).pw_name}
    except KeyError:  # a container may run as a number that has no name
        return {OPERATOR: str(number)}


class Origin:
    """Middleware: keep the caller's address in reach while a request is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = _ADDRESS.set(request.META.get("REMOTE_ADDR", "") or "")
        try:
            return self.get_response(request)
        finally:
            _ADDRESS.reset(token)
