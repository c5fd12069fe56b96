"""A bound on every request body, kept before Django spools it: nobody fills the disk from afar."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import connection

from requests_app.upload.sink import OVERHEAD, Application, Message, Receive, Scope, Send, drain

TOO_LARGE = "discless.body_too_large"
"""The mark in the scope of a call whose body was refused; the middleware answers it with 413."""
_DESCRIBES_BODY = frozenset({b"content-length", b"transfer-encoding", b"expect"})

Limit = Callable[[], int]
_UPLOADS: tuple[tuple[re.Pattern[str], Limit], ...] = (
    (re.compile(r"^/logs/new/$"), lambda: int(settings.LOG_LIMIT) + OVERHEAD),
    (
        re.compile(r"^/work/requests/[-\w]+/images/$"),
        lambda: int(settings.UPLOAD_LIMIT) + OVERHEAD,
    ),
)
"""The forms with files that Django itself reads, for people who are signed in."""


class BodyLimit:
    """Stands before Django; a body over the limit is read no further and kept nowhere."""

    def __init__(self, django: Application) -> None:
        self.django = django

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if scope["type"] != "http":
            await self.django(scope, receive, send)
            return
        counted = _Counted(receive, await limit_of(scope))
        if _length(scope) > counted.limit:
            await self._refuse(scope, receive, send)
            return
        await self.django(scope, counted, send)
        if counted.is_over:
            await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let Django answer as if the body were empty, so that the page looks like any other."""
        await drain(receive)
        headers = [pair for pair in scope["headers"] if pair[0].lower() not in _DESCRIBES_BODY]
        turns = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def empty() -> Message:
            message = next(turns, None)
            if message is None:  # Django waits here for a hang-up; what is left is more body
                await asyncio.Event().wait()
            return message or {"type": "http.disconnect"}

        await self.django({**scope, "headers": headers, TOO_LARGE: True}, empty, send)


class _Counted:
    """The body as it comes; a hang-up is feigned where it grows over the limit.

    Django then closes what it spooled and answers nothing.
    """

    def __init__(self, receive: Receive, limit: int) -> None:
        self.receive, self.limit = receive, limit
        self.read = 0
        self.is_over = False

    async def __call__(self) -> Message:
        """Return the next piece."""
        message = await self.receive()
        self.read += len(message.get("body", b""))
        if self.read > self.limit:
            self.is_over = True
            return {"type": "http.disconnect"}
        return message


async def limit_of(scope: Scope) -> int:
    """Return how many bytes the body of a call may have."""
    for address, limit in _UPLOADS:
        if scope["method"] == "POST" and address.match(scope["path"]):
            if await sync_to_async(_is_signed_in)(scope):
                return limit()
            break
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def _length(scope: Scope) -> int:
    said = [value for name, value in scope["headers"] if name.lower() == b"content-length"]
    return int(said[0]) if said and said[0].isdigit() else 0


def _is_signed_in(scope: Scope) -> bool:
    """Say whether the call brings the cookie of an open session."""
    line = b"; ".join(value for name, value in scope["headers"] if name.lower() == b"cookie")
    try:
        found = SimpleCookie(line.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return False
    if found is None:
        return False
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    try:
        return SESSION_KEY in store(found.value)
    finally:
        if not connection.in_atomic_block:  # no request ends here that would close it
            connection.close()
