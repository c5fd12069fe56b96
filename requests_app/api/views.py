"""The integrator's door: list, read, file and move requests."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audit.access import if_there
from requests_app.api.answers import RequestWithEvents, answers
from requests_app.api.serializers import (
    DeliverySerializer,
    EventSerializer,
    RequestSerializer,
    SubmissionSerializer,
)
from requests_app.intake.submit import Submission, submit
from requests_app.lifecycle.looks import listed, looked_at
from requests_app.models import ImagingRequest, User
from requests_app.models.imaging_request import ImagingRequestQuerySet
from requests_app.vocabulary import Intake


def person_of(request: Request) -> User:
    """Return the signed-in person."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def _in_scope(request: Request) -> ImagingRequestQuerySet:
    return ImagingRequest.objects.visible_to(person_of(request)).select_related("facility")


def find(request: Request, number: str) -> ImagingRequest:
    """Return a request in scope; others do not exist."""
    return if_there(_in_scope(request).filter(number=number).first())


def _rows(body: Any) -> int:
    return len(body["results"] if isinstance(body, dict) else body)


FILED = answers(RequestSerializer, 400, 403, 409) | {201: RequestSerializer}
"""201 for a new request, 200 for one that was filed before with the same key."""


class RequestList(generics.ListAPIView[ImagingRequest]):
    """List requests in scope, newest first; file a new one."""

    serializer_class = RequestSerializer

    def get_queryset(self) -> ImagingRequestQuerySet:
        """Return what this person may see."""
        return _in_scope(self.request)

    @extend_schema(responses=answers(RequestSerializer(many=True), 403))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List requests in scope, a page at a time."""
        return super().get(request, *args, **kwargs)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer a page of them, and record the look."""
        answer = super().list(request, *args, **kwargs)
        listed(request._request, "api", _rows(answer.data), at=timezone.now())
        return answer

    @extend_schema(request=SubmissionSerializer, responses=FILED)
    def post(self, request: Request) -> Response:
        """File a request; the header Idempotency-Key makes a second call harmless."""
        asked = SubmissionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        person, at = person_of(request), timezone.now()
        key = request.headers.get("Idempotency-Key", "")
        submission = Submission(
            **asked.validated_data,
            intake=Intake.API,
            requester=person,
            submission_key=_key_of(person, key) if key else None,
        )
        filed = submit(submission, by=person, at=at, logged_at=at)
        return Response(RequestSerializer(filed.request).data, status=200 if filed.already else 201)


def _key_of(person: User, key: str) -> str:
    """Return a key of one length whatever the caller chose; nobody meets another's."""
    return f"api-{sha256(f'{person.pk}:{key}'.encode()).hexdigest()[:60]}"


class RequestDetail(APIView):
    """One request with its events."""

    @extend_schema(responses=answers(RequestWithEvents, 403, 404))
    def get(self, request: Request, number: str) -> Response:
        """Return a request in scope."""
        found = find(request, number)
        looked_at(request._request, found, at=timezone.now())
        return Response(RequestWithEvents(found).data)


class RequestEvents(APIView):
    """The journal of a request."""

    @extend_schema(responses=answers(EventSerializer(many=True), 403, 404))
    def get(self, request: Request, number: str) -> Response:
        """Return the events in order."""
        found = find(request, number)
        looked_at(request._request, found, at=timezone.now())
        return Response(EventSerializer(found.events.order_by("seq"), many=True).data)


class RequestDeliveries(APIView):
    """The deliveries of a request."""

    @extend_schema(responses=answers(DeliverySerializer(many=True), 403, 404))
    def get(self, request: Request, number: str) -> Response:
        """Return the deliveries, the oldest first."""
        found = find(request, number)
        looked_at(request._request, found, at=timezone.now())
        return Response(DeliverySerializer(found.deliveries.all(), many=True).data)
