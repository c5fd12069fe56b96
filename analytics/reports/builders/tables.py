"""Tables of measures as any report prints them: figures, who was left out, definitions."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.charts.words import DASH, plural, span
from analytics.metrics.catalogue import BY_KEY, label_of
from analytics.metrics.definition import Kind, Metric, Result
from analytics.metrics.reading import most_of
from analytics.reports.document import Column, Table, Value

NUMBER = Column(heading="n", is_number=True)
_CALLED = {"open_requests": "Of these still open"}
"""Measures that a report, which speaks of those received in its period, calls otherwise."""
_NOTES = {"open_requests": "Here: of those received in the period."}
"""What such a measure is here, where its own note speaks of requests whenever they came."""


def _range_words(result: Result) -> str:
    """Say an interval, and over what it is taken."""
    if result.low is None and result.high is None:
        return DASH
    are = BY_KEY[result.key].unknown_are
    what = f", depending on {plural(result.unknown, *are)}" if result.unknown else ""
    return f"{span(result.low, result.high)} (95% interval{what})"


def _shown(metric: Metric, result: Result | None) -> Value:
    """Return the number, or the range where what is unknown leaves it open."""
    if result is None or result.value is None:
        return None
    if result.unknown:
        return span(result.value, most_of(result))
    return int(result.value) if metric.kind is Kind.COUNT else result.value


def _label(key: str, *, is_live: bool) -> str:
    return _CALLED.get(key) or label_of(key, is_live=is_live)


def figures(now: Mapping[str, Result], before: Mapping[str, Result], *, is_live: bool) -> Table:
    """Return the measures of a period beside those of the period before."""
    rows: list[tuple[Value, ...]] = []
    for key, result in now.items():
        metric, was = BY_KEY[key], before.get(key)
        rows.append(
            (
                _label(key, is_live=is_live),
                _shown(metric, result),
                metric.unit,
                _range_words(result),
                _shown(metric, was),
                metric.target,
                result.numerator,
                result.n,
            )
        )
    columns = (
        Column(heading="Measure"),
        Column(heading="Now", is_number=True, digits=1),
        Column(heading="Unit"),
        Column(heading="Range"),
        Column(heading="Before", is_number=True, digits=1),
        Column(heading="Target", is_number=True),
        Column(heading="Counted", is_number=True),
        NUMBER,
    )
    return Table(
        name="Figures", caption="Measures of the period", columns=columns, rows=tuple(rows)
    )


def excluded(now: Mapping[str, Result], *, is_live: bool) -> Table:
    """Return who was left out of each measure, and why."""
    rows = [
        (label_of(key, is_live=is_live), why, n)
        for key, result in now.items()
        for why, n in sorted(result.excluded.items())
    ]
    columns = (
        Column(heading="Measure"),
        Column(heading="Left out"),
        Column(heading="Requests", is_number=True),
    )
    return Table(
        name="Left out", caption="Requests left out, and why", columns=columns, rows=tuple(rows)
    )


def definitions(now: Mapping[str, Result], *, is_live: bool) -> Table:
    """Return what each measure counts and what to mind."""
    rows = []
    for key, result in now.items():
        metric = BY_KEY[key]
        why = f"{result.why[0].upper()}{result.why[1:]}." if result.why else ""
        clock = [f"The clock: {one}." for one in result.settings]
        note = _NOTES.get(key, metric.caveat)
        mind = " ".join(part for part in (note, *clock, why) if part)
        label = _label(key, is_live=is_live)
        rows.append((f"{label} ({key})", metric.numerator, metric.denominator, mind))
    headings = ("Measure", "Numerator", "Denominator", "Note")
    columns = tuple(Column(heading=heading) for heading in headings)
    return Table(name="Definitions", caption="Definitions", columns=columns, rows=tuple(rows))
