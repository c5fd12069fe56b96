"""Chromium for journeys: the one that `make test` unpacks, or the machine's own."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

UNPACKED = Path(__file__).resolve().parent.parent / "var" / "chromium"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]


def launch(engine: Any) -> Any:
    """Return a running browser; without one, fail where CI counts on it, else skip aloud."""
    unpacked = UNPACKED / "chromium"
    pinned = str(unpacked) if unpacked.exists() else None
    binary = os.environ.get("CHROMIUM") or pinned or shutil.which("chromium")
    if binary is None:
        missing = "there is no Chromium: run `make test`, or set CHROMIUM to a binary"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    env: dict[str, str | float | bool] = {**os.environ}
    if binary == str(unpacked):
        env |= {"LD_LIBRARY_PATH": str(UNPACKED / "lib"), "FONTCONFIG_PATH": str(UNPACKED)}
    return engine.chromium.launch(executable_path=binary, args=FLAGS, env=env)
