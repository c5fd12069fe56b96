"""A raw ASGI application that receives images: asks Django first, streams, hands over to Django.

Django's own handler spools a whole body before a view sees it. Here the body is read only after
Django's middleware and the view have let the person in, and goes straight into the store.
"""

from __future__ import annotations

import asyncio
import errno
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from django.conf import settings
from python_multipart.multipart import parse_options_header

from requests_app.imaging.store import HANDED_OVER, Upload
from requests_app.refusals import DisclessError, TooLarge
from requests_app.upload.parts import BrokenUpload, Parts

Message = dict[str, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

ADDRESS = re.compile(r"^/work/requests/[-\w]+/images/stream/$")
BATCH = 1024**2  # bytes gathered before a thread hashes and writes them
OVERHEAD = 64 * 1024**2  # bytes of boundaries and headers around the files
LONGEST_DRAIN = 4 * 1024**2  # bytes read and thrown away so that a refusal is seen
_REPLACED = frozenset(
    {b"accept", b"content-type", b"content-length", b"transfer-encoding", b"expect"}
)
_SENTENCES: dict[int, tuple[str, str]] = {
    302: ("signed_out", "You are signed out. Sign in again, then send the images again."),
    403: ("not_allowed", "You may not attach images, or this page is too old. Reload it."),
    404: ("not_found", "There is no such request, or it is not yours to see."),
    429: ("too_many", "Too many requests were named that are not there. Wait a minute."),
}
_BROKEN = ("internal", "Something broke on our side. Nothing was kept; send it again.")


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class NoRoom(DisclessError):
    """The disk is full."""

    code = "no_room"
    status = 507


class Gone(Exception):
    """The sender hung up."""


def takes(scope: Scope) -> bool:
    """Say whether a call is an upload for the sink."""
    return (
        scope["type"] == "http"
        and scope["method"] == "POST"
        and ADDRESS.match(scope["path"]) is not None
    )


class Sink:
    """Stands before Django for uploads."""

    def __init__(self, django: Application) -> None:
        self.django = django

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Receive one upload."""
        status, headers, body = await self._ask(scope, Upload(files=None))
        if status != 204:
            await drain(receive)
            await _answer(send, status, headers, body)
            return
        try:
            upload = await _stream(scope, receive)
        except DisclessError as refusal:
            await drain(receive)
            said = {"code": refusal.code, "sentence": refusal.sentence}
            await _say(send, refusal.status, {"error": said})
            return
        except Gone:
            return
        await _answer(send, *await self._ask(scope, upload))

    async def _ask(
        self, scope: Scope, upload: Upload
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Call Django without the body; what was stored travels in the scope, out of reach."""
        headers = [pair for pair in scope["headers"] if pair[0].lower() not in _REPLACED]
        headers.append((b"accept", b"application/json"))
        said: list[Message] = []
        turns = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> Message:
            message = next(turns, None)
            if message is None:  # Django waits here for a hang-up; the call ends before
                await asyncio.Event().wait()
            return message or {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            said.append(message)

        await self.django({**scope, "headers": headers, HANDED_OVER: upload}, receive, send)
        start = said[0]
        return start["status"], start["headers"], b"".join(one.get("body", b"") for one in said[1:])


async def _stream(scope: Scope, receive: Receive) -> Upload:
    """Read the body into the store; raises refusals and Gone, and keeps nothing then."""
    headers = {name.lower(): value for name, value in scope["headers"]}
    kind, options = parse_options_header(headers.get(b"content-type", b"").decode("latin-1"))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 1 <= len(boundary) <= 70:
        raise BrokenUpload("What was sent is no form with files. Send it again.")
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or int(length) > settings.UPLOAD_LIMIT + OVERHEAD:
        raise TooLarge("This is more than one upload may hold. Send it in parts.")
    parts = Parts(
        boundary, limit=settings.UPLOAD_LIMIT, most_files=settings.DATA_UPLOAD_MAX_NUMBER_FILES
    )
    try:
        async for batch in _batches(receive):
            await asyncio.to_thread(parts.feed, batch)
        files = await asyncio.to_thread(parts.keep)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise NoRoom(
            "There is no room left for images. Nothing was kept; tell an administrator."
        ) from error
    finally:
        await asyncio.shield(asyncio.to_thread(parts.drop))
    return Upload(files=files, channel=parts.fields.get("channel", ""))


async def _batches(receive: Receive) -> AsyncIterator[bytes]:
    """Yield the body in pieces of about one batch; the sender waits while one is written."""
    waiting = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        waiting += message.get("body", b"")
        more = message.get("more_body", False)
        if len(waiting) >= BATCH or not more:
            yield bytes(waiting)
            waiting.clear()


async def drain(receive: Receive) -> None:
    """Read a little more: a browser that is cut off while it sends shows no refusal."""
    read = 0
    while read < LONGEST_DRAIN:
        try:
            message = await asyncio.wait_for(receive(), 1)
        except TimeoutError:
            return
        read += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    """Pass Django's answer on; a page becomes the one JSON shape, since a script reads it."""
    kinds = {name.lower(): value for name, value in headers}
    if kinds.get(b"content-type", b"").startswith(b"application/json"):
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        return
    code, sentence = _SENTENCES.get(status, _BROKEN)
    await _say(
        send, 401 if status == 302 else status, {"error": {"code": code, "sentence": sentence}}
    )


async def _say(send: Send, status: int, said: dict[str, Any]) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(said).encode()})
