"""One shape for every error: a page with a sentence, or {"error": {code, sentence, field}}."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from rest_framework.exceptions import APIException, NotAuthenticated, Throttled, ValidationError
from rest_framework.exceptions import PermissionDenied as Forbidden
from rest_framework.response import Response
from rest_framework.views import exception_handler

from audit.access import NotThere, record_refusal
from audit.reader import ROLES
from project.tries import TRIES, is_one_too_many
from requests_app.refusals import DisclessError, NotAllowed
from requests_app.vocabulary import Role
from requests_app.words import say_roles

SENTENCES: dict[int, tuple[str, str]] = {
    400: ("bad_request", "The address or the form could not be understood. Go back and try again."),
    401: ("not_signed_in", "Sign in, or send an access key: Authorization: Bearer and the key."),
    403: ("not_allowed", "You may not open this page. Ask a supervisor if you need it."),
    404: ("not_found", "There is nothing here, or it is not yours to see. Check the address."),
    405: ("method_not_allowed", "This address does not accept that kind of call."),
    409: ("conflict", "Someone changed this first. Look at it again."),
    413: ("too_large", "What you sent is larger than is accepted."),
    429: ("too_many", "Too many tries. Wait a few minutes, then try again."),
    500: ("internal", "Something broke on our side. Nothing you entered was lost; try again."),
}


FOR_AUDITORS = (
    f"The access log is for {say_roles({Role(role) for role in ROLES})}. "
    "That you tried to open it was recorded. "
    "Ask an administrator if you need it."
)
TITLES: dict[int, tuple[str, str]] = {
    403: ("lock", "Not open to you"),
    404: ("search-x", "Nothing here"),
    409: ("rotate-cw", "It changed meanwhile"),
    413: ("file-up", "Too large"),
    429: ("lock", "Too many tries"),
    500: ("circle-alert", "Something broke here"),
}
"""Icon and heading of the page of a status."""


def answer_refusal(request: HttpRequest, error: DisclessError) -> HttpResponse:
    """Answer one refusal in the caller's form."""
    if request.path.startswith("/api/"):
        return JsonResponse(shape(error.code, error.sentence, error.field), status=error.status)
    return page(request, error.status, error.sentence)


def shape(code: str, sentence: str, field: str = "") -> dict[str, dict[str, str]]:
    """Return the one JSON error shape."""
    body = {"code": code, "sentence": sentence}
    return {"error": body | ({"field": field} if field else {})}


def page(request: HttpRequest, status: int, sentence: str = "", title: str = "") -> HttpResponse:
    """Render the error page of a status, inside the frame for people who are signed in."""
    user = getattr(request, "user", None)
    base = "frame.html" if user is not None and user.is_authenticated else "public.html"
    return _render(request, status, sentence, title, base=base)


def framed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Put an error page of Django's handlers into the frame; leave every other answer alone."""
    words = getattr(response, "without_frame", None)
    if not words:
        return response
    again = page(request, *words)
    # Django logged it before; a new page without this mark would be logged once more.
    again._has_been_logged = getattr(response, "_has_been_logged", False)  # type: ignore[attr-defined]
    return again


def _unframed(request: HttpRequest, status: int, sentence: str = "") -> HttpResponse:
    # Django calls its handlers in any thread: a query there would open a connection that nobody
    # closes. The middleware puts the page into the frame.
    response = _render(request, status, sentence)
    response.without_frame = (status, sentence)  # type: ignore[attr-defined]
    return response


def _render(
    request: HttpRequest,
    status: int,
    sentence: str = "",
    title: str = "",
    *,
    base: str = "public.html",
) -> HttpResponse:
    code, usual = SENTENCES.get(status, SENTENCES[400])
    if request.path.startswith("/api/"):
        return JsonResponse(shape(code, sentence or usual), status=status)
    icon, usual_title = TITLES.get(status, ("circle-alert", "That did not work"))
    context = {
        "status": status,
        "sentence": sentence or usual,
        "icon_name": "circle-alert" if title else icon,
        "title": title or usual_title,
        "base": base,
    }
    return render(request, "error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Answer 400."""
    return _unframed(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403; refusals with a sentence of their own are answered by the middleware."""
    match = request.resolver_match
    is_log = match is not None and match.namespace == "audit"
    return _unframed(request, 403, str(exception or "") or (FOR_AUDITORS if is_log else ""))


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Answer 404."""
    return _unframed(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 500 without touching the database."""
    return _render(request, 500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer a form whose token is missing or old."""
    said = "Go back, load the page again and send it once more. Nothing was done."
    return page(request, 403, said, title="This form is too old")


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer 429, and say when to try again."""
    minutes = settings.SIGN_IN_WAIT_MINUTES
    return page(request, 429, f"Wait {minutes} minutes, then try again.")


def api_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """Give errors of the API the one shape, and record refusals as the middleware does for pages."""
    at, http_request = timezone.now(), context["request"]._request
    if isinstance(error, NotAllowed | PermissionDenied | Forbidden):
        record_refusal(http_request, at)
    if isinstance(error, NotThere) and is_one_too_many(http_request, at):
        error = Throttled(wait=TRIES.within.total_seconds())
    if isinstance(error, DisclessError):
        return Response(shape(error.code, error.sentence, error.field), status=error.status)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, ValidationError):
        field, sentence = _first_finding(error.detail)
        response.data = shape("invalid", sentence, field)
        return response
    # Django's own 403 and 404 say nothing of their own, and a call without a key what it lacks.
    is_bare = isinstance(error, NotAuthenticated) or not isinstance(error, APIException)
    said = "" if is_bare else str(getattr(error, "detail", ""))
    code, usual = SENTENCES.get(response.status_code, ("refused", said))
    response.data = shape(code, said or usual)
    return response


def _first_finding(detail: Any) -> tuple[str, str]:
    if isinstance(detail, dict):
        field, findings = next(iter(detail.items()))
        return str(field), _first_finding(findings)[1]
    if isinstance(detail, list):
        return "", _first_finding(detail[0])[1]
    return "", str(detail)
