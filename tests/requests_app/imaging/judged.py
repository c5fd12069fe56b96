"""Inspect files as staff do, all in one child: starting it costs more than judging."""

import atexit
from pathlib import Path
from typing import Any

from requests_app.imaging.inspection import inspect
from requests_app.imaging.sandbox import Inspector

_INSPECTOR = Inspector()
atexit.register(_INSPECTOR.__exit__)


def inspected(path: Path) -> dict[str, Any]:
    """Return what an inspection says of a path."""
    return inspect(path, _INSPECTOR)


def verdict_on(tmp_path: Path, content: bytes, name: str = "file") -> dict[str, Any]:
    """Return what an inspection says of a file with this content."""
    path = tmp_path / name
    path.write_bytes(content)
    return inspected(path)
