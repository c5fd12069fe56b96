"""Memory of the real server: neither a body that is refused nor a long download makes it grow."""

import os
import socket
from pathlib import Path

import pytest

from requests_app.models import ImagingRequest, Instance
from tests.requests_app.imaging.dicom_made import bytes_of, ct_slice
from tests.requests_app.upload.calls import form
from tests.requests_app.upload.test_real_server import Server, address, approved, cast, server
from tests.requests_app.upload.test_real_server import headers as headers_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
__all__ = ["approved", "cast", "server"]
MIB = 1024**2
BODY = 400
DOWNLOAD = int(os.environ.get("DOWNLOAD_MIB", "96"))


def send_chunks(server: Server, path: str, most: int) -> tuple[int, bytes]:
    """Send so many MiB in chunks until an answer comes; return the MiB sent and its first line."""
    chunk = b"100000\r\n" + b"x" * MIB + b"\r\n"
    sent = 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        try:
            for _ in range(most):
                line.sendall(chunk)
                sent += 1
        except OSError:
            pass
        try:
            return sent, line.recv(4096).split(b"\r\n")[0]
        except OSError:
            return sent, b""


def test_a_body_of_400_mib_is_refused_early_and_spooled_nowhere(server: Server) -> None:
    server.call("GET", "/health", {})
    before = server.memory()
    sent, first_line = send_chunks(server, "/health", BODY)
    grown = (server.memory() - before) / MIB
    print(f"{sent} of {BODY} MiB were taken; {grown:.1f} MiB more memory")
    assert first_line in (
        b"HTTP/1.1 413 Request Entity Too Large",
        b"HTTP/1.1 413 Payload Too Large",
    )
    assert sent < 40
    assert grown <= 24
    assert server.call("GET", "/health", {})[0] == 200


def test_memory_stays_flat_while_long_originals_are_downloaded(
    server: Server, approved: ImagingRequest
) -> None:
    said = headers_of(server, approved)
    small = form(("a.dcm", bytes_of(ct_slice())))
    assert server.call("POST", address(approved), said, small)[0] == 200
    path = f"/work/requests/{approved.number}/originals.zip"
    assert server.call("GET", path, said)[0] == 200
    sha256 = Instance.objects.get().sha256
    make_long(server.blobs / sha256[:2] / sha256[2:4] / sha256, DOWNLOAD)
    before = server.memory()
    status, body, _ = server.call("GET", path, said)
    grown = (server.memory() - before) / MIB
    print(f"{len(body) / MIB:.0f} MiB were taken away; {grown:.1f} MiB more memory")
    assert status == 200
    assert len(body) > DOWNLOAD * MIB
    assert body.startswith(b"PK")
    assert grown <= 16


def make_long(path: Path, size: int) -> None:
    """Put so many MiB in the place of a stored file."""
    path.chmod(0o600)
    with path.open("wb") as file:
        for _ in range(size):
            file.write(b"\x01" * MIB)
