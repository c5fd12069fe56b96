"""What discs cost, for programs: the same assumptions and figures as the page."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.asked import NotUnderstood, asked_of, check_cut
from analytics.api.facts import Door, JSONAlone, check_json, facts_of, record_read
from analytics.api.schema import SELECTS, SelectedSerializer
from analytics.costs.answer import as_object, costs
from analytics.costs.asked import SWINGS_BY, WORDS
from analytics.costs.asked import asked_of as assumed_of
from analytics.costs.assumptions import DECLARED
from analytics.costs.moved import MOVE
from analytics.costs.volume import volume_of
from analytics.readers.assumed import own_of
from requests_app.api.answers import answers


class CostSerializer(SelectedSerializer):
    """What discs cost, on the assumptions that the answer repeats."""

    discs = serializers.IntegerField(allow_null=True)
    unknown_channel = serializers.IntegerField(allow_null=True)
    deliveries = serializers.IntegerField(allow_null=True)
    by_channel = serializers.DictField()
    not_discs = serializers.DictField()
    why = serializers.CharField(allow_null=True)
    assumptions = serializers.DictField()
    assumed = serializers.ListField(child=serializers.DictField())
    cost_per_disc = serializers.DictField()
    cost_per_link = serializers.FloatField()
    what_if = serializers.DictField(allow_null=True)
    swing = serializers.FloatField()
    sensitivity = serializers.ListField(child=serializers.DictField())
    failures_in_log = serializers.DictField()
    reported_elsewhere = serializers.ListField(child=serializers.DictField())
    mind = serializers.CharField()


ASSUMES = [
    *SELECTS,
    OpenApiParameter(MOVE, str, description="percent of discs to move to links, usually 50"),
    OpenApiParameter(
        SWINGS_BY, str, description="percent by which each goes down and up, usually 50"
    ),
    *(
        OpenApiParameter(name, str, description=f"{one.label}, {one.of.value}")
        for name, one in DECLARED.items()
    ),
]


class Cost(Door):
    """The cost of a disc and of moving some to links."""

    content_negotiation_class = JSONAlone

    @extend_schema(parameters=ASSUMES, responses=answers(CostSerializer, 403, 404, 422))
    def get(self, request: Request) -> Response:
        """Count the discs of a selection and compute on the assumptions of the address."""
        asked = asked_of(request, timezone.now(), also=frozenset(WORDS))
        check_json(request)
        check_cut(asked)
        given = {name: str(request.query_params.get(name, "")) for name in WORDS}
        assumed = assumed_of(given)
        for name, sentence in assumed.problems.items():
            raise NotUnderstood(f"{name}: {sentence}", *assumed.problems)
        volume = volume_of(asked.view.snapshot.mirror, asked.view.selection)
        record_read(request, asked, "cost", own=own_of(assumed))
        return Response(facts_of(asked) | as_object(costs(volume, assumed)))
