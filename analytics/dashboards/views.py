"""The one view of the overview: who may look, the record of looking, and Dash behind it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import ensure_csrf_cookie

from analytics.dashboards.mount import call, overview, script_policy
from analytics.dashboards.policy import style_policy
from analytics.readers.query import read
from analytics.readers.view import demand_reader
from audit.access import record
from audit.proof.entry import Action, EventCode

SUITES, CALLBACK = "_dash-component-suites/", "_dash-update-component"
SEEN = "overview-recorded"


@ensure_csrf_cookie
@login_required
def show(request: HttpRequest, path: str = "") -> HttpResponse:
    """Answer the page, its scripts and its callbacks."""
    at = datetime.now(UTC)
    demand_reader(request, "overview", at)
    if not path:
        _record_look(request, request.META.get("QUERY_STRING", ""), at)
    elif path == CALLBACK and (search := _asked(request)) != request.session.get(SEEN):
        _record_look(request, search, at)
    response = call(overview(), request)
    if path.startswith(SUITES) and response.status_code == 200:
        response["Cache-Control"] = "private, max-age=31536000, immutable"
    else:
        response["Cache-Control"] = "private, no-store"
    response.csp = {"script-src": script_policy(), "style-src": style_policy()}  # type: ignore[attr-defined]
    return response


def _asked(request: HttpRequest) -> str:
    """Return the address that a callback asks about; its three parts ask about the page's own."""
    try:
        search = json.loads(request.body)["inputs"][0]["value"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return search.removeprefix("?") if isinstance(search, str) else ""


def _record_look(request: HttpRequest, search: str, at: datetime) -> None:
    query = read(search)
    record(
        verb="dashboard.viewed",
        code=EventCode.QUERY,
        action=Action.READ,
        http_request=request,
        subject="overview",
        detail={"source": query.source, "filters": query.address()[1:500]},
        at=at,
    )
    request.session[SEEN] = search[:1000]
