"""The four cards: value, interval, n, the line behind it, the change, the target, how it is counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from math import inf

from analytics.charts import ask as asked
from analytics.charts.marks import Spark, spark
from analytics.charts.tables import Cell, Survival
from analytics.charts.words import DASH, count, one, sample, span, too_few, whole
from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.definition import METHOD_VERSION, Better, Kind, Metric, Result
from analytics.metrics.question import Question
from analytics.metrics.reading import most_of
from analytics.statistics.intervals import FEW, differ, newcombe, wilson_within

SPACE = "\N{NO-BREAK SPACE}"
_OVER = {Kind.SHARE: "Divided by", Kind.MEAN: "Divided by"}
"""What the population is to the figure: a median, a count and a difference are divided by nothing."""
_INTERVALS = {
    Kind.SHARE: "Wilson, 95%",
    Kind.MEAN: "Student’s t, 95%",
    Kind.QUANTILE: "order statistics, 95%",
    Kind.SURVIVAL: "Kaplan–Meier, 95%",
}


@dataclass(frozen=True, kw_only=True)
class Delta:
    """The change from the period before, in words, with the colour that it earns."""

    words: str
    icon: str = "minus"
    tone: str = ""


@dataclass(frozen=True, kw_only=True)
class Card:
    """What one card shows."""

    key: str
    label: str
    value: str
    unit: str
    range: str
    foot: str
    facts: tuple[tuple[str, str], ...]
    delta: Delta | None = None
    spark: Spark | None = None
    why: str = ""


def facts_of(metric: Metric, result: Result) -> tuple[tuple[str, str], ...]:
    """Return the definition of a measure with its counts, which are unknown where it has none."""
    of = f"{count(result.n)} {metric.denominator}"
    left_out = "; ".join(f"{count(n)} {why}" for why, n in result.excluded.items())
    rows = (
        ("Asks", metric.question),
        ("Counts", metric.numerator),
        (_OVER.get(metric.kind, "Of"), metric.denominator if result.why else of),
        ("Left out", "" if result.why else left_out or "nobody"),
        ("Interval", _interval_of(metric, result)),
        *(("The clock", one) for one in result.settings),
        ("Note", metric.caveat),
        ("Metric", f"{metric.key}, version {METHOD_VERSION}"),
    )
    return tuple(row for row in rows if row[1])


def _interval_of(metric: Metric, result: Result) -> str:
    said = _INTERVALS.get(metric.kind, "")
    if result.unknown:
        return f"{said}, over all that the unknown may be: {span(result.low, result.high)}"
    is_open = metric.kind is Kind.SURVIVAL and (result.low is None or result.high is None)
    return f"{said}; an end that the times do not bound is left open" if is_open else said


def share_card(
    ask: Question, now: Result, before: Result | None, starts: list[date], until: date
) -> Card:
    """Return the card of a share with a Wilson interval."""
    metric = BY_KEY[now.key]
    if now.value is None or now.n < FEW:
        return without(metric, now)
    by_facility = asked.shares(ask, now.key, starts, end=until)
    cells = asked.total(by_facility, starts)
    bands = _bands(cells)
    return Card(
        key=now.key,
        label=metric.label,
        value=one(now.value),
        unit="%",
        range=f"{span(now.low, now.high)} · {sample(count(now.n))}",
        foot=_foot(one(before.value) if before and before.value is not None else "", metric),
        facts=facts_of(metric, now),
        delta=_points(metric, now, before),
        spark=spark(_enough(cells), bands=bands, goal=metric.target),
    )


def _enough(cells: list[Cell]) -> list[float | None]:
    """Return the shares of weeks; none of few, as in the table of weeks below."""
    return [cell.least if cell.n >= FEW else None for cell in cells]


def _bands(cells: list[Cell]) -> list[tuple[float, float] | None]:
    return [
        (100 * low, 100 * high) if cell.n >= FEW else None
        for cell in cells
        for low, high in [wilson_within(cell.hits, cell.unknown, cell.n)]
    ]


def plain_card(now: Result) -> Card:
    """Return the card of one number without the line behind it."""
    metric = BY_KEY[now.key]
    if now.value is None or now.n < FEW:
        return without(metric, now)
    is_share = metric.kind is Kind.SHARE
    digits = 1 if is_share else 2
    low, high = ends(now) if now.unknown else (now.value, now.value)
    words = span(now.low, now.high, digits=digits).replace(DASH, "no interval")
    words = f"range from {count(now.unknown)} unknown; 95% {words}" if now.unknown else words
    return Card(
        key=now.key,
        label=metric.label,
        value=span(low, high, digits=digits),
        unit="%" if is_share else f" {metric.unit}",
        range=f"{words} · {sample(count(now.n))}",
        foot=_foot("", metric),
        facts=facts_of(metric, now),
    )


def range_card(
    ask: Question, now: Result, before: Result | None, starts: list[date], until: date
) -> Card:
    """Return the card of a share that what is not known of widens to a range."""
    metric = BY_KEY[now.key]
    if now.value is None or now.n < FEW:
        return without(metric, now)
    # Of what came last only the fast part is sent yet: a line by receipt would end in a fall.
    is_sent = metric.table == "steps"
    of = ask.over(ask.whenever) if is_sent else ask
    cells = asked.shares(of, now.key, starts, end=until, by_event=is_sent)
    total = asked.total(cells, starts)
    unknown = now.unknown
    words = f"range from {count(unknown)} unknown" if unknown else f"{span(now.low, now.high)}"
    low, high = ends(now)
    was = span(*ends(before), digits=0) if before and before.value is not None else ""
    sent = [("Counted by", "Day of receipt, the line by week sent")] if is_sent else []
    bands = _bands(total)
    return Card(
        key=now.key,
        label=metric.label,
        value=span(low, high, digits=0),
        unit="%",
        range=f"{words} · {sample(count(now.n))}",
        foot=_foot(was, metric),
        facts=(*facts_of(metric, now), *sent),
        delta=_range_delta(now, before),
        spark=spark(_enough(total), bands=bands, goal=metric.target),
    )


def median_card(
    ask: Question,
    now: Survival,
    before: Survival | None,
    starts: list[date],
    *,
    why: str | None,
) -> Card:
    """Return the card of the median turnaround, open requests censored."""
    metric = BY_KEY[asked.MEDIAN]
    facts = (
        ("Measures", "Received to available, elapsed days"),
        ("Open requests", "Censored, not dropped (Kaplan–Meier)"),
        ("Based on", f"{count(now.n)} requests, {count(now.still_open)} still open"),
        ("Left out", f"{count(now.left_out)} ended without release"),
        ("Metric", f"{metric.key}, version {METHOD_VERSION}"),
    )
    if now.median is None:
        return _dashed(metric, why or "not half of the requests are out yet", facts)
    if now.n < FEW:
        return replace(_dashed(metric, too_few(), facts), value="too few")
    was = before.days(before.median) if before and before.median is not None else ""
    medians = asked.medians(ask, starts)
    return Card(
        key=metric.key,
        label=metric.label,
        value=now.days(now.median),
        unit=" days",
        range=f"{now.between(now.median_interval)} · {sample(count(now.n))}",
        foot=_foot(was, metric),
        facts=facts,
        delta=_days(now, before),
        spark=spark(medians, goal=metric.target),
    )


def _dashed(metric: Metric, reason: str, facts: tuple[tuple[str, str], ...]) -> Card:
    """Return a card without a value, which says why."""
    return Card(
        key=metric.key,
        label=metric.label,
        value=DASH,
        unit="",
        range=reason,
        foot="",
        facts=facts,
        why=reason,
    )


def without(metric: Metric, now: Result) -> Card:
    """Return the card of a measure that has no value to show, with the reason."""
    why = now.why or too_few()
    facts = facts_of(metric, now)
    return Card(
        key=metric.key,
        label=metric.label,
        value=DASH if now.value is None else "too few",
        unit="",
        range=why,
        foot="",
        facts=facts,
        why=why,
    )


def _foot(was: str, metric: Metric) -> str:
    """Return the figure of the period before and the target, each with its unit."""
    unit = "%" if metric.kind is Kind.SHARE else f"{SPACE}{metric.unit}"
    target = "" if metric.target is None else f"target{SPACE}{metric.target:g}{unit}"
    parts = [f"was{SPACE}{was}{unit}" if was else "", target]
    return " · ".join(part for part in parts if part)


def _toned(metric: Metric, change: float, words: str) -> Delta:
    better = (change > 0) is (metric.better is Better.HIGHER)
    icon = "trending-up" if change > 0 else "trending-down"
    return Delta(words=words, icon=icon, tone="is-ok" if better else "is-late")


def _points(metric: Metric, now: Result, before: Result | None) -> Delta | None:
    if before is None or before.value is None or now.value is None:
        return None
    low, high = newcombe(int(now.numerator or 0), now.n, int(before.numerator or 0), before.n)
    if low <= 0 <= high:
        return Delta(words="no clear change")
    change = now.value - before.value
    better = (change > 0) is (metric.better is Better.HIGHER)
    return _toned(metric, change, f"{abs(change):.1f} points {'better' if better else 'worse'}")


def ends(result: Result | None) -> tuple[float, float]:
    """Return the least and the most share; both the same where nothing is unknown."""
    if result is None or result.value is None:
        return 0.0, 0.0
    return result.value, most_of(result)


def _range_delta(now: Result, before: Result | None) -> Delta | None:
    if before is None or before.value is None:
        return None
    (low, high), (was_low, was_high) = ends(now), ends(before)
    if not differ(*((int(one.numerator or 0), one.unknown, one.n) for one in (now, before))):
        return Delta(words="no clear change")
    change = (low + high) / 2 - (was_low + was_high) / 2
    words = f"{whole(abs(change))} points {'fewer' if change < 0 else 'more'}"
    return _toned(BY_KEY[now.key], change, words)


def _days(now: Survival, before: Survival | None) -> Delta | None:
    if before is None or before.median is None or now.median is None:
        return None
    ends = (now.median_interval, before.median_interval)
    (low, high), (was_low, was_high) = ((a or 0.0, inf if b is None else b) for a, b in ends)
    if low <= was_high and was_low <= high:
        return Delta(words="no clear change")
    change = now.median - before.median
    words = f"{one(abs(change))} days {'faster' if change < 0 else 'slower'}"
    return _toned(BY_KEY["turnaround_censored_median"], change, words)
