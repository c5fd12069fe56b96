"""Answers at addresses that open without a password: kept nowhere, passed on to nobody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def private(response: HttpResponse) -> HttpResponse:
    """Let nobody keep the answer, or learn the address from where it leads."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def refused(request: HttpRequest, *, status: int, title: str, sentence: str) -> HttpResponse:
    """Answer a patient or recipient with a sentence.

    Not raised: the address holds a secret, and the log would keep it.
    """
    context = {"status": status, "title": title, "sentence": sentence, "is_for_patients": True}
    response = private(render(request, "error.html", context, status=status))
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
