"""Python in a process of its own, on the test's own database: to be started, and to be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

BASE = Path(__file__).resolve().parent.parent


def database_url(name: str | None = None) -> str:
    """Return the address of the test's own database, or of another on its server."""
    from django.db import connection

    said = connection.settings_dict
    user, word = quote(str(said["USER"])), quote(str(said["PASSWORD"]))
    return f"postgresql://{user}:{word}@/{name or said['NAME']}?host={quote(str(said['HOST']))}"


def start(script: Path, *words: str, var: Path) -> "subprocess.Popen[bytes]":
    """Start a script on the test's own database, with a folder of its own."""
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "PYTHONPATH": str(BASE),
        "VAR": str(var),
    }
    return subprocess.Popen([sys.executable, str(script), *words], env=environment, cwd=BASE)


def die_after(room: str, name: str) -> None:
    """Kill this process as soon as a function of a module has done its work."""
    module = sys.modules[room]
    real: Callable[..., Any] = getattr(module, name)

    def last(*args: Any, **options: Any) -> None:
        real(*args, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, name, last)
