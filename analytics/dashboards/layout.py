"""The overview's Dash layout and callbacks: the address goes in, four parts come out."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import duckdb
from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from django.db import DatabaseError
from django.http import HttpRequest
from django.template.loader import render_to_string

from analytics.dashboards import drawn, head, needs, weekly
from analytics.readers.query import read
from analytics.readers.view import View, open_view
from requests_app.refusals import DisclessError

Part = dict[str, Any]
PARTS = ("head", "weekly", "needs", "charts")
log = logging.getLogger(__name__)


def layout() -> html.Div:
    """Return the page before any answer: skeletons of the size of what comes."""
    cards = [
        html.Div(html.Span(className="skeleton skeleton-card"), className="panel kpi")
        for _ in range(4)
    ]
    wide = [
        html.Div(
            html.Div(html.Span(className="skeleton skeleton-panel"), className=f"panel {width}"),
            id=part,
            className="part",
        )
        for part, width in (("weekly", "w-12c"), ("needs", "w-12c"))
    ]
    return html.Div(
        [
            dcc.Location(id="address", refresh=True),
            html.Div(
                [html.H1("Release performance"), html.Div(cards, className="kpis")], id="head"
            ),
            html.Div(wide, className="grid"),
            html.Div(id="charts", className="grid"),
            *(dcc.Store(id=f"{part}-answer") for part in PARTS),
            *(html.Span(id=f"{part}-shown", hidden=True) for part in PARTS),
        ]
    )


def fill(app: Dash, request_of: Callable[[], HttpRequest]) -> None:
    """Give the app its layout and callbacks."""
    app.layout = layout
    builders: dict[str, Callable[[View], tuple[Part, Part | None]]] = {
        "head": lambda view: (head.head(view), None),
        "weekly": lambda view: (weekly.weekly(view), None),
        "needs": lambda view: (needs.needs(view), None),
        "charts": drawn.charts,
    }
    for part, build in builders.items():
        _answering(app, part, build, request_of)
        app.clientside_callback(  # type: ignore[no-untyped-call]
            ClientsideFunction(namespace="overview", function_name="show"),
            Output(f"{part}-shown", "children"),
            Input(f"{part}-answer", "data"),
            Input(part, "id"),
        )


def _answering(
    app: Dash,
    part: str,
    build: Callable[[View], tuple[Part, Part | None]],
    request_of: Callable[[], HttpRequest],
) -> None:
    @app.callback(Output(f"{part}-answer", "data"), Input("address", "search"))
    def answer(search: Any) -> Part:
        """Answer one part for the person who asks."""
        request = request_of()
        at = datetime.now(UTC)
        query = read(search if isinstance(search, str) else "")
        try:
            context, figures = build(open_view(request.user, query, at))
        except DisclessError as refusal:
            return {"html": _failed(part, refusal.sentence)}
        except (DatabaseError, OSError, duckdb.Error) as error:
            number = secrets.token_hex(3).upper()
            log.exception("overview part %s failed, problem %s", part, number, exc_info=error)
            return {
                "html": _failed(
                    part, f"We recorded it as problem {number}; say that number if you call."
                )
            }
        words = render_to_string(f"analytics/dashboards/{part}.html", context, request)
        return {"html": words} | ({"figures": figures} if figures else {})


def _failed(part: str, sentence: str) -> str:
    return render_to_string(
        "analytics/dashboards/failed.html", {"part": part, "sentence": sentence}
    )
