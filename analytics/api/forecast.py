"""The forecast for programs: chances of open requests, the trial, and what it says of them."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.asked import asked_of, check_cut
from analytics.api.facts import Door, JSONAlone, check_json, facts_of, record_read
from analytics.api.schema import SELECTS, SelectedSerializer
from analytics.forecast.told import as_object
from analytics.readers.foreseen import foreseen
from requests_app.api.answers import answers

WHENEVER = (
    "The chances are those of all that is open, whenever it came; the trial has its own days."
)


class ForecastSerializer(SelectedSerializer):
    """Chances, or why there are none; the trial in either case."""

    zone = serializers.CharField()
    given = serializers.BooleanField()
    why = serializers.CharField(allow_null=True)
    missing = serializers.ListField(child=serializers.CharField())
    model = serializers.DictField()
    n = serializers.IntegerField()
    requests = serializers.IntegerField()
    brier = serializers.FloatField(allow_null=True)
    baseline = serializers.ListField(child=serializers.DictField())
    calibration = serializers.DictField()
    reliability = serializers.ListField(child=serializers.DictField())
    trial = serializers.DictField()
    open = serializers.ListField(child=serializers.DictField())
    left_out = serializers.DictField()


class Forecasts(Door):
    """The chance that each open request misses its contract date."""

    content_negotiation_class = JSONAlone

    @extend_schema(parameters=SELECTS, responses=answers(ForecastSerializer, 403, 404, 422))
    def get(self, request: Request) -> Response:
        """Return the chances, or the refusal; `calibration` says how right they were as a whole."""
        asked = asked_of(request, timezone.now())
        check_json(request)
        check_cut(asked)
        view = asked.view
        found = foreseen(view.query.source, view.snapshot, view.selection, whole=view.whole)
        body = as_object(view.query.source, found, view.selection.zone)
        record_read(request, replace(asked, view=view.of_any_day), "forecast", len(body["open"]))
        period = {"from": None, "to": None, "zone": view.selection.zone, "why": WHENEVER}
        return Response(facts_of(asked) | {"period": period} | body)
