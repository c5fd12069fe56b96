"""Results as lines for people."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.charts.words import ends, plural
from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.definition import Group, Result
from analytics.metrics.suppression.published import PublishedGroup, PublishedResult

A_MOMENT = 0.01
"""Days of less than a quarter of an hour: a mean of them in days would be all zeros."""
_ONE = {"deliveries": "delivery", "touches": "touch"}
"""Units of one thing that are spelled otherwise than without their s."""


def number(value: float | None) -> str:
    """Return a number in plain figures with thousands marked, four of them where it is small."""
    if value is None:
        return "-"
    value += 0.0  # no number is less than nothing by being minus nothing
    text = f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.4g}"
    text = f"{value:.6f}" if "e" in text else text
    return text.replace(
        "-", "\N{MINUS SIGN}"
    )  # as the pages have it; a hyphen joins the ends of a span


def signed(value: float | None) -> str:
    """Return a difference with its sign."""
    return f"+{number(value)}" if value is not None and value >= 0 else number(value)


def _said(result: Result | PublishedResult) -> str:
    """Return the value with its interval, or the range that what is unknown leaves open."""
    if result.unknown and result.value is not None and result.n:
        are = BY_KEY[result.key].unknown_are
        on = plural(result.unknown, *are)
        most = number(result.value + 100 * result.unknown / result.n)
        sure = _sure(result.low, result.high)
        chance = f", 95 % interval{sure}" if sure else ""
        return f"between {number(result.value)} and {most} {result.unit}, depending on {on}{chance}"
    return _sized(result, result.unit)


def _sized(one: Result | PublishedResult | Group | PublishedGroup, unit: str) -> str:
    if unit == "days" and 0 < (one.value or 0) < A_MOMENT:
        return f"under {A_MOMENT} days"
    return f"{number(one.value)} {_unit(one.value, unit)}{_sure(one.low, one.high)}"


def _unit(value: float | None, unit: str) -> str:
    """Return the unit of a value; of one thing as one thing: 1 failure, 1 delivery."""
    if value != 1 or not unit.endswith("s"):
        return unit
    return _ONE.get(unit, unit[:-1])


def _sure(low: float | None, high: float | None) -> str:
    """Return an interval, saying which end is not bounded; nothing where there is none."""
    if low is None and high is None:
        return ""
    left, right = ("" if end is None else number(end) for end in (low, high))
    return f" ({ends(left, right, dash='-')})"


def in_words(result: Result | PublishedResult, *, named: bool = False) -> str:
    """Return a line for people, and one a group; it says what computed it where `named`."""
    return "\n  ".join([_line(result, named=named), *_lines_of_groups(result)])


def _line(result: Result | PublishedResult, *, named: bool) -> str:
    if result.value is None:
        return f"{result.label}: - ({result.why})"
    line = f"{result.label}: {_said(result)}, n = {_counted(result.n)}"
    left_out = "; ".join(f"{_counted(n)} {why}" for why, n in result.excluded.items())
    line += f"; left out: {left_out}" if left_out else ""
    return line + (f"; by {result.engine}" if isinstance(result, Result) and named else "")


def _lines_of_groups(result: Result | PublishedResult) -> Iterator[str]:
    yield from (f"The clock: {one}" for one in result.settings)
    within = result.within if isinstance(result, Result) else ()
    for group in (*result.by, *within):
        holder = group.within if isinstance(group, Group) else None
        name = f"{holder}, {group.group}" if holder is not None else group.group
        if group.value is None:
            why = getattr(group, "why", None) or f"n = {_counted(group.n)}"
            yield f"{name}: - ({why})"
        else:
            yield f"{name}: {_sized(group, result.unit)}, n = {_counted(group.n)}"
    if result.why_not_by is not None:
        yield result.why_not_by


def _counted(n: int | None) -> str:
    return "(hidden)" if n is None else f"{n:,}"
