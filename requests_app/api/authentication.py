"""Who calls the API: a program with an access key, or a person in a signed-in browser."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from requests_app.house.keys import holder_of, note_refused
from requests_app.models import AccessKey, User
from requests_app.throttle import Limit, neighbourhood

if TYPE_CHECKING:
    from rest_framework.views import APIView

GUESSES = Limit(name="key-guesses", times=60, within=timedelta(minutes=1))
UNKNOWN = (
    "This key does not open: it is mistyped, ended or expired, or its person's account is "
    "switched off. Make another under Keys for programs."
)
READS_ONLY = "This key only reads. Make one that may also change requests."


class ByAccessKey(BaseAuthentication):
    """`Authorization: Bearer discless_...` (RFC 6750 section 2.1)."""

    def authenticate(self, request: Request) -> tuple[User, AccessKey] | None:
        """Return the person and the key; None where the call brings none."""
        scheme, _, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        at = timezone.now()
        told = secret.strip().decode("latin-1")
        key = holder_of(told, at)
        if key is not None:
            return key.person, key
        if not GUESSES.take(at, neighbourhood(str(request.META.get("REMOTE_ADDR", "")))):
            raise Throttled(wait=60)
        note_refused(told, at)  # within the limit: an ended key must not fill the log
        raise AuthenticationFailed(UNKNOWN)

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """Return what a call without a key is asked for."""
        return "Bearer"


class WithinItsKey(BasePermission):
    """A key that only reads changes nothing."""

    message = READS_ONLY

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        """Refuse a change by a key that only reads."""
        key = request.auth
        reads_only = isinstance(key, AccessKey) and not key.may_write
        return not reads_only or request.method in SAFE_METHODS
