"""What turnaround would be without failures, for programs: each code alone, some at once."""

from __future__ import annotations

from dataclasses import asdict

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.asked import NotUnderstood, asked_of, check_cut
from analytics.api.facts import Door, JSONAlone, check_json, facts_of, record_read
from analytics.api.schema import SELECTS, SelectedSerializer
from analytics.metrics.without import CAVEAT, MEASURE, Without, strange, told, why_untold
from requests_app.api.answers import answers

WORD = "without"


class WithoutSerializer(SelectedSerializer):
    """The measure that was asked again, and what it would be."""

    measure = serializers.CharField()
    why = serializers.CharField(allow_null=True)
    together = serializers.DictField(allow_null=True)
    each = serializers.ListField(child=serializers.DictField())
    mind = serializers.CharField()


class WithoutCodes(Door):
    """Turnaround without the time that failures cost."""

    content_negotiation_class = JSONAlone

    @extend_schema(
        parameters=[
            *SELECTS,
            OpenApiParameter(
                WORD, str, many=True, description="a failure code; several are taken away at once"
            ),
        ],
        responses=answers(WithoutSerializer, 403, 404, 422),
    )
    def get(self, request: Request) -> Response:
        """Return the 90th percentile without each code, and without the named ones together."""
        asked = asked_of(request, timezone.now(), also=frozenset({WORD}))
        check_json(request)
        check_cut(asked)
        mirror = asked.view.snapshot.mirror
        named = tuple(dict.fromkeys(request.query_params.getlist(WORD)))
        found = told(mirror, asked.view.selection)
        if (word := strange(named, found)) is not None:
            raise NotUnderstood(f"{word[:60]!r} is no failure code here.", WORD)
        why, each, together = why_untold(mirror.log.missing), tuple[Without, ...](), None
        if found is not None:
            why = found.why_none
            if len(found.took) and not found.too_few:
                each = found.each()
                together = asdict(found.without(named)) if named else None
        record_read(request, asked, "without_codes", len(each))
        body = {"measure": MEASURE, "why": why or None, "together": together, "mind": CAVEAT}
        return Response(facts_of(asked) | body | {"each": [asdict(one) for one in each]})
