"""The turnaround curve: share released by day, with its band, ticks for open, and two marks."""

from __future__ import annotations

from typing import Any

from analytics.charts.tables import Survival
from analytics.statistics.curve import Step

Figure = dict[str, Any]
_POINTS = 240
_NICE = (7, 14, 28, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000)  # days between two ticks


def title(now: Survival) -> str:
    """Return the finding."""
    if now.median is None:
        return "Not half of the requests are out yet"
    if now.p90 is None:
        return f"Half of requests are out in {now.days(now.median)} days; not yet nine in ten"
    half, slow = now.days(now.median), now.days(now.p90)
    return f"Half of requests are out in {half} days; one in ten takes longer than {slow} days"


def released_by(survival: Survival, day: float) -> Step | None:
    """Return the last step up to a day, bounded as `bounded` has it."""
    steps = [step for step in survival.steps if step.time <= day]
    return bounded(steps[-1], steps[-2].high if len(steps) > 1 else 1.0) if steps else None


def bounded(step: Step, before: float) -> Step:
    """Return a step after which nobody waits with the upper bound of the step before.

    The last one out tells next to nothing alone; what was surely out before it is out still, and
    the bound of an earlier moment holds later with at least its certainty.
    """
    return step if step.waiting else step._replace(high=before)


def reach(survival: Survival) -> float:
    """Return the days up to which a curve is known: while some are open, the oldest of them."""
    last = survival.steps[-1] if survival.steps else None
    return last.time if last and last.waiting else float("inf")


def figure(
    now: Survival, before: Survival | None, *, before_label: str, narrow: bool = False
) -> Figure:
    """Return the curve over days from received to available."""
    top = _horizon(now)
    traces = [_band(now, top)]
    if before is not None and before.steps:
        traces.append(_line(before, top, "muted", "%{y:.0f} % before<extra></extra>", dash="dot"))
    traces.append(_line(now, top, "ink", "%{y:.0f} % out within %{x} days<extra></extra>"))
    traces += [_ticks(now, top), _marks(now, top)]
    layout = {
        "margin": {"l": 34 if narrow else 44, "r": 8 if narrow else 12, "t": 8, "b": 40},
        "hovermode": "closest",
        "xaxis": {
            "range": [0, top],
            "tickvals": _ticks_of(top, narrow=narrow),
            "title": {"text": "Days from received to available"},
        },
        "yaxis": {"range": [0, 101], "tickvals": [0, 25, 50, 75, 100]},
        "annotations": _labels(now, before, top, before_label, narrow=narrow),
    }
    return {"data": traces, "layout": layout}


def _horizon(now: Survival) -> float:
    """Show until almost everything is out, in whole weeks."""
    reach = (now.p90 or (now.steps[-1].time if now.steps else 14)) * 2.1
    return float(max(7, 7 * round(reach / 7)))


def _ticks_of(top: float, *, narrow: bool) -> list[float]:
    if top <= 21 and not (narrow and top > 7):
        return [float(day) for day in range(0, int(top) + 1, round(top / 7))]
    least = top / (3 if narrow else 6)
    step = next((size for size in _NICE if size >= least), top)
    return [float(step * i) for i in range(int(top / step) + 1)]


def _grid(survival: Survival, top: float) -> list[tuple[float, float, float, float]]:
    """Return (day, out, low, high) in percent on an even grid, so that figures stay small."""
    rows, at, known = [], 0, reach(survival)
    grid = (top * i / _POINTS for i in range(_POINTS + 1))
    current = (0.0, 0.0, 0.0)
    # A curve that ends between two points of the grid ends with its own last step.
    for day in (*(one for one in grid if one <= known), *([known] if known < top else [])):
        while at < len(survival.steps) and survival.steps[at].time <= day:
            step = bounded(survival.steps[at], 1 - current[1] / 100)
            out, least, most = (100 * (1 - one) for one in (step.waiting, step.high, step.low))
            current = (out, least, most)
            at += 1
        rows.append((round(day, 3), *(round(value, 2) for value in current)))
    return rows  # type: ignore[return-value]


def _band(now: Survival, top: float) -> Figure:
    rows = _grid(now, top)
    return {
        "x": [row[0] for row in rows] + [row[0] for row in reversed(rows)],
        "y": [row[2] for row in rows] + [row[3] for row in reversed(rows)],
        "fill": "toself",
        "mode": "lines",
        "line": {"width": 0, "shape": "hv"},
        "hoverinfo": "skip",
        "meta": {"fill": "ink-2:.2"},
    }


def _line(survival: Survival, top: float, role: str, hover: str, *, dash: str = "solid") -> Figure:
    rows = _grid(survival, top)
    return {
        "x": [row[0] for row in rows],
        "y": [row[1] for row in rows],
        "mode": "lines",
        "line": {"width": 2 if dash == "solid" else 1.5, "shape": "hv", "dash": dash},
        "meta": {"line": role},
        "hovertemplate": hover,
    }


def _ticks(now: Survival, top: float) -> Figure:
    left = [step for step in now.steps if step.censored and step.time <= top]
    return {
        "x": [round(step.time, 2) for step in left],
        "y": [round(100 * (1 - step.waiting), 2) for step in left],
        "mode": "markers",
        "marker": {"symbol": "line-ns-open", "size": 6, "line": {"width": 1}},
        "meta": {"marker": "edge"},
        "hovertemplate": "Still open after %{x:.1f} days<extra></extra>",
    }


def _marks(now: Survival, top: float) -> Figure:
    marks = [(now.median, 50), (now.p90, 90)]
    shown = [(x, y) for x, y in marks if x is not None and x <= top]
    return {
        "x": [x for x, _ in shown],
        "y": [y for _, y in shown],
        "mode": "markers",
        "marker": {"size": 8},
        "meta": {"marker": "ink"},
        "hoverinfo": "skip",
    }


def _beside(now: Survival, ends: tuple[float | None, float | None]) -> str:
    """Return an interval short enough to stand in the drawing; nothing where there is none."""
    low, high = ends
    if low is None and high is None:
        return ""
    return f" (from {now.days(low)})" if high is None else f" ({now.between(ends)})"


def _labels(
    now: Survival, before: Survival | None, top: float, before_label: str, *, narrow: bool
) -> list[Figure]:
    bold = {"weight": 600}
    labels: list[Figure] = []
    if now.median is not None:
        words = f"Half out in {now.days(now.median)} days"
        text = words if narrow else words + _beside(now, now.median_interval)
        labels.append(
            {
                "name": "ink",
                "x": now.median,
                "y": 50,
                "text": text,
                "xanchor": "left",
                "xshift": 12,
                "yshift": -14,  # below the line, which only rises: beside it may lie a flat step
                "font": bold,
            }
        )
    if now.p90 is not None and now.p90 <= top:
        words = f"Nine in ten in {now.days(now.p90)} days"
        text = words if narrow else f"{words}{_beside(now, now.p90_interval)}"
        place = (
            {"x": now.p90, "y": 82, "xanchor": "left", "xshift": 8}
            if narrow
            else {
                "x": now.p90,
                "y": 90,
                "xanchor": "left",
                "xshift": 10,
                "yshift": -16,
            }
        )
        labels.append({"name": "ink", "text": text, "font": bold} | place)
    if before is not None and before.steps:
        at = {"x": top, "y": 22, "xanchor": "right"}
        labels.append({"name": "muted", "text": f"Dotted: {before_label}"} | at)
    return labels
