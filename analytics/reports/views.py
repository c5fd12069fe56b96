"""The pages of reports: choose a period and facilities, download a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analytics.readers.looks import details, refusals_recorded
from analytics.readers.query import read
from analytics.readers.slicing import asked_chips, slicing, source_choice
from analytics.readers.view import demand_reader, open_view
from analytics.reports.builders import BUILDERS, TITLES
from analytics.reports.orders import EXPORTED, make
from analytics.reports.writers import WRITERS


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show the reports with their form; the address holds what was chosen."""
    at = datetime.now(UTC)
    demand_reader(request.user)
    view = open_view(request.user, read(_search(request)), at)
    chosen = view.selection.facilities or ()
    context = {
        **slicing(view),
        **source_choice(view),
        "other_chips": asked_chips(view),
        "view": view,
        "query": view.query,
        "facilities": [(slug, name, slug in chosen) for slug, name in view.names.items()],
        "reports": TITLES,
        "formats": tuple(WRITERS),
        "address": view.query.address(since=view.since, until=view.until),
    }
    return render(request, "analytics/reports/index.html", context)


@login_required
@require_GET
def download(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """Make a report within the reader's scope and send it."""
    if name not in BUILDERS or kind not in WRITERS:
        raise Http404
    at = datetime.now(UTC)
    demand_reader(request.user)
    user: Any = request.user
    query = read(_search(request))
    with refusals_recorded(request, f"report:{name}", at, EXPORTED):
        view = open_view(user, query, at)
    made = make(
        name,
        kind,
        snapshot=view.snapshot,
        selection=replace(view.selection, since=view.since, until=view.until),
        names=view.names,
        source=view.query.source,
        at=at,
        http_request=request,
        ignored=details(view).get("ignored"),
    )
    response = HttpResponse(made.content, content_type=made.content_type)
    response["Content-Disposition"] = f'attachment; filename="{made.file_name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-SHA256"] = made.sha256
    return response


def _search(request: HttpRequest) -> str:
    return str(request.META.get("QUERY_STRING", ""))
