"""The one view of the overview: who may look, the record of looking, and Dash behind it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus

import duckdb
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import ensure_csrf_cookie

from analytics.dashboards.asked import CALLBACK, SUITES, is_there, methods_of, order_for, search_of
from analytics.dashboards.mount import call, overview, script_policy
from analytics.dashboards.policy import style_policy
from analytics.readers.counted import Own
from analytics.readers.looks import record_look, refusals_recorded
from analytics.readers.query import read
from analytics.readers.view import demand_reader, open_view
from analytics.sources.opening import UnknownSource

SEEN = "overview-recorded"
JSON = "application/json"


@ensure_csrf_cookie
@login_required
def show(request: HttpRequest, path: str = "") -> HttpResponse:
    """Answer the page, its scripts and its callbacks."""
    at = datetime.now(UTC)
    demand_reader(request.user)
    if request.method not in (methods := methods_of(path)):
        return HttpResponseNotAllowed(methods)
    if not is_there(path):
        raise Http404
    response = call(overview(), request, _order(request, path, at))
    if response.status_code == HTTPStatus.NOT_FOUND:
        raise Http404
    if path.startswith(SUITES) and response.status_code == HTTPStatus.OK:
        response["Cache-Control"] = "private, max-age=31536000, immutable"
    else:
        response["Cache-Control"] = "private, no-store"
    response.csp = {"script-src": script_policy(), "style-src": style_policy()}  # type: ignore[attr-defined]
    return response


def _order(request: HttpRequest, path: str, at: datetime) -> bytes:
    """Record what is looked at, and return the body for Dash.

    Of a source that is not there the page says so once, as the other pages do.
    """
    if not path:
        _record_look(request, request.META.get("QUERY_STRING", ""), at)
    if path != CALLBACK:
        return b""
    # Of a form the body is no longer there: the check of its token has read it.
    part, search = search_of(request.body if request.content_type == JSON else b"")
    if search != request.session.get(SEEN):  # its three parts ask about the page's own
        with suppress(UnknownSource):
            _record_look(request, search, at)
    return order_for(part, search)


def _record_look(request: HttpRequest, search: str, at: datetime) -> None:
    """Record what is looked at, or that its source does not open; Dash says in each part why not."""
    with suppress(OSError, duckdb.Error), refusals_recorded(request, "overview", at):
        view = open_view(request.user, read(search), at)
        clock = ("clock", view.query.clock)
        before = ("compare", "before" if view.before is not None else "none")
        record_look(request, view, "overview", Own(said=(clock, before)))
    request.session[SEEN] = search[:1000]
