"""How far an import is: said while it works, and the way in which it is asked to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from analytics.external_logs.raw import Line

Progress = Callable[[str, float], None]
"""Told the stage and the share of the whole that is done; it may raise Stopped."""
READING, CHECKING, BUILDING, STORING = "reading", "checking", "building", "storing"
BEGINS = {READING: 0.0, CHECKING: 0.55, BUILDING: 0.8, STORING: 0.95}
"""The share that is done when a stage begins, by what 50 MB take."""
_EVERY = 10_000  # lines


class Stopped(Exception):  # noqa: N818 - no error: somebody asked for it
    """An import was cancelled; nothing of it was stored."""


def silent(_stage: str, _share: float) -> None:
    """Tell nobody."""


def begin(progress: Progress, stage: str) -> None:
    """Say that a stage begins."""
    progress(stage, BEGINS[stage])


def told(lines: Iterable[Line], expected: int, progress: Progress) -> Iterator[Line]:
    """Yield lines, and say from time to time how many of those that are expected were read."""
    for number, line in enumerate(lines):
        if number % _EVERY == 0:
            progress(READING, BEGINS[CHECKING] * min(1.0, number / max(expected, 1)))
        yield line
