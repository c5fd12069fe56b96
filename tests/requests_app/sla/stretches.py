"""Lengths of stretches of time."""

from collections.abc import Iterable
from datetime import datetime


def length_of(stretches: Iterable[tuple[datetime, datetime]]) -> float:
    """Return the true seconds of disjoint stretches."""
    return sum((end - start).total_seconds() for start, end in stretches)
