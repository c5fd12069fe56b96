"""The public door: ask, track, and for account holders their own requests."""

import secrets
from datetime import datetime, timedelta
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.access import if_there
from requests_app.imaging.context import lacks_report
from requests_app.intake.submission_key import begin_anew
from requests_app.intake.submit import submit
from requests_app.lifecycle.looks import listed, looked_at
from requests_app.lifecycle.states import TRANSITIONS
from requests_app.lifecycle.transition import transition
from requests_app.models import ImagingRequest, Policy, User
from requests_app.portal.forms import AskForm
from requests_app.portal.progress import progress_of
from requests_app.portal.secret_addresses import private, refused
from requests_app.refusals import DisclessError, KeyUsed
from requests_app.throttle import Limit, neighbourhood
from requests_app.tokens import hash_of, tracking_token
from requests_app.vocabulary import DeliveryState, Role, State

MOST = 200  # own requests on one page
TO_MAIL = Limit(name="ask-mail", times=5, within=timedelta(hours=1))
FROM_ADDRESS = Limit(name="ask-address", times=20, within=timedelta(hours=1))
TOO_MANY = (
    "Many requests were just sent with this email or from this network. "
    "What you wrote is still here: send it again in {minutes} min."
)
UNKNOWN_ADDRESS = {
    "title": "We do not know this address",
    "sentence": (
        "Was the whole address copied from our mail? If it still does not open, ask the "
        "medical records office of the hospital where your request stands."
    ),
}

MAY_BE_WITHDRAWN = frozenset(
    origin for origin, targets in TRANSITIONS.items() if State.WITHDRAWN in targets
)


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
            if wait := _minutes_to_wait(request, form, at):
                form.add_error(None, TOO_MANY.format(minutes=wait))
                context = {"form": form, "house": form.house}
                slowed = render(request, "requests_app/ask.html", context, status=429)
                slowed["Retry-After"] = str(60 * wait)
                return slowed
            try:
                filed = submit(form.as_submission(user), by=user, at=at, logged_at=at)
            except KeyUsed as error:
                begin_anew(form, error.sentence, key=secrets.token_urlsafe(24))
            else:
                return redirect("portal:tracking", token=filed.tracking_token)
    else:
        form = AskForm(initial={"submission_key": secrets.token_urlsafe(24), **_known(request)})
    status = 422 if form.is_bound else 200
    context = {"form": form, "house": form.house}
    return render(request, "requests_app/ask.html", context, status=status)


def _known(request: HttpRequest) -> dict[str, str]:
    """Return what an account says of who asks; staff ask for others, and write who it is."""
    user = request.user
    if not user.is_authenticated or not user.has_role(Role.REQUESTER):
        return {}
    return {"requester_name": user.get_full_name(), "requester_email": user.email}


def _minutes_to_wait(request: HttpRequest, form: AskForm, at: datetime) -> int:
    """Return the minutes until another request may be filed; a second click files none."""
    if ImagingRequest.objects.filter(submission_key=form.key).exists():
        return 0
    caller = neighbourhood(request.META.get("REMOTE_ADDR", "") or "")
    asked = [(FROM_ADDRESS, caller), (TO_MAIL, form.cleaned_data["requester_email"].lower())]
    for limit, key in asked:  # in this order: who is slowed must not use up somebody's mailbox
        if not limit.take(at, key):
            return limit.minutes_left(at)
    return 0


@require_GET
def tracking(request: HttpRequest, token: str) -> HttpResponse:
    """Show where a request stands, without names or exams."""
    found, at = ImagingRequest.objects.tracked_by(hash_of(token)), timezone.now()
    if found is None:
        return refused(request, status=404, **UNKNOWN_ADDRESS)
    looked_at(request, found, at=at, verb="request.tracked", holder="tracking page")
    arrived = found.deliveries.filter(state=DeliveryState.AVAILABLE)
    context = {
        "asked": found,
        "progress": progress_of(found, at),
        "lacks_report": lacks_report(found, arrived),
    }
    return private(render(request, "requests_app/tracking.html", context))


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """List a requester's own requests, those first that wait for their answer."""
    at, policies = timezone.now(), list(Policy.objects.all())
    asked = ImagingRequest.objects.of_requester(cast("User", request.user))
    own = asked.prefetch_related("events", "deliveries__link", "facility__holidays")[:MOST]
    listed(request, "own", len(own), at=at)
    rows = [(one, progress_of(one, at, policies), tracking_token(one.number)) for one in own]
    rows.sort(key=lambda row: not row[1].needs_answer)
    waiting = sum(1 for _, progress, _ in rows if progress.needs_answer)
    context = {"rows": rows, "waiting": waiting, "may_end": MAY_BE_WITHDRAWN}
    return render(request, "requests_app/mine.html", context)


@login_required
@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Withdraw a request of one's own; what has arrived meanwhile stays, and that is said."""
    user = cast("User", request.user)
    own = if_there(ImagingRequest.objects.of_requester(user).filter(number=number).first())
    try:
        transition(own, to=State.WITHDRAWN, by=user, at=timezone.now())
    except DisclessError as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"{number} is withdrawn. We stop working on it.")
    return redirect("portal:mine")
