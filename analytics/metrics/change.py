"""What changed since the period before, with an interval where one is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.compute import compute
from analytics.metrics.definition import Kind, Result
from analytics.metrics.reading import most_of
from analytics.metrics.selection import Selection
from analytics.mirror.fold import Mirror
from analytics.statistics.intervals import Estimate, of_difference


@dataclass(frozen=True, kw_only=True)
class Change:
    """A result, less that of as many days just before, in the unit of the measure.

    `low` and `high` are a 95 % interval of the difference, over all that the unknown of either
    period may be; None where a period has none. `why` says why there is no difference.
    """

    before: Result
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    why: str | None = None


OF_NOW = "it is of now: what stood so in the period before is not known any more"
NOT_OVER = "the period is not over yet"


def changes(mirror: Mirror, selection: Selection, now: Iterable[Result]) -> dict[str, Change]:
    """Return what changed, by measure; nothing where the selection has no first and last day."""
    # The number of a measure of groups is only their sum.
    results = [one for one in now if BY_KEY[one.key].kind is not Kind.GROUPS]
    earlier = selection.before()
    if earlier is None or not results:
        return {}
    before = compute(mirror, earlier, [one.key for one in results])
    if selection.until is not None and not _is_over(selection.until, mirror, selection):
        return {one.key: Change(before=before[one.key], why=NOT_OVER) for one in results}
    return {
        one.key: Change(before=before[one.key], why=OF_NOW)
        if BY_KEY[one.key].is_of_now
        else change(one, before[one.key])
        for one in results
    }


def _is_over(last: date, mirror: Mirror, selection: Selection) -> bool:
    """Say whether the last day of a period is over; a log of dates alone tells of whole days."""
    log = mirror.log
    day = datetime.fromtimestamp(log.as_of, ZoneInfo(selection.zone)).date()
    return last < day or (last == day and log.granularity == "day")


def change(now: Result, before: Result) -> Change:
    """Return the change between two results of one measure over different requests."""
    if now.value is None or before.value is None:
        why = now.why if now.value is None else f"in the period before: {before.why}"
        return Change(before=before, why=why)
    difference = now.value - before.value
    ends = (now.low, now.high, before.low, before.high)
    if any(end is None for end in ends):
        return Change(before=before, difference=difference)
    (least, most), (was_least, was_most) = (_as_may_be(one) for one in (now, before))
    low, _ = of_difference(least, was_most)
    _, high = of_difference(most, was_least)
    return Change(before=before, difference=difference, low=low, high=high)


def _as_may_be(result: Result) -> tuple[Estimate, Estimate]:
    """Return a value with none of the unknown and with all of them, each with its interval.

    Only the outer ends count: the least value's upper end, and the greatest's lower end, do not.
    """
    low, high = float(result.low or 0.0), float(result.high or 0.0)
    return (result.value or 0.0, low, high), (most_of(result), low, high)
