"""How much memory the databases take in which mirrors are asked; no database is needed to say it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How much memory DuckDB may take for a mirror, and where it puts what is more than that."""

    memory: str = "4GiB"
    folder: str | None = None


_BOUNDS = [Bounds()]


def bound(bounds: Bounds) -> None:
    """Bound every database that is opened from now on."""
    _BOUNDS[0] = bounds


def bounds() -> Bounds:
    """Return what bounds a database that is opened now."""
    return _BOUNDS[0]
