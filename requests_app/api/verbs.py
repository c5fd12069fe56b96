"""Steps by the API: each address calls one verb, and the verb's guards decide."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from requests_app.api.answers import RequestWithLink, RequestWithWarning, answers
from requests_app.api.serializers import (
    DenySerializer,
    ExtendSerializer,
    HandOverSerializer,
    LinkSerializer,
    NoteSerializer,
    ReasonSerializer,
    RequestSerializer,
    TransitionSerializer,
)
from requests_app.api.views import find, person_of
from requests_app.delivery import handover, letter
from requests_app.delivery.link import create_link
from requests_app.failure_codes import FailureCode
from requests_app.lifecycle import effort, holds
from requests_app.lifecycle.journal import Particulars
from requests_app.lifecycle.permissions import WORKERS
from requests_app.lifecycle.states import DECISIONS
from requests_app.lifecycle.transition import check_unmoved, lock, transition
from requests_app.lifecycle.waits import is_demanded_in_vain
from requests_app.models import ImagingRequest, User
from requests_app.refusals import NotAllowed
from requests_app.vocabulary import Channel, State

Said = dict[str, Any]
REFUSALS = (400, 403, 404, 409, 422)


class Step(generics.GenericAPIView[Any], ABC):
    """One step on one request: body in, verb called, the request as it then stands."""

    queryset = ImagingRequest.objects.none()
    roles = WORKERS

    @extend_schema(responses=answers(RequestSerializer, *REFUSALS))
    def post(self, request: Request, number: str) -> Response:  # noqa: D102
        # No docstring: the description of each address is that of its own class.
        found = find(request, number)
        by = person_of(request)
        if not by.has_role(*self.roles):
            raise NotAllowed("Your role does not allow this step. Ask a supervisor.")
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        said: Said = body.validated_data
        expected = said.get("expected")
        with transaction.atomic():
            check_unmoved(lock(found), State(expected) if expected else None)
            more = self.take(found, said, by, timezone.now())
        stands = RequestSerializer(ImagingRequest.objects.get(pk=found.pk)).data
        return Response({**stands, **(more or {})})

    @abstractmethod
    def take(self, request: ImagingRequest, said: Said, by: User, at: datetime) -> Said | None:
        """Call the verb; return what the answer says beside the request."""


def _held(request: ImagingRequest, said: Said, by: User, at: datetime) -> Said:
    reason = FailureCode(said["reason"])
    event = holds.hold(request, reason=reason, by=by, at=at, note=said["note"])
    return {"warning": holds.NO_FORM_NEEDED} if holds.is_exposure(event) else {}


@extend_schema_view(post=extend_schema(responses=answers(RequestWithWarning, *REFUSALS)))
class Move(Step):
    """Make a plain move."""

    serializer_class = TransitionSerializer

    def take(self, request: ImagingRequest, said: Said, by: User, at: datetime) -> Said | None:
        """Move the request; a demand for a form that none needs is recorded as by `hold`."""
        reason, to = said.get("reason"), State(said["to"])
        if to is State.CLARIFYING and is_demanded_in_vain(request, reason):
            return _held(request, said, by, at)
        what = Particulars(reason=FailureCode(reason) if reason else None, note=said["note"])
        transition(request, to=to, by=by, at=at, particulars=what)
        return None


@extend_schema_view(post=extend_schema(responses=answers(RequestWithLink, *REFUSALS)))
class SendLink(Step):
    """Send a ready request by link; the answer shows the link this once."""

    serializer_class = LinkSerializer

    def take(self, request: ImagingRequest, said: Said, by: User, at: datetime) -> Said:
        """Create the link."""
        issued = create_link(
            request,
            recipient_name=said["recipient_name"],
            recipient_email=said["recipient_email"],
            by=by,
            at=at,
            expires_at=at + timedelta(days=said["days"]),
        )
        path = reverse("portal:share", args=[issued.token])
        return {"link": self.request.build_absolute_uri(path)}


class HandOver(Step):
    """Record another way out."""

    serializer_class = HandOverSerializer

    def take(self, request: ImagingRequest, said: Said, by: User, at: datetime) -> None:
        """Record the hand-over."""
        handover.hand_over(
            request,
            channel=Channel(said["channel"]),
            recipient_name=said["recipient_name"],
            recipient_address=said["recipient_address"],
            by=by,
            at=at,
        )


class Arrived(Step):
    """Record that the latest delivery can be opened by the recipient."""

    serializer_class = NoteSerializer

    def take(self, request: ImagingRequest, said: Said, by: User, at: datetime) -> None:  # noqa: ARG002
        """Record the arrival."""
        handover.mark_available(handover.latest_delivery(request), by=by, at=at)


class Failed(Step):
    """Record that the latest delivery failed."""

    serializer_class = ReasonSerializer

    def take(self, request: ImagingRequest, said: Said, by: User, at: datetime) -> None:
        """Record the failure."""
        delivery, reason = handover.latest_delivery(request), FailureCode(said["reason"])
        handover.mark_failed(delivery, reason=reason, by=by, at=at, note=said["note"])


class Noted(Step):
    """Record that something failed; the request stays where it is."""

    serializer_class = ReasonSerializer

    def take(self, request: ImagingRequest, said: Said, by: User, at: datetime) -> None:
        """Record the failure."""
        reason = FailureCode(said["reason"])
        effort.note_failure(request, reason, by=by, at=at, note=said["note"])


class Mended(Step):
    """Record that a failure which was noted is over."""

    serializer_class = ReasonSerializer

    def take(self, request: ImagingRequest, said: Said, by: User, at: datetime) -> None:
        """Record the recovery."""
        reason = FailureCode(said["reason"])
        effort.recover(request, reason, by=by, at=at, note=said["note"])


@extend_schema_view(post=extend_schema(responses=answers(RequestWithWarning, *REFUSALS)))
class Hold(Step):
    """Begin a wait; only one for the requester pauses the contract clock."""

    serializer_class = ReasonSerializer

    def take(self, request: ImagingRequest, said: Said, by: User, at: datetime) -> Said:
        """Begin the hold; `warning` says where none began, for no authorization is needed."""
        return _held(request, said, by, at)


class Release(Step):
    """End the wait."""

    serializer_class = NoteSerializer

    def take(self, request: ImagingRequest, said: Said, by: User, at: datetime) -> None:
        """End the hold."""
        holds.release(request, by=by, at=at, note=said["note"])


class Extend(Step):
    """Take the one extension of the legal clock, by a letter."""

    serializer_class = ExtendSerializer

    def take(self, request: ImagingRequest, said: Said, by: User, at: datetime) -> None:
        """Extend."""
        letter.extend(request, basis=said["basis"], by=by, at=at)


class Deny(Step):
    """Deny a request by a letter with its three parts."""

    serializer_class = DenySerializer
    roles = DECISIONS[State.DENIED]

    def take(self, request: ImagingRequest, said: Said, by: User, at: datetime) -> None:
        """Deny."""
        words = letter.Denial(
            basis=said["basis"], review=said["review"], complaint=said["complaint"]
        )
        letter.deny(request, words, by=by, at=at, reason=FailureCode(said["reason"]))
