"""What a measure should answer, from a verdict on each row: counted, averaged, ordered, waited out."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from tests.analytics.statistics.plain_curve import interval_when, kaplan_meier, time_when

Row = dict[str, Any]
Story = tuple[int, bool]
"""A time, and whether it ended there; those that did not are waited out."""
HOUR, DAY = 3600, 86400
UNSURE = "nobody knows"
"""The verdict on a row of which the log does not say whether it counts."""


class Left(str):
    """Why a row is left out."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """All numbers of a result; `words` are the groups that a measure itself counts."""

    value: float | None
    n: int = 0
    numerator: float | None = None
    denominator: float | None = None
    unknown: int = 0
    low: float | None = None
    high: float | None = None
    excluded: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[str, tuple[float, int]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A measure in plain Python: what it says of a row, and what it makes of all that was said.

    `tell` says None of a row that the measure is not about. `noted` is a code without which a
    source says nothing; `if_any` is True where nothing is said when every row was left out.
    """

    tell: Callable[[Row], Any]
    read: Callable[[list[Any]], Answer]
    of: str = "requests"
    noted: str = ""
    if_any: bool = False

    def answer(self, rows: Sequence[Row]) -> Answer:
        """Ask of every row."""
        told = [self.tell(row) for row in rows]
        left = Counter(str(one) for one in told if isinstance(one, Left))
        found = self.read([one for one in told if one is not None and not isinstance(one, Left)])
        if self.if_any and left and not found.n:
            found = replace(found, value=None, numerator=None, denominator=None)
        return replace(found, excluded=dict(left))


def count_of(told: list[Any]) -> Answer:
    """How many there are."""
    return Answer(value=len(told), numerator=len(told), n=len(told))


def net_of(told: list[int]) -> Answer:
    """What came (1) less what went (-1)."""
    return Answer(value=sum(told), numerator=told.count(-1), n=len(told))


def share_of(told: list[Any]) -> Answer:
    """The share of those that count, none of the unsure; its interval if any number of them do."""
    n, hits, unsure = len(told), told.count(True), told.count(UNSURE)
    if n == 0:
        return Answer(value=None, numerator=0, denominator=0)
    if unsure == n:
        return Answer(value=None, n=n, unknown=n)
    ends = [_wilson(hits + more, n) for more in range(unsure + 1)]
    return Answer(
        value=100 * hits / n,
        numerator=hits,
        denominator=n,
        n=n,
        unknown=unsure,
        low=100 * min(low for low, _ in ends),
        high=100 * max(high for _, high in ends),
    )


@cache
def _wilson(hits: int, n: int) -> tuple[float, float]:
    low, high = proportion_confint(hits, n, method="wilson")
    return float(low), float(high)


def weighted_share_of(told: list[tuple[Any, int]]) -> Answer:
    """The share of verdicts that each stand for so many."""
    return share_of([verdict for verdict, times in told for _ in range(times)])


def mean_of(values: list[int], per: int = 1) -> Answer:
    """The mean, with Student's interval of its standard error."""
    n = len(values)
    if not n:
        return Answer(value=None)
    mean = sum(values) / n
    found = Answer(value=mean / per, numerator=sum(values) / per, denominator=n, n=n)
    if n == 1:
        return found
    half = _student(n) * statistics.stdev(values) / math.sqrt(n)
    return replace(found, low=(mean - half) / per, high=(mean + half) / per)


@cache
def _student(n: int) -> float:
    return float(stats.t.ppf(0.975, n - 1))


def quantile_of(values: list[int], q: float, per: int = DAY) -> Answer:
    """The quantile, and the values at the ranks that bound it by the normal approximation."""
    n = len(values)
    found = linear_quantile(values, q)
    if found is None:
        return Answer(value=None)
    half = float(stats.norm.ppf(0.975)) * math.sqrt(n * q * (1 - q))
    low, high = math.floor(n * q - half), math.ceil(n * q + half)
    ordered, bounds = sorted(values), (None, None)
    if low >= 0 and high < n:
        bounds = (ordered[low] / per, ordered[high] / per)
    return Answer(value=found / per, denominator=n, n=n, low=bounds[0], high=bounds[1])


def linear_quantile(values: Sequence[float], q: float) -> float | None:
    """The quantile by linear interpolation between order statistics."""
    if not values:
        return None
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def waited_out(stories: list[Story], q: float, per: int = DAY) -> Answer:
    """When a share had ended by the product-limit estimate, row by row as a textbook has it."""
    if not stories:
        return Answer(value=None)
    steps = kaplan_meier([at for at, _ in stories], [done for _, done in stories])
    ends = (time_when(steps, q), *interval_when(steps, q))
    value, low, high = (None if at is None else at / per for at in ends)
    ended = sum(done for _, done in stories)
    n = len(stories)
    return Answer(value=value, numerator=ended, denominator=n, n=n, low=low, high=high)


def words_of(told: list[tuple[str, float]]) -> Answer:
    """What each word adds up to, and how many rows have it."""
    whole = sum(size for _, size in told)
    words = {
        word: (sum(size for one, size in told if one == word), sum(one == word for one, _ in told))
        for word in {word for word, _ in told}
    }
    return Answer(value=whole, numerator=whole, denominator=whole, n=len(told), words=words)


def different(told: list[Any]) -> Answer:
    """How many different ones there are."""
    return Answer(value=len(set(told)), numerator=len(set(told)), n=len(told))
