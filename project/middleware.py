"""Headers of every answer, and refusals turned into pages or JSON."""

import contextlib
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from audit.access import NotThere, record_refusal
from project.body_limit import TOO_LARGE
from project.errors import answer_refusal, framed, page
from project.live_stream import in_turns
from project.tries import SLOWER, is_one_too_many
from requests_app.refusals import DisclessError, NotAllowed

POLICY: dict[str, str] = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
"""The content security policy: nothing inline, nothing from elsewhere."""

Answer = Callable[[HttpRequest], HttpResponse]


class VisitorAddress:
    """Takes the visitor's address from the proxies that settings trust, and from nobody else.

    Without it the audit log would name the proxy, and one guesser would lock everybody out.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        trusted = settings.TRUSTED_PROXIES
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if 0 < trusted <= len(hops):
            with contextlib.suppress(ValueError):
                request.META["REMOTE_ADDR"] = str(ip_address(hops[-trusted].strip()))
        return self.get_response(request)


class SecurityHeaders:
    """Adds the policy; a view may widen one word by `response.csp = {"script-src": "..."}`."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Content-Security-Policy" not in response:
            policy = POLICY | getattr(response, "csp", {})
            response["Content-Security-Policy"] = "; ".join(
                f"{name} {value}" for name, value in policy.items()
            )
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if hasattr(request, "user"):  # not a static file: names may stand on any page
            response.setdefault("Cache-Control", "private, no-store")
        return response


class LiveStreams:
    """Sends streams as they come: Django would gather one that is not asynchronous in memory."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = self.get_response(request)
        if (
            isinstance(request, ASGIRequest)
            and isinstance(response, StreamingHttpResponse)
            and not response.is_async
        ):
            pieces = cast("Iterator[bytes]", response.streaming_content)
            response.streaming_content = in_turns(pieces)
        return response


class Refusals:
    """Turns a refusal raised by a verb into a sentence with the right status, in the frame."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if TOO_LARGE in getattr(request, "scope", {}):
            return page(request, 413)
        return framed(request, self.get_response(request))

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer refusals, and record those of persons; let bugs crash."""
        if isinstance(error, NotAllowed | PermissionDenied):
            record_refusal(request, timezone.now())
        if isinstance(error, NotThere) and is_one_too_many(request, timezone.now()):
            return page(request, 429, SLOWER)
        if isinstance(error, DisclessError):
            return answer_refusal(request, error)
        return None
