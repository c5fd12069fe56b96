"""What figures may be cut by: each slice as SQL over either table, read and written as words."""

from __future__ import annotations

from collections.abc import Iterable

SLICES: dict[str, str] = {
    "facility": "facility",
    "direction": "direction",
    "requester_type": "requester_type",
    "legal_basis": "legal_basis",
    "modality": "modality",
    "partner": "partner",
    "channel": "channel",
    "medium": "medium",
    "priority": "priority",
    "staff_group": "staff_group",
}
"""Words of a request, or of an event for measures of steps; what is blank counts as unknown.

Channel and medium of a request are those of its last delivery, and "not_delivered" where there was
none; its staff group is the role of
whoever of the house had it in hand last.
"""

LABELS: dict[str, str] = {
    "facility": "Facility",
    "direction": "Direction",
    "requester_type": "Asked by",
    "legal_basis": "Legal basis",
    "modality": "Modality",
    "partner": "Partner",
    "channel": "Channel",
    "medium": "Medium",
    "priority": "Priority",
    "staff_group": "Handled by",
}
"""What each slice is called, on a page, on paper and where a source lacks it."""

PERIODS: dict[str, str] = {
    "week": "%G-W%V",
    "month": "%Y-%m",
    "year": "%Y",
}
"""Cohorts by receipt: how the name of each is written."""

GROUPINGS = (*SLICES, *PERIODS)

Slices = tuple[tuple[str, tuple[str, ...]], ...]
"""Words by slice: any of the words of a slice, and all of the slices."""


def read_slices(said: Iterable[str]) -> tuple[Slices, tuple[str, ...]]:
    """Return words by slice from such as modality=CT, and what is none of that form."""
    found: dict[str, tuple[str, ...]] = {}
    strange = []
    for one in said:
        name, _, word = one.partition("=")
        if name not in SLICES or not word.strip() or "\x00" in word:
            strange.append(one)
        elif word not in found.get(name, ()):
            found[name] = (*found.get(name, ()), word)
    return tuple(found.items()), tuple(strange)


def no_slice(said: str) -> str:
    """Say that a word chooses nothing, and what would."""
    return f"{said[:60]!r} is no slice such as modality=CT. Names: {', '.join(SLICES)}."


def written(slices: Slices) -> tuple[str, ...]:
    """Return words by slice as they were read."""
    return tuple(f"{name}={word}" for name, words in slices for word in words)
