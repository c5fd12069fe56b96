"""A secret that the page after a form shows once: it waits in a row of its own, unreadable there.

A form that is done answers a redirect, so that a reload does nothing again; the secret goes neither
into the address nor, in clear, into the database. It does not wait in the session: whoever writes
there writes the whole of it, and the last of two writers at one moment undoes the other.
"""

from __future__ import annotations

import base64
import hashlib
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponseRedirect
from django.shortcuts import resolve_url

from requests_app.models import KeptSecret
from requests_app.tokens import hash_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

    from requests_app.models import User

WAITS = timedelta(minutes=10)
"""How long a secret may wait for its page."""
NAME = "shown"
"""The word of the address that says which secret is to be shown: no secret itself."""

# One statement: of two reads at one moment exactly one gets the row.
_TAKE = """DELETE FROM requests_app_keptsecret
    WHERE id = %s AND person_id = %s AND session_hash = %s AND purpose = %s
    RETURNING sealed, expires_at"""


def show_once(
    http_request: HttpRequest, purpose: str, secret: str, page: str, *words: str, at: datetime
) -> HttpResponseRedirect:
    """Keep a secret of this session, and send the browser to the page that shows it."""
    kept = KeptSecret.objects.create(
        person=cast("User", http_request.user),
        session_hash=_session(http_request),
        purpose=purpose,
        sealed=_box().encrypt(secret.encode()).decode(),
        expires_at=at + WAITS,
    )
    return HttpResponseRedirect(f"{resolve_url(page, *words)}?{NAME}={kept.pk}")


@contextmanager
def taken_to_show(http_request: HttpRequest, purpose: str, *, at: datetime) -> Iterator[str]:
    """Give the secret that the address asks for, and forget it; "" where none waits for it.

    Render its page within: an error there, and the secret waits on. Another read of it waits until
    then, and gets what is left.
    """
    asked = http_request.GET.get(NAME, "")
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= 18):
        yield ""
        return
    with transaction.atomic():
        yield _take(http_request, purpose, int(asked), at=at)


def _take(http_request: HttpRequest, purpose: str, asked: int, *, at: datetime) -> str:
    with connection.cursor() as cursor:
        whose = [asked, http_request.user.pk, _session(http_request), purpose]
        cursor.execute(_TAKE, whose)
        sealed, expires_at = cursor.fetchone() or ("", at)
    try:
        return _box().decrypt(sealed.encode()).decode() if at < expires_at else ""
    except InvalidToken:  # the server has another key now
        return ""


def forget_unshown(at: datetime) -> int:
    """Delete what waited too long; return how many."""
    return KeptSecret.objects.filter(expires_at__lte=at).delete()[0]


def _session(http_request: HttpRequest) -> str:
    return hash_of(http_request.session.session_key or "")


def _box() -> Fernet:
    key = hashlib.sha256(f"discless shown once key:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
