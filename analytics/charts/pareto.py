"""Failures by hours lost: filled is our time, outlined is the requester's."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from analytics.charts.tables import Failure
from analytics.charts.words import count, spelled
from analytics.statistics.intervals import FEW

Figure = dict[str, Any]
SHOWN = 9


def is_unmended(failures: Sequence[Failure]) -> bool:
    """Return whether there are failures and nobody said of any when it was mended."""
    return bool(failures) and not any(failure.mended for failure in failures)


def title(failures: Sequence[Failure], requests: int) -> str:
    """Return the finding in so many failing requests: the fewest codes that hold most hours."""
    if is_unmended(failures):
        return "What failures cost cannot be said"
    if requests < FEW:
        return "Too few failures to say which cost the most"
    total = sum(failure.hours for failure in failures)
    if not total:
        return "No failure cost an hour"
    shares = [part / total for part in accumulate(failure.hours for failure in failures)]
    n = next((at for at, share in enumerate(shares, 1) if share >= 0.7), len(shares))
    noun, verb = ("failure", "costs") if n == 1 else ("failures", "cost")
    return f"{spelled(n)} {noun} {verb} {100 * shares[n - 1]:.0f}% of the hours lost"


def running_shares(failures: Sequence[Failure]) -> list[float]:
    """Return for each failure the percentage of all hours that it and those before it hold."""
    total = sum(failure.hours for failure in failures) or 1.0
    return [100 * part / total for part in accumulate(failure.hours for failure in failures)]


def figure(failures: Sequence[Failure], *, narrow: bool = False) -> Figure:
    """Return the bars, longest at the top, with the running share beside them.

    A code that nobody noted the end of has unknown hours, which are no bar of nought.
    """
    failures = [failure for failure in failures if failure.mended]
    shown = list(zip(failures, running_shares(failures), strict=True))[:SHOWN]
    bars = list(reversed(shown))
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": [failure.label for failure, _ in bars],
        "x": [round(failure.hours, 1) for failure, _ in bars],
        "width": 0.28 if narrow else 0.62,
        "marker": {"line": {"width": 1.25}},
        "meta": {
            "bars": ["surface" if failure.is_theirs else "edge" for failure, _ in bars],
            "edge": "edge",
        },
        "text": None if narrow else [f"{count(failure.hours)} h" for failure, _ in bars],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": [[failure.code, failure.requests] for failure, _ in bars],
        "hovertemplate": "%{customdata[0]} · %{x:,} h · %{customdata[1]} requests<extra></extra>",
    }
    longest = max((failure.hours for failure, _ in shown), default=1.0)
    layout = _narrow_layout(shown, longest) if narrow else _wide_layout(shown, longest)
    return {"data": [trace], "layout": layout}


def _wide_layout(shown: Sequence[tuple[Failure, float]], longest: float) -> Figure:
    side = {
        "name": "muted",
        "xref": "paper",
        "x": 1,
        "xanchor": "right",
        "xshift": 100,
        "font": {"size": 11},
    }
    head = side | {"yref": "paper", "y": 1, "yanchor": "bottom", "text": "Running share"}
    rows = [
        side | {"y": failure.label, "text": f"{count(failure.requests)} req. · {share:.0f}%"}
        for failure, share in shown
    ]
    return {
        "margin": {"l": 8, "r": 104, "t": 20, "b": 8},
        "bargap": 0.3,
        "xaxis": {"visible": False, "range": [0, longest * 1.23]},
        "yaxis": {"automargin": True, "ticklabelstandoff": 8, "showgrid": False},
        "annotations": [*rows, head],
    }


def _narrow_layout(shown: Sequence[tuple[Failure, float]], longest: float) -> Figure:
    place = {
        "name": "ink",
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 7,
    }
    # There is no room for the running share: without its head it reads as this failure's own.
    rows = [
        place
        | {
            "y": failure.label,
            "text": f"{failure.label} · {count(failure.hours)} h · {count(failure.requests)} req.",
        }
        for failure, _ in shown
    ]
    return {
        "margin": {"l": 2, "r": 2, "t": 16, "b": 2},
        "bargap": 0.3,
        "height": 44 * max(len(shown), 2) + 18,
        "xaxis": {"visible": False, "range": [0, longest * 1.02]},
        "yaxis": {"visible": False},
        "annotations": rows,
    }
