"""The tables that figures are drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analytics.charts.words import span
from analytics.statistics.curve import Step


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A share in one bucket of time: `unknown` widens it, where the measure has unknowns."""

    start: date
    n: int
    hits: int
    unknown: int = 0

    @property
    def least(self) -> float | None:
        """Return the share in percent, without the unknown."""
        return 100 * self.hits / self.n if self.n else None

    @property
    def most(self) -> float | None:
        """Return the share in percent, with all of the unknown."""
        return 100 * (self.hits + self.unknown) / self.n if self.n else None


@dataclass(frozen=True, kw_only=True)
class Survival:
    """A turnaround curve: Kaplan-Meier steps in days, with its median and P90."""

    steps: Sequence[Step]
    n: int
    still_open: int
    left_out: int
    median: float | None
    median_interval: tuple[float | None, float | None]
    p90: float | None
    p90_interval: tuple[float | None, float | None]
    digits: int = 1

    def days(self, value: float | None) -> str:
        """Return days as fine as the source tells them: whole ones where it knows only dates."""
        return span(value, value, digits=self.digits)

    def between(self, ends: tuple[float | None, float | None]) -> str:
        """Return an interval in days."""
        return span(*ends, digits=self.digits)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One failure code: hours from failure to recovery, in how many requests, and how many have an end."""

    code: str
    label: str
    hours: float
    requests: int
    is_theirs: bool
    mended: int
    unmended: int = 0


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One open request that someone should look at."""

    number: str
    facility: str
    modality: str
    state: str
    band: str
    due: int | None
    due_unit: str


@dataclass(frozen=True, kw_only=True)
class Age:
    """Open requests of one age, by band."""

    label: str
    bands: dict[str, int]

    @property
    def n(self) -> int:
        """Return how many are of this age."""
        return sum(self.bands.values())
