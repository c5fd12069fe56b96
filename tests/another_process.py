"""Python in a process of its own, on the test's own database: to be started, and to be killed."""

import os
import signal
import sys
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings

BASE = Path(__file__).resolve().parent.parent


def database_url(name: str | None = None) -> str:
    """Return the address of the test's own database, or of another on its server."""
    from django.db import connection

    said = connection.settings_dict
    user, word = quote(str(said["USER"])), quote(str(said["PASSWORD"]))
    return f"postgresql://{user}:{word}@/{name or said['NAME']}?host={quote(str(said['HOST']))}"


def start(target: Callable[..., None], *words: str) -> ForkServerProcess:
    """Start a function in a process that was never part of this one, on the test's own database.

    It is forked from a process that has read in the product once, not from the test, whose
    threads would not come along.
    """
    ready = get_context("forkserver")
    ready.set_forkserver_preload(["tests.ready"])
    with pytest.MonkeyPatch.context() as patch:
        # Read when the first child of this worker is asked for; its database stays the same.
        patch.setenv("DATABASE_URL", database_url())
        patch.setenv("DJANGO_SETTINGS_MODULE", "project.settings")
        patch.setenv("VAR", str(Path(settings.VAR) / "others"))
        child = ready.Process(target=target, args=words)
        child.start()
    return child


def ended(child: ForkServerProcess, *, seconds: float) -> int | None:
    """Return how a process ended; None where it still runs."""
    child.join(seconds)
    return child.exitcode


def die_after(room: str, name: str) -> None:
    """Kill this process as soon as a function of a module has done its work."""
    module = sys.modules[room]
    real: Callable[..., Any] = getattr(module, name)

    def last(*args: Any, **options: Any) -> None:
        real(*args, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, name, last)
