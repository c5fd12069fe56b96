"""Figures, definitions and rows for programs; scoped and recorded as the pages are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.api.answers import Answer, cases_of, figures_of, graph_of
from analytics.api.asked import (
    OF_MEASURES,
    OF_PAGES,
    Asked,
    asked_of,
    check_cut,
    check_no_words,
    whole_number,
)
from analytics.api.renderers import RENDERERS
from analytics.api.schema import (
    MEASURES,
    PAGES,
    SELECTS,
    CasesSerializer,
    DefinitionSerializer,
    GraphSerializer,
    MetricsSerializer,
)
from analytics.metrics.catalogue import METRICS
from analytics.metrics.change import Change, changes
from analytics.metrics.compute import compute
from analytics.metrics.definition import METHOD_VERSION, Metric, Result
from analytics.metrics.question import asking
from analytics.metrics.rfi import prompts_of
from analytics.metrics.slices import written
from analytics.process.basis import basis_of
from analytics.process.graph import graph
from analytics.readers.view import demand_reader
from audit.access import record
from audit.proof.entry import Action, EventCode
from requests_app.api.answers import answers

MOST_ROWS = 100_000
PAGE = 1_000


class Figures(APIView):
    """A door whose answers have four forms, and whose refusals are JSON in any of them."""

    renderer_classes = RENDERERS

    def handle_exception(self, exc: Exception) -> Response:
        """Answer a refusal in the one shape of errors."""
        self.request.accepted_renderer = JSONRenderer()
        self.request.accepted_media_type = JSONRenderer.media_type
        return super().handle_exception(exc)


class _OneForm(DefaultContentNegotiation):
    """Lets the door itself refuse another form, in a sentence."""

    def filter_renderers(self, renderers: Any, format: Any) -> Any:  # noqa: A002, ARG002
        """Return all of them, whatever form was asked for."""
        return renderers


class Definitions(APIView):
    """What each measure is."""

    content_negotiation_class = _OneForm

    @extend_schema(responses=answers(DefinitionSerializer(many=True), 403, 422))
    def get(self, request: Request) -> Response:
        """Return every declaration, in the order of reports."""
        demand_reader(request.user)
        check_no_words(request)
        return Response({"method": METHOD_VERSION, "metrics": [_declared(one) for one in METRICS]})


class Metrics(Figures):
    """Measures of a selection."""

    @extend_schema(parameters=MEASURES, responses=answers(MetricsSerializer, 403, 404, 422))
    def get(self, request: Request) -> Response:
        """Compute them; in tables one row a measure and one a group of it."""
        asked = asked_of(request, timezone.now(), also=OF_MEASURES)
        found = compute(asked.view.snapshot.mirror, asked.view.selection, asked.keys, by=asked.by)
        _record(request, asked, "figures", len(found))
        facts = _facts(asked) | {"by": asked.by}
        changed = _changes(asked, found) if "compare" in request.query_params else {}
        body = facts | {"metrics": [asdict(one) for one in found.values()]}
        body |= {"changes": {key: asdict(one) for key, one in changed.items()}} if changed else {}
        return Response(Answer(figures_of(found.values(), changed), facts, body))


class Graph(Figures):
    """Which step comes after which."""

    @extend_schema(parameters=SELECTS, responses=answers(GraphSerializer, 403, 404, 422))
    def get(self, request: Request) -> Response:
        """Return the directly-follows graph: counts, and median waits in seconds."""
        asked = asked_of(request, timezone.now())
        check_cut(asked)
        view = asked.view
        with asking(view.snapshot.mirror, view.selection) as question:
            basis = basis_of(question)
            found = graph(question, basis.requests)
        _record(request, asked, "graph", len(found.edges))
        facts = _facts(asked) | {"requests": basis.requests, "calendar": basis.calendar}
        body = facts | {"nodes": [asdict(one) for one in found.nodes]}
        table = graph_of(found)
        return Response(Answer(table, facts, body | {"edges": table.to_pylist()}))


class Cases(Figures):
    """The requests of a selection."""

    @extend_schema(parameters=PAGES, responses=answers(CasesSerializer, 403, 404, 422))
    def get(self, request: Request) -> Response:
        """Return rows under stable names, the earliest first."""
        asked = asked_of(request, timezone.now(), also=OF_PAGES)
        check_cut(asked)
        limit = whole_number(request, "limit", PAGE, MOST_ROWS)
        offset = whole_number(request, "offset", 0, 10**9)
        view = asked.view
        table = cases_of(view.snapshot.mirror, view.selection, limit=limit, offset=offset)
        _record(request, asked, "cases", table.num_rows)
        facts = _facts(asked) | {"limit": limit, "offset": offset}
        return Response(Answer(table, facts, facts | {"cases": table.to_pylist()}))


def _changes(asked: Asked, found: Mapping[str, Result]) -> dict[str, Change]:
    """Return what changed since the period before, where the address asks for it."""
    view = asked.view
    if view.query.compare != "before":
        return {}
    return changes(view.snapshot.mirror, view.selection, found.values())


def _declared(metric: Metric) -> dict[str, Any]:
    words = ("key", "label", "question", "why_it_matters", "unit", "numerator", "denominator")
    more = ("target", "caveat", "theme", "owner")
    return {
        **{name: getattr(metric, name) for name in (*words, *more)},
        "kind": metric.kind.value,
        "better": metric.better.value,
        "excluded": list(metric.excluded),
        "rfi": [one.value for one in prompts_of(metric)],
    }


def _facts(asked: Asked) -> dict[str, Any]:
    view, chosen = asked.view, asked.view.selection
    return {
        "source": view.query.source,
        "as_of": datetime.fromtimestamp(view.snapshot.mirror.log.as_of, UTC).isoformat(),
        "period": {
            "from": view.since.isoformat(),
            "to": view.until.isoformat(),
            "zone": chosen.zone,
        },
        "filters": {
            "facility": list(chosen.facilities or ()),
            "asked": chosen.requester_type,
            "slice": list(written(chosen.slices)),
        },
        "snapshot": {
            "watermark": view.snapshot.watermark,
            "content": view.snapshot.content,
        },
        "method": METHOD_VERSION,
    }


def _record(request: Request, asked: Asked, subject: str, rows: int) -> None:
    form = request.accepted_renderer.format
    record(
        verb="api.figures_read" if form == "json" else "api.figures_exported",
        code=EventCode.QUERY if form == "json" else EventCode.EXPORT,
        action=Action.READ,
        http_request=request._request,
        subject=f"{subject}:{asked.view.query.source}",
        detail={"format": form, "rows": rows, "by": asked.by or ""},
        at=asked.view.at,
    )
