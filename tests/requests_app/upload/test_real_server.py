"""Uploads through the real server: memory stays flat, hang-ups and kills leave nothing listed."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client

from project.embedded import valkey
from project.embedded.processes import before_exec, stop
from requests_app.imaging.store import sweep
from requests_app.models import ImagingRequest, Instance, Receipt
from requests_app.vocabulary import Role, State
from tests.requests_app.imaging.dicom_made import bytes_of, ct_slice
from tests.requests_app.upload.calls import BOUNDARY, form
from tests.requests_app.upload.test_sink import approved, cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
__all__ = ["approved", "cast"]
BASE = Path(__file__).resolve().parents[3]
MIB = 1024**2
UPLOAD = int(os.environ.get("UPLOAD_MIB", "96")) * MIB


class Server:
    """One granian with one worker, as the supervisor starts it."""

    def __init__(self, var: Path, port: int) -> None:
        place = connection.settings_dict
        where = (
            f"{place['USER']}:{quote(place['PASSWORD'], safe='')}@{quote(place['HOST'], safe='')}"
        )
        env = {
            **os.environ,
            "VAR": str(var),
            "DATABASE_URL": f"postgresql://{where}/{place['NAME']}",
            "SECRET_KEY": django_settings.SECRET_KEY,
        }
        argv = [sys.executable, "-m", "granian", "--interface", "asginl", "--host", "127.0.0.1"]
        argv += ["--port", str(port), "--workers", "1", "--no-ws", "project.asgi:application"]
        self.port, self.blobs = port, var / "blobs"
        self.process = subprocess.Popen(
            argv,
            cwd=BASE,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=before_exec(signal.SIGKILL, as_ordinary_user=False),
        )

    def call(
        self, method: str, path: str, headers: dict[str, str], body: object = None
    ) -> tuple[int, bytes, str]:
        """Return status, body and the cookies that were set."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        line.request(method, path, body=body, headers=headers)  # type: ignore[arg-type]
        answer = line.getresponse()
        found = answer.status, answer.read(), "; ".join(answer.msg.get_all("Set-Cookie") or [])
        line.close()
        return found

    def memory(self) -> int:
        """Return the most memory (bytes) that any server process held since it started."""
        lines = []
        for pid in [self.process.pid, *self.workers()]:
            lines += Path(f"/proc/{pid}/status").read_text().splitlines()
        return 1024 * max(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

    def workers(self) -> list[int]:
        """Return the web workers, and not the sandbox."""
        return [
            child.pid
            for child in psutil.Process(self.process.pid).children()
            if "requests_app.imaging.nursery" not in " ".join(child.cmdline())
        ]

    def end(self, number: int = signal.SIGTERM) -> None:
        """Stop it, with all that it started."""
        for pid in [self.process.pid, *self.workers()] if self.process.poll() is None else []:
            with suppress(ProcessLookupError):  # a worker ends with its server
                os.kill(pid, number)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    cache = valkey.start(tmp_path / "var")
    running = Server(tmp_path / "var", port)
    soon(lambda: answers(running))
    yield running
    running.end()
    stop([cache], seconds=15)


def answers(server: Server) -> bool:
    try:
        return server.call("GET", "/health", {})[0] == 200
    except OSError:
        return False


def soon(is_so: Callable[[], bool], *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come to pass in time"
        time.sleep(0.05)


def headers(server: Server, request: ImagingRequest) -> dict[str, str]:
    """Sign in, look at a page, and return what a browser then sends."""
    staff = Client()
    staff.force_login(request.facility.people.get(groups__name=Role.RELEASE_STAFF))
    session = f"sessionid={staff.cookies['sessionid'].value}"
    _, _, cookies = server.call("GET", f"/work/requests/{request.number}/", {"Cookie": session})
    token = cookies.split("csrftoken=")[1].split(";")[0]
    return {
        "Cookie": f"{session}; csrftoken={token}",
        "X-CSRFToken": token,
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}",
    }


def address(request: ImagingRequest) -> str:
    return f"/work/requests/{request.number}/images/stream/"


def long_body(size: int) -> Iterator[bytes]:
    """Yield a form with one slice and one long file that is no image."""
    start = form(("a.dcm", bytes_of(ct_slice())), ("long", b""))
    end = start.rindex(b"\r\n--" + BOUNDARY)
    yield start[:end]
    for _ in range(size // MIB):
        yield b"\x01" * MIB
    yield start[end:]


def drafts(server: Server) -> list[Path]:
    return list((server.blobs / "incoming").glob("*"))


def test_memory_stays_flat_while_a_long_upload_streams(
    server: Server, approved: ImagingRequest
) -> None:
    said = headers(server, approved)
    small = form(("a.dcm", bytes_of(ct_slice())))
    assert server.call("POST", address(approved), said, small)[0] == 200
    before, began = server.memory(), time.monotonic()
    status, body, cookies = server.call("POST", address(approved), said, long_body(UPLOAD))
    grown = (server.memory() - before) / MIB
    print(f"{UPLOAD // MIB} MiB in {time.monotonic() - began:.1f} s, {grown:.1f} MiB more memory")
    assert status == 200, body
    assert grown <= 16
    page = server.call("GET", address(approved).replace("images/stream/", ""), said)
    assert Receipt.objects.count() == 2
    assert Instance.objects.count() == 1
    assert "messages=" in cookies
    assert page[0] == 200
    assert drafts(server) == []


def begin(server: Server, request: ImagingRequest) -> socket.socket:
    """Send a third of an upload and return the open line."""
    said = headers(server, request) | {"Host": "127.0.0.1", "Content-Length": str(100 * MIB)}
    line = socket.create_connection(("127.0.0.1", server.port))
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    line.sendall(f"POST {address(request)} HTTP/1.1\r\n{head}\r\n".encode())
    for piece in [*long_body(30 * MIB)][:-1]:
        line.sendall(piece)
    soon(lambda: sum(path.stat().st_size for path in drafts(server)) > 10 * MIB)
    return line


def nothing_is_listed(request: ImagingRequest) -> bool:
    request.refresh_from_db()
    nothing = not Receipt.objects.exists() and not Instance.objects.exists()
    return nothing and request.state == State.APPROVED


def test_a_hang_up_midway_removes_its_drafts(server: Server, approved: ImagingRequest) -> None:
    begin(server, approved).close()
    soon(lambda: drafts(server) == [])
    assert nothing_is_listed(approved)
    again = form(("a.dcm", bytes_of(ct_slice())))
    assert server.call("POST", address(approved), headers(server, approved), again)[0] == 200


def test_a_server_killed_midway_lists_nothing_and_the_sweep_removes_the_rest(
    server: Server, approved: ImagingRequest, settings: object
) -> None:
    line = begin(server, approved)
    server.end(signal.SIGKILL)
    line.close()
    assert nothing_is_listed(approved)
    assert drafts(server) != []
    settings.BLOB_ROOT = server.blobs  # type: ignore[attr-defined]
    sweep(before=time.time() + 1)
    assert [path for path in server.blobs.rglob("*") if path.is_file()] == []
