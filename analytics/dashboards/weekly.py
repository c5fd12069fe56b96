"""The table by facility and week."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from analytics.charts import ask as asked
from analytics.charts.marks import interval, reading
from analytics.charts.tables import Cell
from analytics.charts.words import DASH, count, day, listed, one, plural, share, span
from analytics.dashboards import links
from analytics.metrics.catalogue import BY_KEY, label_of
from analytics.metrics.compute import compute
from analytics.metrics.definition import Result
from analytics.metrics.question import asking
from analytics.readers.view import View
from analytics.statistics.intervals import FEW

Context = dict[str, Any]
FLOOR = 80.0  # percent: where the axis of the intervals begins, unless one lies below


def weekly(view: View) -> Context:
    """Return the table by facility and week."""
    key = view.query.sla_key
    target = BY_KEY[key].target or 95.0
    result = compute(view.snapshot.mirror, view.selection, [key], by="facility")[key]
    starts = asked.weeks(view.since, view.came_until)
    with asking(view.snapshot.mirror, view.selection) as ask:
        cells = asked.shares(ask, key, starts, end=view.came_until)
    groups = sorted(result.by, key=lambda group: group.value or 0) if view.has_places else []
    least = min([FLOOR, *(5 * ((one_of.low or 0) // 5) for one_of in groups if one_of.n >= FEW)])
    none = [Cell(start=start, n=0, hits=0) for start in starts]
    rows = [
        _row(view, group.group, group, cells.get(group.group, none), (least, target))
        for group in groups
    ]
    if len(groups) != 1:  # of one facility the sum is that very facility
        rows.append(_row(view, "", result, asked.total(cells, starts), (least, target)))
    judged: list[tuple[str, Any]] = [(view.name(group.group), group) for group in groups]
    if not view.has_places and result.value is not None:
        judged = [("The log", result)]
    below = [
        name
        for name, one_of in judged
        if one_of.n >= FEW and reading(int(one_of.numerator or 0), one_of.n, target) == "below"
    ]
    missed = result.n - int(result.numerator or 0)
    late = f"{count(missed)} of {plural(result.n, 'release')} missed this clock"
    return {
        "title": late if target >= 100 and result.n else _title(view, below, result, target),
        "is_empty": not result.n and not result.excluded,
        "label": label_of(key, is_live=view.query.is_live),
        "target": target,
        "n": count(result.n),
        "why": result.why,
        "weeks_words": _weeks_words(view, starts),
        "starts": _week_heads(starts),
        "rows": rows,
    }


def _title(view: View, below: list[str], result: Result, target: float) -> str:
    if result.why:
        return "This clock cannot be judged"
    if result.n < FEW:
        return "Too few releases to judge this clock"
    if below:
        shown = listed(below) if len(below) <= 3 else f"{len(below)} facilities"
        return f"{shown} {'is' if len(below) == 1 else 'are'} clearly below target"
    nobody = "No facility is" if view.has_places else "The log is not"
    return f"{nobody} clearly below the {target:g}% target"


def _weeks_words(view: View, starts: list[date]) -> str:
    """Say which weeks stand in the table, where the period is longer than they are."""
    if not starts or starts[0] <= view.since:
        return ""
    return f" · the last {plural(len(starts), 'week')} from {day(starts[0], year=True)}, totals of the whole period"


def _whole(view: View) -> str:
    if not view.has_places:
        return "All requests"
    chosen = set(view.query.facilities) & set(view.names)
    return "These together" if 0 < len(chosen) < len(view.names) else "All facilities"


def _week_heads(starts: list[date]) -> list[Context]:
    """Return the heads of the weeks; a month is seen once, and always read out."""
    months = [f"{start:%b}" for start in starts]
    return [
        {"month": month, "is_new": month != before, "day": start.day}
        for start, month, before in zip(starts, months, ["", *months], strict=False)
    ]


def _row(
    view: View, facility: str, group: Any, cells: list[Cell], axis: tuple[float, float]
) -> Context:
    least, target = axis
    has = group.value is not None and group.n >= FEW
    only: dict[str, object] = {"facilities": (facility,)} if facility else {}
    ends = {"low": group.low or 0.0, "high": group.high or 0.0}
    side = reading(int(group.numerator or 0), group.n, target)
    return {
        "name": view.name(facility) if facility else _whole(view),
        "href": links.behind(view.query, view.query.sla_key, changes=only),
        "missed": links.behind(view.query, view.query.sla_key, part="rest", changes=only),
        "marks": interval(group.value, **ends, side=side, target=target, least=least)
        if has
        else None,
        "value": share(group.value),
        "lacks": "too few" if group.value is not None else DASH,
        "exact": one(group.value),
        "low": one(group.low),
        "high": one(group.high),
        "span": span(group.low, group.high, digits=0),
        "n": count(group.n),
        "cells": [_cell(view, cell, target, only) for cell in cells],
    }


def _cell(view: View, cell: Cell, target: float, only: dict[str, object]) -> Context:
    if cell.n < FEW:
        return {"kind": "few", "n": cell.n, "met": cell.hits}
    side = reading(cell.hits, cell.n, target)
    week = {"since": cell.start, "until": cell.start + timedelta(days=6)}
    door = links.behind(view.query, view.query.sla_key, changes=only | week)
    return {"kind": side, "value": share(cell.least), "n": cell.n, "met": cell.hits, "href": door}
