"""What a reader assumed of the cost of discs, as the access log holds it."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.costs.asked import HALF, SWINGS_BY, Asked, written
from analytics.costs.assumptions import NAMES, USUAL
from analytics.costs.moved import MOVE, SWING
from analytics.readers.counted import Own


def own_of(asked: Asked) -> Own:
    """Return what is assumed otherwise than usual, and the names of what could not be read."""
    return Own(said=tuple(_said(asked)), ignored=tuple(asked.problems))


def _said(asked: Asked) -> Iterator[tuple[str, str]]:
    for name in NAMES:
        if (value := getattr(asked.assumed, name)) != getattr(USUAL, name):
            yield name, written(name, value)
    for name, share, usual in ((MOVE, asked.move, HALF), (SWINGS_BY, asked.swing, SWING)):
        if share != usual:
            yield name, written(name, share)
