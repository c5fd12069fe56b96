"""How many discs left, by channel, and how many of them failed, as the log tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from analytics.metrics.media import DELIVERED_OUT, NOTHING_KNOWN
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection
from analytics.mirror.fold import Mirror
from analytics.statistics.intervals import wilson
from requests_app.vocabulary import Channel, Medium

NEEDS = ("channel", "medium", "outbound")
NO_DISCS = (Channel.PHYSICAL_FILM.value, Channel.PHYSICAL_PAPER.value)
"""Physical media that are not discs: they cost otherwise, and a link does not replace them alike."""
_NO_DISCS = ", ".join(f"'{channel}'" for channel in NO_DISCS)
_LEFT = f"""
SELECT coalesce(medium, '{Medium.UNKNOWN}'), coalesce(channel, '{Channel.UNKNOWN}'), count(*)
FROM landmarks WHERE $selection AND {DELIVERED_OUT} GROUP BY 1, 2 ORDER BY 3 DESC, 2
"""
# A disc may fail before it was thought there, or after. The first kind left no other trace; of the
# second the arrival just before was of a disc, which is counted as one that left.
_DISC = f"medium = '{Medium.PHYSICAL}' AND coalesce(channel, '') NOT IN ({_NO_DISCS})"
_FAILED = f"""
WITH told AS (
    SELECT activity, coalesce({_DISC}, FALSE) AS is_disc,
        lag(activity = 'available' AND coalesce({_DISC}, FALSE)) OVER (
            PARTITION BY request_id ORDER BY occurred, activity) AS had_come
    FROM landmarks
    WHERE $selection AND direction = 'outbound' AND activity IN ('available', 'delivery_failed')
)
SELECT count(*), count(*) FILTER (WHERE had_come IS NOT TRUE) FROM told
WHERE activity = 'delivery_failed' AND is_disc
"""


@dataclass(frozen=True, kw_only=True)
class Failures:
    """Discs that failed, of all that were made; shares from 0 to 1 with Wilson's interval (95 %)."""

    failed: int
    made: int

    @property
    def share(self) -> float | None:
        """The share that failed; None where the log notes none, or nothing was made."""
        return self.failed / self.made if self.failed and self.made else None

    @property
    def interval(self) -> tuple[float, float]:
        """What chance could make of the share."""
        return wilson(self.failed, self.made)


@dataclass(frozen=True, kw_only=True)
class Volume:
    """Outbound deliveries that arrived, once each: on discs, on film or paper, by other ways.

    A delivery on CD, DVD or USB is one disc, however many it took. `unknown` went by a channel
    that nobody noted, so there were from `discs` to `discs + unknown`. `why` says why discs cannot
    be counted: the log has no word for what they are counted by, or nothing is known of any.
    """

    by_channel: Mapping[str, int] = field(default_factory=dict)
    apart: Mapping[str, int] = field(default_factory=dict)
    unknown: int = 0
    electronic: int = 0
    failures: Failures = Failures(failed=0, made=0)
    why: str = ""

    @property
    def discs(self) -> int:
        """How many surely left on a disc."""
        return sum(self.by_channel.values())

    @property
    def deliveries(self) -> int:
        """How many deliveries there were in all."""
        return self.discs + sum(self.apart.values()) + self.unknown + self.electronic


def volume_of(mirror: Mirror, selection: Selection) -> Volume:
    """Return what left for the requests of a selection, by the medium that it rode on."""
    missing = mirror.log.missing
    if why := next((missing[name] for name in NEEDS if name in missing), ""):
        return Volume(why=why)
    with asking(mirror, replace(selection, clock="received")) as ask:
        left = ask.rows(_LEFT)
        ((failed, before),) = ask.rows(_FAILED)
    physical = {channel: n for medium, channel, n in left if medium == Medium.PHYSICAL}
    discs = {channel: n for channel, n in physical.items() if channel not in NO_DISCS}
    unknown = sum(n for medium, _, n in left if medium == Medium.UNKNOWN)
    every = sum(n for *_, n in left)
    return Volume(
        by_channel=discs,
        apart={channel: n for channel, n in physical.items() if channel in NO_DISCS},
        unknown=unknown,
        electronic=every - sum(physical.values()) - unknown,
        failures=Failures(failed=failed, made=sum(discs.values()) + before),
        why=NOTHING_KNOWN if every and every == unknown else "",
    )
