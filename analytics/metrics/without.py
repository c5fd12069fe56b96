"""What turnaround would be without the time that failure codes cost, open requests censored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.definition import DAY, HOUR
from analytics.metrics.engines.answers import Values
from analytics.metrics.question import Question, asking
from analytics.metrics.selection import Selection
from analytics.mirror.fold import Mirror

Seconds = NDArray[np.int64]
MEASURE = "turnaround_censored_p90"
"""The measure that is asked again: the headline, with the same requests in it."""
NEEDS = ("received", "available", "reason")
CAVEAT = (
    "Nobody can tell what else would have changed. A failure without an end takes nothing off, so "
    "a gain is rather too small than too great. Gains of several codes do not add up: requests "
    "have more than one, and their waits overlap."
)
_WAITS = """
SELECT s.request_id, s.reason, s.occurred, s.occurred + s.lost FROM landmarks AS s
WHERE $selection AND s.is_failure AND s.lost > 0
"""


@dataclass(frozen=True, kw_only=True)
class When:
    """By when nine in ten are out, in days, with its interval (95 %); None where it is not reached."""

    days: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class Without:
    """Some codes taken away at once: the requests that they delayed, their hours, and what is left.

    `n` are all requests looked at, `still_open` those of them that were censored.
    """

    codes: tuple[str, ...]
    requests: int
    hours: float
    n: int
    still_open: int
    now: When
    without: When


@dataclass(frozen=True)
class Told:
    """The requests of a selection with how long each took, and the waits that each code cost it."""

    took: Seconds
    is_out: NDArray[np.bool_]
    waits: Mapping[str, tuple[Seconds, Seconds, Seconds]]

    def without(self, codes: Collection[str], share: float = 0.9) -> Without:
        """Return the time by which a share would be out, had these codes cost nothing.

        A second inside several of their waits is taken off once.
        """
        known = [self.waits[code] for code in codes if code in self.waits]
        lost = _lost(known, len(self.took))
        return Without(
            codes=tuple(sorted(codes)),
            requests=int(np.count_nonzero(lost)),
            hours=float(lost.sum()) / HOUR,
            n=len(self.took),
            still_open=int(np.count_nonzero(~self.is_out)),
            now=self._when(self.took, share),
            without=self._when(self.took - lost, share),
        )

    def each(self, share: float = 0.9) -> tuple[Without, ...]:
        """Return what each code alone costs; what changes most comes first."""
        found = [self.without((code,), share) for code in self.waits]
        return tuple(sorted(found, key=_rank))

    def _when(self, seconds: Seconds, share: float) -> When:
        curve = Values(np.sort(seconds[self.is_out]), np.sort(seconds[~self.is_out])).curve()
        low, high = curve.interval_when(share)
        return When(days=_days(curve.when(share)), low=_days(low), high=_days(high))


def told(mirror: Mirror, selection: Selection) -> Told | None:
    """Return the times and waits of a selection; None where the log lacks a column for them.

    A wait counts from the failure to its recovery, within receipt and release, or the as-of time
    of what is still open.
    """
    if any(name in mirror.log.missing for name in NEEDS):
        return None
    chosen = replace(selection, clock="received")
    with asking(mirror, chosen) as ask:
        cases = _cases(ask)
        # A channel or a role of a failure is that of its step: of requests they chose above.
        near = Selection(
            facilities=chosen.facilities, since=chosen.since, until=chosen.until, zone=chosen.zone
        )
        waits = ask.over(near).rows(_WAITS)
    places = {request: place for place, (request, *_) in enumerate(cases)}
    begun = np.array([received for _, received, _, _ in cases], np.int64)
    took = np.array([seconds for *_, seconds in cases], np.int64)
    found: dict[str, list[tuple[int, int, int]]] = {}
    for request, code, start, end in waits:
        if (place := places.get(request)) is not None:
            found.setdefault(code, []).append((place, start, end))
    return Told(
        took=took,
        is_out=np.array([is_out for _, _, is_out, _ in cases], bool),
        waits=dict(_clipped(found, begun, begun + took)),
    )


def without_each_code(mirror: Mirror, selection: Selection) -> tuple[Without, ...]:
    """Return, for each failure code, by when nine in ten would be out without it.

    What changes most comes first; nothing where the log names no codes or no request counts.
    """
    found = told(mirror, selection)
    return found.each() if found is not None and len(found.took) else ()


def _cases(ask: Question) -> list[tuple[str, int, bool, int]]:
    metric = BY_KEY[MEASURE]
    return ask.rows(
        f"SELECT request_id, received, {metric.counts}, {metric.value} FROM cases "
        f"WHERE $selection AND ({metric.where})"
    )


def _clipped(
    waits: Mapping[str, list[tuple[int, int, int]]], begun: Seconds, over: Seconds
) -> Iterator[tuple[str, tuple[Seconds, Seconds, Seconds]]]:
    """Yield the waits of each code within the time that their requests took."""
    for code, rows in sorted(waits.items()):
        place, start, end = np.array(rows, np.int64).T
        start, end = np.maximum(start, begun[place]), np.minimum(end, over[place])
        inside = start < end
        if inside.any():
            yield code, (place[inside], start[inside], end[inside])


def _lost(waits: list[tuple[Seconds, Seconds, Seconds]], n: int) -> Seconds:
    """Return the seconds of each request that lie in any of some waits, each counted once."""
    lost = np.zeros(n, np.int64)
    at, until = -1, 0
    for place, start, end in _in_order(waits):
        if place != at:
            at, until = place, start
        lost[place] += max(0, end - max(start, until))
        until = max(until, end)
    return lost


def _in_order(waits: list[tuple[Seconds, Seconds, Seconds]]) -> Iterable[tuple[int, int, int]]:
    if not waits:
        return ()
    place, start, end = (np.concatenate(column) for column in zip(*waits, strict=True))
    order = np.lexsort((end, start, place))
    return zip(place[order].tolist(), start[order].tolist(), end[order].tolist(), strict=True)


def _rank(one: Without) -> tuple[float, float, tuple[str, ...]]:
    days = one.without.days
    return (float("inf") if days is None else days, -one.hours, one.codes)


def _days(seconds: int | None) -> float | None:
    return seconds / DAY if seconds is not None else None
