"""Raw ASGI calls of the upload door."""

import asyncio
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from asgiref.sync import async_to_sync
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client

BOUNDARY = b"----boundary-of-the-test"


def form(*files: tuple[str, bytes], closed: bool = True, **fields: str) -> bytes:
    """Return a multipart body."""
    parts = [
        b'Content-Disposition: form-data; name="%b"\r\n\r\n%b' % (name.encode(), value.encode())
        for name, value in fields.items()
    ]
    parts += [
        b'Content-Disposition: form-data; name="files"; filename="%b"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n%b" % (name.encode(), content)
        for name, content in files
    ]
    body = b"".join(b"--" + BOUNDARY + b"\r\n" + part + b"\r\n" for part in parts)
    return body + b"--" + BOUNDARY + b"--\r\n" if closed else body[:-40]


def headers_of(client: Client, **changes: str) -> dict[str, str]:
    """Return what a browser of this client sends: cookies and the token of a page it was shown."""
    client.get("/ask/")
    token = client.cookies["csrftoken"].value
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    usual = {
        "host": "localhost",
        "cookie": cookies,
        "x-csrftoken": token,
        "content-type": f"multipart/form-data; boundary={BOUNDARY.decode()}",
    }
    return {name.replace("_", "-"): value for name, value in {**usual, **changes}.items()}


@contextmanager
def _one_connection() -> Iterator[None]:
    """Keep the test's connection open over a call, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def post(
    path: str, headers: dict[str, str], body: Iterable[bytes], *, hang_up: bool = False
) -> tuple[int, dict[str, Any], int]:
    """Return status, JSON and how many pieces of the body were read."""
    status, text, read = send_pieces(path, headers, body, hang_up=hang_up)
    return status, json.loads(text) if status else {}, read


def send_pieces(
    path: str, headers: dict[str, str], body: Iterable[bytes], *, hang_up: bool = False
) -> tuple[int, bytes, int]:
    """Return status, body and how many pieces were read; status 0 where nothing was answered."""
    from project.asgi import application

    pieces = list(body)
    sent: list[dict[str, Any]] = []
    read = 0

    async def receive() -> dict[str, Any]:
        nonlocal read
        if read == len(pieces):
            if not hang_up:  # the caller now waits for the answer
                await asyncio.Event().wait()
            return {"type": "http.disconnect"}
        read += 1
        more = read < len(pieces) or hang_up
        return {"type": "http.request", "body": pieces[read - 1], "more_body": more}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "http",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 4000),
        "server": ("localhost", 80),
    }
    with _one_connection():
        async_to_sync(application)(scope, receive, send)
    if not sent:
        return 0, b"", read
    text = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], text, read
