"""The public door: ask, track, and for account holders their own requests."""

import secrets
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from requests_app.intake.submit import submit
from requests_app.lifecycle.looks import listed, looked_at
from requests_app.models import ImagingRequest, User
from requests_app.portal.forms import AskForm
from requests_app.portal.progress import progress_of
from requests_app.refusals import KeyUsed
from requests_app.tokens import hash_of
from requests_app.vocabulary import Role

MOST = 200  # own requests on one page


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Send people to where their work is."""
    user = request.user
    if not user.is_authenticated:
        return redirect("account_login")
    if user.has_role(Role.HIM_DIRECTOR, Role.ANALYST):
        return redirect("dashboards:overview")
    if user.has_role(Role.AUDITOR):
        return redirect("audit:access_log")
    if user.has_role(Role.RELEASE_STAFF, Role.SUPERVISOR, Role.ADMINISTRATOR):
        return redirect("staff:queue")
    return redirect("portal:mine")


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Show the form; file what it says, once however often it is sent."""
    if request.method == "POST":
        form = AskForm(request.POST)
        if form.is_valid():
            user = request.user if request.user.is_authenticated else None
            at = timezone.now()
            try:
                filed = submit(form.as_submission(user), by=user, at=at, logged_at=at)
            except KeyUsed as error:
                form.begin_anew(error.sentence, key=secrets.token_urlsafe(24))
            else:
                return redirect("portal:tracking", token=filed.tracking_token)
    else:
        form = AskForm(initial={"submission_key": secrets.token_urlsafe(24)})
    status = 422 if form.is_bound else 200
    return render(request, "requests_app/ask.html", {"form": form}, status=status)


@require_GET
def tracking(request: HttpRequest, token: str) -> HttpResponse:
    """Show where a request stands, without names or exams."""
    found, at = ImagingRequest.objects.tracked_by(hash_of(token)), timezone.now()
    if found is None:
        raise Http404
    looked_at(request, found, at=at, verb="request.tracked", holder="tracking page")
    context = {"asked": found, "progress": progress_of(found, at)}
    response = render(request, "requests_app/tracking.html", context)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """List a requester's own requests."""
    own = ImagingRequest.objects.of_requester(cast("User", request.user))[:MOST]
    listed(request, "own", len(own), at=timezone.now())
    return render(request, "requests_app/mine.html", {"requests": own})
