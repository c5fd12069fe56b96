"""What the API answers beside a plain request, declared for its description."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from requests_app.api.serializers import EventSerializer, RequestSerializer


class RequestWithEvents(RequestSerializer):
    """A request with its journal, the oldest event first."""

    events = EventSerializer(many=True, read_only=True)

    class Meta(RequestSerializer.Meta):
        fields = (*RequestSerializer.Meta.fields, "events")


class RequestWithLink(RequestSerializer):
    """A request with the address of the link that was made, shown this once."""

    link = serializers.URLField(read_only=True)

    class Meta(RequestSerializer.Meta):
        fields = (*RequestSerializer.Meta.fields, "link")


class RequestWithWarning(RequestSerializer):
    """A request with the reason why no hold began, where none did."""

    warning = serializers.CharField(required=False)

    class Meta(RequestSerializer.Meta):
        fields = (*RequestSerializer.Meta.fields, "warning")


class RefusalSerializer(serializers.Serializer[None]):
    """A code for programs, a sentence for people, and the field where one is meant."""

    code = serializers.CharField()
    sentence = serializers.CharField()
    field = serializers.CharField(required=False)


class ErrorSerializer(serializers.Serializer[None]):
    """The one shape of every refusal."""

    error = RefusalSerializer()


def answers(good: Any, *refusals: int) -> dict[int, Any]:
    """Return the answers of an address by their status: 200, and the refusals it may give.

    Every address asks who calls (401).
    """
    return {200: good, **dict.fromkeys((401, *refusals), ErrorSerializer)}
