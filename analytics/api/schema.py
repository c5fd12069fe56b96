"""How the answers are described for integrators."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from analytics.metrics.slices import GROUPINGS, SLICES
from analytics.readers.query import COMPARISONS
from requests_app.vocabulary import RequesterType

Fields = serializers.Serializer[None]


class DefinitionSerializer(Fields):
    """A measure as declared."""

    key = serializers.CharField()
    question = serializers.CharField()
    why_it_matters = serializers.CharField()
    unit = serializers.CharField()
    kind = serializers.CharField()
    numerator = serializers.CharField()
    denominator = serializers.CharField()
    excluded = serializers.ListField(child=serializers.CharField())
    better = serializers.CharField()
    target = serializers.FloatField(allow_null=True)
    caveat = serializers.CharField()
    theme = serializers.CharField()
    rfi = serializers.ListField(child=serializers.CharField())
    owner = serializers.CharField()

    def get_fields(self) -> Any:
        """Add what would hide the serializer's own `label`."""
        return {"label": serializers.CharField(), **super().get_fields()}


class SnapshotSerializer(Fields):
    """What the figures were computed from: the same content gives the same figures."""

    watermark = serializers.CharField()
    content = serializers.CharField()


class SelectedSerializer(Fields):
    """What an answer holds for."""

    as_of = serializers.DateTimeField()
    period = serializers.DictField()
    filters = serializers.DictField()
    snapshot = SnapshotSerializer()
    method = serializers.CharField()

    def get_fields(self) -> Any:
        """Add what would hide the serializer's own `source`."""
        return {"source": serializers.CharField(), **super().get_fields()}


class MetricsSerializer(SelectedSerializer):
    """Figures of a selection."""

    by = serializers.CharField(allow_null=True)
    metrics = serializers.ListField(child=serializers.DictField())
    changes = serializers.DictField(required=False)


class CasesSerializer(SelectedSerializer):
    """Requests of a selection."""

    limit = serializers.IntegerField()
    offset = serializers.IntegerField()
    cases = serializers.ListField(child=serializers.DictField())


class GraphSerializer(SelectedSerializer):
    """The directly-follows graph of a selection."""

    requests = serializers.IntegerField()
    calendar = serializers.CharField()
    nodes = serializers.ListField(child=serializers.DictField())
    edges = serializers.ListField(child=serializers.DictField())


def _many(name: str, words: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, many=True, description=words)


SELECTS = [
    OpenApiParameter("source", str, description="live, or the name of an imported log"),
    OpenApiParameter("from", str, description="first day of receipt, such as 2026-01-31"),
    OpenApiParameter("to", str, description="last day of receipt"),
    _many("facility", "a facility's slug"),
    OpenApiParameter(
        "asked", str, enum=[kind.value for kind in RequesterType], description="who asked"
    ),
    _many("slice", f"NAME=WORD, with one of the names {', '.join(SLICES)}"),
]
MEASURES = [
    *SELECTS,
    _many("key", "a measure; all where none is named"),
    OpenApiParameter("by", str, enum=list(GROUPINGS), description="groups"),
    OpenApiParameter(
        "compare", str, enum=list(COMPARISONS), description="before: with as many days just before"
    ),
]
PAGES = [
    *SELECTS,
    OpenApiParameter("limit", int, description="rows of one answer"),
    OpenApiParameter("offset", int, description="rows to pass over"),
]
