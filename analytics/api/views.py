"""Figures, definitions and rows for programs; scoped and recorded as the pages are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

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
from analytics.api.facts import Door, InFourForms, JSONAlone, facts_of, record_read
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
from analytics.process.basis import basis_of
from analytics.process.graph import graph
from analytics.readers.view import demand_reader
from requests_app.api.answers import answers

MOST_ROWS = 100_000
PAGE = 1_000


class Figures(Door):
    """A door whose answers have four forms, and whose refusals are JSON in any of them."""

    renderer_classes = RENDERERS
    content_negotiation_class = InFourForms

    def handle_exception(self, exc: Exception) -> Response:
        """Answer a refusal in the one shape of errors."""
        self.request.accepted_renderer = JSONRenderer()
        self.request.accepted_media_type = JSONRenderer.media_type
        return super().handle_exception(exc)


class Definitions(Door):
    """What each measure is."""

    content_negotiation_class = JSONAlone

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
        """Compute measures; a table has a row for each measure and one for each of its groups."""
        asked = asked_of(request, timezone.now(), also=OF_MEASURES)
        found = compute(asked.view.snapshot.mirror, asked.view.selection, asked.keys, by=asked.by)
        record_read(request, asked, "figures", len(found))
        facts = facts_of(asked) | {"by": asked.by}
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
        record_read(request, asked, "graph", len(found.edges))
        facts = facts_of(asked) | {"requests": basis.requests, "calendar": basis.calendar}
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
        record_read(request, asked, "cases", table.num_rows)
        facts = facts_of(asked) | {"limit": limit, "offset": offset}
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
