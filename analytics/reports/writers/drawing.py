"""Figures of documents, drawn by matplotlib as SVG (PDF) or PNG (DOCX)."""

import io
import warnings
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from analytics.reports.document import Intervals

LONGEST = 40  # signs of a label
_INK, _MUTED, _LINE, _LATE, _OK = "#12171f", "#5a6473", "#cdd4de", "#ae1f1c", "#18935a"


def intervals(chart: Intervals, kind: str) -> bytes:
    """Return the chart of shares with their intervals beside the target."""
    look: Any = {"svg.hashsalt": "discless", "font.family": "DejaVu Sans", "font.size": 8}
    with mpl.rc_context(look), warnings.catch_warnings():
        figure = Figure(figsize=(6.6, 0.5 + 0.3 * len(chart.bars)), layout="constrained")
        _draw(figure, chart)
        file = io.BytesIO()
        # A sign that the font lacks is drawn as a box; the table beside it holds the name.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        if kind == "svg":
            FigureCanvasSVG(figure).print_svg(  # type: ignore[no-untyped-call]
                file, metadata={"Date": None}
            )
        else:
            figure.set_dpi(200)
            FigureCanvasAgg(figure).print_png(file)  # type: ignore[no-untyped-call]
        return file.getvalue()


def shorten(label: str) -> str:
    """Return a label that leaves room for the chart beside it."""
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"


def _draw(figure: Figure, chart: Intervals) -> None:
    axes = figure.add_subplot()
    axes.axvline(chart.target, color=_MUTED, linewidth=0.8, linestyle=(0, (2, 2)))
    for y, bar in enumerate(reversed(chart.bars)):
        colour = _LATE if bar.high < chart.target else _OK if bar.low > chart.target else _INK
        axes.plot([bar.low, bar.high], [y, y], color=_INK, linewidth=1.4, solid_capstyle="round")
        axes.plot(bar.value, y, "o", color=colour, markersize=5)
    labels = [shorten(bar.label) for bar in reversed(chart.bars)]
    # A name is no formula: without this, a dollar sign in it would start one.
    axes.set_yticks(range(len(labels)), labels, color=_INK, parse_math=False)
    axes.set_ylim(-0.6, len(chart.bars) - 0.4)
    least = min([80.0, *(bar.low - 2 for bar in chart.bars)])
    axes.set_xlim(max(0.0, least), 100.5)
    axes.set_xlabel(f"% met, 95% interval; dotted: target {chart.target:g}%", color=_MUTED)
    axes.tick_params(length=0, labelcolor=_INK)
    axes.tick_params(axis="x", labelcolor=_MUTED)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_LINE)
