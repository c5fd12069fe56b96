"""What a reader chose to look at."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from analytics.metrics.slices import SLICES, Slices, written

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Facilities and days of receipt (both ends included), in the zone that draws the days.

    `clock` names the moment that the days bound: receipt, or the event for measures of steps.
    `facilities` None means every facility of the source; an empty tuple means none at all,
    so that a person with an empty scope sees nothing rather than everything. `slices` are
    further words by their slice (`analytics.metrics.slices`); "unknown" is a blank one.
    """

    facilities: tuple[str, ...] | None = None
    since: date | None = None
    until: date | None = None
    direction: str | None = None
    requester_type: str | None = None
    slices: Slices = ()
    zone: str = "UTC"
    clock: Literal["received", "occurred"] = "received"

    def sql(self) -> tuple[str, list[object]]:
        """Return a condition over `facility`, `received`, ... and its parameters."""
        parts: list[str] = ["TRUE"]
        values: list[object] = []
        if self.facilities is not None:
            parts.append(_one_of("facility", len(self.facilities)))
            values += self.facilities
        if self.since is not None:
            parts.append(f"{self.clock} >= ?")
            values.append(_epoch(self.since, self.zone))
        if self.until is not None:
            parts.append(f"{self.clock} < ?")
            values.append(_epoch(self.until + DAY, self.zone))
        for name in ("direction", "requester_type"):
            if (chosen := getattr(self, name)) is not None:
                parts.append(f"{name} = ?")
                values.append(chosen)
        for name, words in self.slices:
            listed = _one_of(SLICES[name], len(words))
            blank = f" OR {SLICES[name]} IS NULL" if "unknown" in words else ""
            parts.append(f"({listed}{blank})")
            values += words
        return " AND ".join(parts), values

    @property
    def is_of_facilities_and_days(self) -> bool:
        """Whether only facilities and days of receipt are chosen."""
        others = (self.direction, self.requester_type, *self.slices)
        return self.clock == "received" and not any(others)

    def words(self) -> str:
        """Return the options of a command that choose the same; no facility at all is a blank one."""
        places = self.facilities if self.facilities != () else ("",)
        pairs = [("direction", self.direction or ""), ("asked", self.requester_type or "")]
        pairs += [("slice", one) for one in written(self.slices)]
        pairs += [("from", str(self.since or "")), ("to", str(self.until or ""))]
        pairs += [("zone", self.zone)]
        said = [*(("facility", one) for one in places or ()), *(pair for pair in pairs if pair[1])]
        return " ".join(option(name, word) for name, word in said)

    def before(self) -> Selection | None:
        """Return the same length of days just before; None for an open period."""
        if self.since is None or self.until is None:
            return None
        length = self.until - self.since + DAY
        return replace(self, since=self.since - length, until=self.since - DAY)

    def within(self, allowed: Sequence[str]) -> Selection:
        """Return the selection cut down to the allowed facilities."""
        wanted = self.facilities if self.facilities is not None else tuple(allowed)
        return replace(self, facilities=tuple(one for one in wanted if one in set(allowed)))


def _one_of(column: str, n: int) -> str:
    return f"{column} IN ({', '.join('?' * n)})" if n else "FALSE"


def option(name: str, word: str) -> str:
    """Return an option of a command as a shell reads it, whatever the word holds."""
    # A word that begins with a dash would be taken for an option of its own.
    return f"--{name}{'=' if word.startswith('-') else ' '}{shlex.quote(word)}"


def _epoch(day: date, zone: str) -> int:
    return int(datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC).timestamp())
