"""Discs over time: a line at the least, a dotted edge at the most, a band for the unknown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from analytics.charts.tables import Cell
from analytics.charts.words import span, whole
from analytics.statistics.intervals import FEW, differ

Figure = dict[str, Any]


def title(months: Sequence[Cell]) -> str:
    """Return the finding from the first to the last month that has deliveries."""
    full = _shown(months)
    if not full:
        return "Too few deliveries to say"
    first, last = full[0], full[-1]
    was, now = (span(cell.least, cell.most, digits=0) for cell in (first, last))
    if was == now:
        return f"Discs carry {now}% of deliveries"
    if not differ(*((cell.hits, cell.unknown, cell.n) for cell in (last, first))):
        return f"Discs carry {now}% of deliveries: no clear change from {was}%"
    verb = "fell" if (last.least or 0.0) < (first.least or 0.0) else "rose"
    return f"Discs {verb} from {was}% to {now}% of deliveries"


def is_unknown(months: Sequence[Cell]) -> bool:
    """Say whether nothing is known of how any of the deliveries went."""
    n = sum(cell.n for cell in months)
    return n > 0 and n == sum(cell.unknown for cell in months)


def figure(months: Sequence[Cell]) -> Figure:
    """Return the share of deliveries on physical media by month."""
    full = _shown(months)
    x = [cell.start.isoformat() for cell in full]
    least = [round(cell.least or 0.0, 1) for cell in full]
    most = [round(cell.most or 0.0, 1) for cell in full]
    top = max(10.0, 10.0 * -(-max(most, default=10.0) // 10))
    step = 10 if top > 20 else 5
    traces = [
        {"x": x, "y": least, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"},
        {
            "x": x,
            "y": most,
            "mode": "lines",
            "line": {"width": 1, "dash": "dot"},
            "fill": "tonexty",
            "meta": {"line": "disc", "fill": "disc:.16"},
            "hovertemplate": "at most %{y:.0f} %<extra></extra>",
        },
        {
            "x": x,
            "y": least,
            "mode": "lines+markers",
            "line": {"width": 2.25},
            "marker": {"size": 6},
            "meta": {"line": "disc", "marker": "disc"},
            "hovertemplate": "%{x|%b %Y}: at least %{y:.0f} %<extra></extra>",
        },
    ]
    layout = {
        "margin": {"l": 36, "r": 92, "t": 12, "b": 28},
        "hovermode": "x",
        "xaxis": {"type": "date", "range": _reach(full), "tickformat": "%b", "dtick": "M2"},
        "yaxis": {"range": [0, top], "tickvals": [*range(0, int(top) + 1, step)]},
        "annotations": _labels(x, least, most, top),
    }
    return {"data": traces, "layout": layout}


def _shown(months: Sequence[Cell]) -> list[Cell]:
    """Return the months with enough deliveries to say something."""
    return [cell for cell in months if cell.n >= FEW]


def _reach(full: Sequence[Cell]) -> list[str] | None:
    if not full:
        return None
    margin = timedelta(days=9)
    return [(full[0].start - margin).isoformat(), (full[-1].start + margin).isoformat()]


def _labels(x: list[str], least: list[float], most: list[float], top: float) -> list[Figure]:
    if not x:
        return []
    beside = {"name": "disc", "x": x[-1], "xanchor": "left", "xshift": 10, "align": "left"}
    low = beside | {
        "y": least[-1],
        "text": f"{whole(least[-1])}% surely<br>on disc",
        "font": {"weight": 600},
    }
    if round(least[-1]) == round(most[-1]):
        return [low | {"text": f"{whole(least[-1])}%<br>on disc"}]
    high = beside | {"y": most[-1], "text": f"{whole(most[-1])}% at most"}
    return [
        low | {"yshift": -12 + _inwards(least[-1], top)},
        high | {"yshift": 14 + _inwards(most[-1], top)},
    ]


def _inwards(share: float, top: float) -> int:
    """Return the pixels by which a label moves so that it stays within the drawing."""
    return 22 if share < top / 10 else -14 if share > top * 9 / 10 else 0
