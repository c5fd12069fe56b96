"""A result as it may be published: hidden numbers are None, and say that they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class PublishedGroup:
    """One group of a published result."""

    group: str
    value: float | None = None
    n: int | None = None
    numerator: float | None = None
    low: float | None = None
    high: float | None = None
    why: str | None = None


@dataclass(frozen=True, kw_only=True)
class PublishedResult:
    """A result that hides its small counts, and what would tell them.

    It is a type of its own so that a result cannot be published by mistake. `within` is always
    empty: groups within groups stay in the house.
    """

    key: str
    label: str
    unit: str
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    n: int | None = None
    unknown: int | None = None
    low: float | None = None
    high: float | None = None
    excluded: Mapping[str, int | None] = field(default_factory=dict)
    by: tuple[PublishedGroup, ...] = ()
    within: tuple[PublishedGroup, ...] = ()
    why: str | None = None
    why_not_by: str | None = None
    settings: tuple[str, ...] = ()
    engine: str = ""


IN_THE_HOUSE = "its groups within groups are for the house, and are not published"


HIDDEN = "hidden: "  # begins the reason of what is hidden


def hidden_because(threshold: int) -> str:
    """Return the one sentence for small counts and for those that would tell them."""
    return f"{HIDDEN}fewer than {threshold}, or another hidden count could be worked out from it"
