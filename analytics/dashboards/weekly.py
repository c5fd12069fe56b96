"""The table by facility and week, and the list of those who need someone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.charts import ask as asked
from analytics.charts.ask import asking
from analytics.charts.marks import interval, standing
from analytics.charts.tables import Cell, Waiting
from analytics.charts.words import count, day, listed, one, plural, whole
from analytics.dashboards import links
from analytics.dashboards.standing import STATES
from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.compute import compute
from analytics.readers.view import View
from analytics.statistics.intervals import wilson

Context = dict[str, Any]
FEW = 11  # weekly cells of fewer requests than this say little and are not shown
FLOOR = 80.0  # percent: where the axis of the intervals begins, unless one lies below


def weekly(view: View) -> Context:
    """Return the table by facility and week, and the list of those who need someone."""
    key = view.query.sla_key
    metric = BY_KEY[key]
    target = metric.target or 95.0
    result = compute(view.snapshot.mirror, view.selection, [key], by="facility")[key]
    starts = asked.weeks(view.since, view.until)
    with asking(view.snapshot.mirror, view.selection) as ask:
        cells = asked.shares(ask, key, starts, end=view.until)
        waiting, bands = asked.waiting(ask), asked.bands(ask)
    groups = sorted(result.by, key=lambda group: group.value or 0)
    least = min([FLOOR, *(5 * ((group.low or 0) // 5) for group in groups)])
    rows = [
        _row(view, group.group, group, cells.get(group.group, []), (least, target))
        for group in groups
    ]
    rows.append(_row(view, "", result, asked.total(cells, starts), (least, target)))
    below = [view.name(group.group) for group in groups if (group.high or 100) < target]
    return {
        "title": _weekly_title(below, result.value, target),
        "metric": metric,
        "target": target,
        "n": count(result.n),
        "why": result.why,
        "starts": [_week_head(starts, i) for i in range(len(starts))],
        "rows": rows,
        **_needs(view, waiting, bands),
    }


def _weekly_title(below: list[str], value: float | None, target: float) -> str:
    if value is None:
        return "Nothing has come due in this time"
    if below:
        shown = listed(below) if len(below) <= 3 else f"{len(below)} facilities"
        return f"{shown} {'is' if len(below) == 1 else 'are'} clearly below target"
    return f"No facility is clearly below the {target:g}% target"


def _week_head(starts: list[date], i: int) -> Context:
    start = starts[i]
    is_new = i == 0 or starts[i - 1].month != start.month
    return {"month": f"{start:%b}" if is_new else "", "day": start.day}


def _row(
    view: View, facility: str, group: Any, cells: list[Cell], axis: tuple[float, float]
) -> Context:
    least, target = axis
    has = group.value is not None
    only: dict[str, object] = {"facilities": (facility,)} if facility else {}
    ends = {"low": group.low or 0.0, "high": group.high or 0.0}
    return {
        "name": view.name(facility) if facility else "All facilities",
        "href": links.behind(view.query, view.query.sla_key, changes=only),
        "missed": links.behind(view.query, view.query.sla_key, part="rest", changes=only),
        "marks": interval(group.value, **ends, target=target, least=least) if has else None,
        "value": whole(group.value),
        "exact": one(group.value),
        "low": one(group.low),
        "high": one(group.high),
        "n": count(group.n),
        "cells": [_cell(view, cell, target, only) for cell in cells],
    }


def _cell(view: View, cell: Cell, target: float, only: dict[str, object]) -> Context:
    if cell.n < FEW:
        return {"kind": "few", "n": cell.n, "met": cell.hits}
    low, high = wilson(cell.hits, cell.n)
    side = standing(100 * low, 100 * high, target)
    week = {"since": cell.start, "until": cell.start + timedelta(days=6)}
    door = links.behind(view.query, view.query.sla_key, changes=only | week)
    return {"kind": side, "value": whole(cell.least), "n": cell.n, "met": cell.hits, "href": door}


def _needs(view: View, waiting: list[Waiting], bands: dict[str, int]) -> Context:
    late = bands.get("late", 0) + bands.get("very_late", 0)
    risk, held = bands.get("at_risk", 0), bands.get("held", 0)
    missing = view.snapshot.mirror.log.missing.get("band", "")
    return {
        "needs_title": f"{plural(late + risk, 'request needs', 'requests need')} someone today",
        "needs_parts": [
            {"words": f"{late} late", "href": links.queue(view.query, band="late")},
            {"words": f"{risk} at risk", "href": links.queue(view.query, band="at_risk")},
            {"words": f"{held} more on hold", "href": links.queue(view.query, band="held")},
        ],
        "needs": [_need(view, one_of) for one_of in waiting],
        "needs_all": links.queue(view.query, band="late" if late else "at_risk"),
        "needs_total": late + risk,
        "needs_why": missing,
    }


def _need(view: View, row: Waiting) -> Context:
    tone, icon, words = STATES[row.band]
    due = _due_day(row.due, view.selection.zone)
    if due is not None:
        today = datetime.fromtimestamp(
            view.snapshot.mirror.log.as_of, ZoneInfo(view.selection.zone)
        ).date()
        days = (due - today).days
        late, left = plural(-days, "day") + " late", plural(days, "day") + " left"
        words = late if days < 0 else "Due today" if days == 0 else left
        if row.band == "late" and days >= 0:
            words = "late"
    return {
        "number": row.number,
        "what": row.modality,
        "where": f"{view.name(row.facility)} · {row.state.replace('_', ' ')}",
        "href": links.request(view.query, row.number),
        "tone": tone,
        "icon": icon,
        "words": words,
        "due": f"due {day(due)}" if due else "",
    }


def _due_day(moment: int | None, zone: str) -> date | None:
    """Return the last day on which a request is on time; the moment itself is the day after."""
    return datetime.fromtimestamp(moment - 1, ZoneInfo(zone)).date() if moment is not None else None
