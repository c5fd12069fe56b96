"""One shape for every error: a page with a sentence, or {"error": {code, sentence, field}}."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from requests_app.refusals import DisclessError

SENTENCES: dict[int, tuple[str, str]] = {
    400: ("bad_request", "The address or the form could not be understood. Go back and try again."),
    403: ("not_allowed", "You may not open this page. A supervisor can give you access."),
    404: ("not_found", "There is nothing here, or it is not yours to see."),
    405: ("method_not_allowed", "This address does not accept that kind of call."),
    409: ("conflict", "Someone changed this first. Look at it again."),
    413: ("too_large", "What you sent is larger than is accepted."),
    500: ("internal", "Something broke on our side. Nothing you entered was lost; try again."),
}


def answer_refusal(request: HttpRequest, error: DisclessError) -> HttpResponse:
    """Answer one refusal in the caller's form."""
    if request.path.startswith("/api/"):
        return JsonResponse(shape(error.code, error.sentence, error.field), status=error.status)
    return page(request, error.status, error.sentence)


def shape(code: str, sentence: str, field: str = "") -> dict[str, dict[str, str]]:
    """Return the one JSON error shape."""
    body = {"code": code, "sentence": sentence}
    return {"error": body | ({"field": field} if field else {})}


def page(request: HttpRequest, status: int, sentence: str = "") -> HttpResponse:
    """Render the error page of a status."""
    code, usual = SENTENCES.get(status, SENTENCES[400])
    if request.path.startswith("/api/"):
        return JsonResponse(shape(code, sentence or usual), status=status)
    context = {"status": status, "sentence": sentence or usual}
    return render(request, "error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Answer 400."""
    return page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Answer 403."""
    return page(request, 403)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Answer 404."""
    return page(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 500 without touching the database."""
    return page(request, 500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer a form whose token is missing or old."""
    return page(request, 403, "This form is too old or came from elsewhere. Reload the page.")


def api_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """Give the API's own errors the one shape; refusals are answered by the middleware."""
    if isinstance(error, DisclessError):
        return Response(shape(error.code, error.sentence, error.field), status=error.status)
    response = exception_handler(error, context)
    if response is None or not isinstance(error, APIException):
        return response
    if isinstance(error, ValidationError):
        field, sentence = _first_finding(error.detail)
        response.data = shape("invalid", sentence, field)
        return response
    code, usual = SENTENCES.get(response.status_code, ("refused", str(error.detail)))
    response.data = shape(code, str(error.detail) or usual)
    return response


def _first_finding(detail: Any) -> tuple[str, str]:
    if isinstance(detail, dict):
        field, findings = next(iter(detail.items()))
        return str(field), _first_finding(findings)[1]
    if isinstance(detail, list):
        return "", _first_finding(detail[0])[1]
    return "", str(detail)
