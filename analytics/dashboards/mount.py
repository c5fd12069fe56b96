"""Dash inside one Django view: its Flask app is called as WSGI, so Django's middleware wraps it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import cache
from http import HTTPStatus
from typing import Any

import dash
import pandas as pd  # noqa: F401  plotly imports it at first use; two threads at once would race
from dash.exceptions import DependencyException
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from analytics.dashboards.layout import fill

PREFIX = "/overview/"
current_request: ContextVar[HttpRequest] = ContextVar("current_request")


class FramedDash(dash.Dash):
    """Dash whose page sits inside our frame."""

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]
        """Return the page: our template with the parts that Dash needs."""
        names = ("app_entry", "config", "scripts", "renderer")
        # Dash's own markup: it escapes what it puts there, and nothing of a user is in it.
        context = {name: mark_safe(parts[name]) for name in names}  # noqa: S308
        return render_to_string(
            "analytics/dashboards/overview.html", context, current_request.get()
        )


@cache
def overview() -> FramedDash:
    """Return the overview, set up whole before its first call (lazy set-up races)."""
    app = FramedDash(
        "analytics.dashboards",
        url_base_pathname=PREFIX,
        assets_folder="no-assets",
        include_assets_files=False,
        csrf_token_name=settings.CSRF_COOKIE_NAME,
        csrf_header_name="X-CSRFToken",
        serve_locally=True,
        use_async=False,
        enable_mcp=False,
        add_log_handler=False,
        update_title="",
        title="Overview",
    )
    app.server.secret_key = settings.SECRET_KEY
    fill(app, current_request.get)
    app._setup_server()  # type: ignore[no-untyped-call]
    # Dash raises, and Flask would answer 500, for scripts that are not there.
    app.server.register_error_handler(DependencyException, lambda _: ("", HTTPStatus.NOT_FOUND))
    return app


@cache
def script_policy() -> str:
    """Return the words of script-src: ourselves, and the hash of Dash's one inline line."""
    return " ".join(["'self'", *overview().csp_hashes()])


def _environ(request: HttpRequest, body: bytes) -> dict[str, Any]:
    """Return what WSGI hands to an app (PEP 3333)."""
    return {key: value for key, value in request.META.items() if isinstance(key, str)} | {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        "CONTENT_LENGTH": str(len(body)),
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path,
    }


def call(app: FramedDash, request: HttpRequest, body: bytes) -> HttpResponse:
    """Run one request through the Dash app, with the request in reach of its callbacks."""
    environ = _environ(request, body)
    started: dict[str, Any] = {}

    def start(
        status: str,
        headers: list[tuple[str, str]],
        error: Any = None,  # noqa: ARG001
    ) -> Callable[..., None]:
        started.update(status=int(status[:3]), headers=headers)
        return lambda _: None

    token = current_request.set(request)
    try:
        answer: Iterable[bytes] = app.server.wsgi_app(environ, start)
        data = b"".join(answer)
        getattr(answer, "close", lambda: None)()
    finally:
        current_request.reset(token)
    response = HttpResponse(data, status=started["status"])
    for name, value in started["headers"]:
        if name.lower() != "content-length":
            response[name] = value
    return response
