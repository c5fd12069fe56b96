"""What turnaround would be without the time that failure codes cost, open requests censored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.definition import DAY, HOUR
from analytics.metrics.engines.answers import Values
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection
from analytics.mirror.fold import Mirror
from analytics.statistics.intervals import FEW
from requests_app.failure_codes import FailureCode

Seconds = NDArray[np.int64]
Waits = tuple[Seconds, Seconds, Seconds]
"""Places of requests, with the beginnings and the ends of waits of theirs."""
MEASURE = "turnaround_censored_p90"
"""The measure that is asked again: the headline, with the same requests in it."""
NINE_IN_TEN = 0.9
NEEDS = ("received", "available", "reason")
CAVEAT = (
    "Nobody can tell what else would have changed. A failure without an end takes nothing off, so "
    "a gain is rather too small than too great. Gains of several codes do not add up: requests "
    "have more than one, and their waits overlap."
)
_WAITS = """
SELECT request_id, reason, occurred AS start, occurred + lost AS over FROM landmarks
WHERE $selection AND is_failure AND lost > 0
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
    waits: Mapping[str, Waits]

    def without(self, codes: Collection[str], share: float = NINE_IN_TEN) -> Without:
        """Return the time by which a share would be out, had these codes cost nothing.

        A second inside several of their waits is taken off once.
        """
        known = [self.waits[code] for code in codes if code in self.waits]
        lost = _lost(known, len(self.took))
        hit = np.flatnonzero(lost)
        return Without(
            codes=tuple(sorted(codes)),
            requests=len(hit),
            hours=float(lost.sum()) / HOUR,
            n=len(self.took),
            still_open=int(np.count_nonzero(~self.is_out)),
            now=_when(self._ended, self._running, share),
            without=_when(
                self._less(self._ended, hit[self.is_out[hit]], lost),
                self._less(self._running, hit[~self.is_out[hit]], lost),
                share,
            ),
        )

    def each(self, share: float = NINE_IN_TEN) -> tuple[Without, ...]:
        """Return what each code alone costs; what changes most comes first."""
        found = [self.without((code,), share) for code in self.waits]
        return tuple(sorted(found, key=_rank))

    @property
    def too_few(self) -> bool:
        """Whether requests count, but too few of them for a 90th percentile to say much."""
        return 0 < len(self.took) < FEW

    @property
    def why_none(self) -> str:
        """Why no code can be taken away here; nothing where one can."""
        if not len(self.took):
            return "no request here counts"
        if self.too_few:
            return f"fewer than {FEW} requests"
        return "" if self.waits else "no failure here delayed a request for a known time"

    @cached_property
    def _ended(self) -> Seconds:
        return np.sort(self.took[self.is_out])

    @cached_property
    def _running(self) -> Seconds:
        return np.sort(self.took[~self.is_out])

    def _less(self, ordered: Seconds, hit: Seconds, lost: Seconds) -> Seconds:
        """Return times in order with some made shorter: few are, so not all are sorted again."""
        old, new = np.sort(self.took[hit]), np.sort(self.took[hit] - lost[hit])
        nth_alike = np.arange(len(old)) - np.searchsorted(old, old)
        rest = np.delete(ordered, np.searchsorted(ordered, old) + nth_alike)
        return np.insert(rest, np.searchsorted(rest, new), new)


def told(mirror: Mirror, selection: Selection) -> Told | None:
    """Return the times and waits of a selection; None where the log lacks a column for them.

    A wait counts from the failure to its recovery, within receipt and release, or the as-of time
    of what is still open.
    """
    if why_untold(mirror.log.missing):
        return None
    chosen = replace(selection, clock="received")
    # A channel or a role of a failure is that of its step: of requests they chose above.
    near = replace(chosen, direction=None, requester_type=None, slices=())
    metric = BY_KEY[MEASURE]
    with asking(mirror, chosen) as ask:
        cases = ask.table(
            f"SELECT request_id, received, {metric.counts} AS is_out, {metric.value} AS took "
            f"FROM cases WHERE $selection AND ({metric.where})"
        )
        waits = ask.over(near).table(_WAITS)
    begun, took = (cases[name].to_numpy() for name in ("received", "took"))
    return Told(
        took=took,
        is_out=cases["is_out"].to_numpy(),
        waits=dict(_clipped(_placed(waits, cases["request_id"]), begun, begun + took)),
    )


def why_untold(missing: Mapping[str, str]) -> str:
    """Return what a log lacks for this, by what it says of its columns; nothing where it has all."""
    return next((missing[name] for name in NEEDS if name in missing), "")


def strange(named: Iterable[str], found: Told | None) -> str | None:
    """Return the first word that is no failure code, of ours or of the log; None where all are."""
    known = {*FailureCode, *(found.waits if found is not None else ())}
    return next((code for code in named if code not in known), None)


def _placed(waits: pa.Table, ids: pa.ChunkedArray) -> pa.Table:
    """Return the waits of known requests, with the place of each."""
    place = pc.index_in(waits["request_id"], value_set=ids.combine_chunks())
    return waits.append_column("place", place).filter(pc.is_valid(place))


def _clipped(waits: pa.Table, begun: Seconds, over: Seconds) -> Iterator[tuple[str, Waits]]:
    """Yield the waits of each code within the time that their requests took."""
    place = waits["place"].to_numpy().astype(np.int64)
    start = np.maximum(waits["start"].to_numpy(), begun[place])
    end = np.minimum(waits["over"].to_numpy(), over[place])
    reasons = np.asarray(waits["reason"].to_pylist(), dtype=object)
    for code in sorted(set(reasons[start < end])):
        rows = (reasons == code) & (start < end)
        yield code, (place[rows], start[rows], end[rows])


def _lost(waits: Sequence[Waits], n: int) -> Seconds:
    """Return the seconds of each request that lie in any of some waits, each counted once."""
    if not waits:
        return np.zeros(n, np.int64)
    place, start, end = (np.concatenate(column) for column in zip(*waits, strict=True))
    order = np.lexsort((start, place))
    place, start, end = place[order], start[order], end[order]
    # Requests stand behind one another on one line: the latest end so far is one of their own.
    shift = place * (int(end.max()) - int(start.min()) + 1)
    start, end = start + shift, end + shift
    before = np.append(start[:1], np.maximum.accumulate(end)[:-1])
    new = np.maximum(0, end - np.maximum(start, before))
    lost: Seconds = np.bincount(place, weights=new, minlength=n).astype(np.int64)
    return lost


def _when(ended: Seconds, running: Seconds, share: float) -> When:
    curve = Values(ended, running).curve()
    low, high = curve.interval_when(share)
    return When(days=_days(curve.when(share)), low=_days(low), high=_days(high))


def _rank(one: Without) -> tuple[float, float, tuple[str, ...]]:
    days = one.without.days
    return (float("inf") if days is None else days, -one.hours, one.codes)


def _days(seconds: int | None) -> float | None:
    return seconds / DAY if seconds is not None else None
