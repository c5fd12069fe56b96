"""A secret that the page after a form shows once: it waits in the session, unreadable there.

A form that is done answers a redirect, so that a reload does nothing again; the secret goes neither
into the address nor, in clear, into the database that holds the sessions.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest

WAITS = timedelta(minutes=10)
"""How long a secret may wait for its page."""


def keep_to_show(http_request: HttpRequest, name: str, secret: str, *, at: datetime) -> None:
    """Keep a secret for the next page of this session that asks for the name."""
    sealed = _box().encrypt_at_time(secret.encode(), int(at.timestamp()))
    http_request.session[_key(name)] = sealed.decode()


def take_to_show(http_request: HttpRequest, name: str, *, at: datetime) -> str:
    """Return the secret that waits under the name, and forget it; "" where none does."""
    sealed = http_request.session.pop(_key(name), "")
    try:
        lasts = int(WAITS.total_seconds())
        return _box().decrypt_at_time(sealed.encode(), lasts, int(at.timestamp())).decode()
    except InvalidToken:  # none was kept, it waited too long, or the server has another key now
        return ""


def _key(name: str) -> str:
    return f"shown-once:{name}"


def _box() -> Fernet:
    key = hashlib.sha256(f"discless shown once key:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
