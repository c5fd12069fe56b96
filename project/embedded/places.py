"""Where the embedded servers keep their data and sockets."""

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import quote

LONGEST_SOCKET = 100  # sun_path holds 107 bytes on Linux


def run_folder(var: Path) -> Path:
    """Return the private folder of the sockets: beside the data unless the path is too long."""
    here = var / "run"
    if len(os.fsencode(str(here / ".s.PGSQL.5432.lock"))) <= LONGEST_SOCKET:
        return here
    digest = hashlib.sha256(str(var).encode()).hexdigest()[:10]
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return Path(base) / f"discless-{os.getuid()}-{digest}"


def make_private(folder: Path) -> Path:
    """Make a folder that only we may enter; refuse one that belongs to somebody else."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_uid != os.geteuid():
        raise SystemExit(f"{folder} belongs to another user; remove it or set VAR elsewhere.")
    folder.chmod(0o700)
    return folder


def broker_url(var: Path) -> str:
    """Return the address of the embedded Valkey for Celery."""
    return "redis+socket://" + quote(str(run_folder(var) / "valkey.sock"))


def cache_url(var: Path) -> str:
    """Return the address of the embedded Valkey for the cache."""
    return "unix://" + quote(str(run_folder(var) / "valkey.sock")) + "?db=1"
