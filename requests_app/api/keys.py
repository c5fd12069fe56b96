"""One's own access keys: make one, see it once, end it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from audit.access import if_there, record
from audit.proof.entry import Action, EventCode
from requests_app.house.keys import LIVES, end_key, issue_key, live_keys, may_hold
from requests_app.refusals import DisclessError, NotAllowed
from requests_app.shown_once import show_once, taken_to_show

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from requests_app.models import User


class KeyForm(forms.Form):
    """What a key is for."""

    name = forms.CharField(
        label="What the key is for",
        max_length=80,
        help_text="For example: monthly figures. No patient's name.",
        error_messages={"required": "Say what the key is for, so that you know it again."},
    )
    days = forms.TypedChoiceField(
        label="It may be used for",
        coerce=int,
        choices=[(days, f"{days} days") for days in LIVES],
        initial=LIVES[1],
    )
    may_write = forms.BooleanField(label="It may change requests, not only read", required=False)


@login_required
@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """List the keys that open; make another, whose secret the next page shows once."""
    person, at = cast("User", request.user), timezone.now()
    if not may_hold(person):
        raise NotAllowed("Keys are for the programs of people who work here.")
    form = KeyForm(request.POST or None)
    if request.method == "POST" and (made := _issued(person, form)):
        return show_once(request, "key", made, "keys:list", at=at)
    _looked(request)
    if request.method == "POST":
        return _answer(request, form, status=422, at=at)
    with taken_to_show(request, "key", at=at) as secret:
        return _answer(request, form, secret=secret, at=at)


@login_required
@require_POST
def end(request: HttpRequest, key_id: int) -> HttpResponse:
    """End one key."""
    key = if_there(end_key(cast("User", request.user), key_id, at=timezone.now()))
    messages.success(request, f"The key “{key.name}” opens nothing any more.")
    return redirect("keys:list")


def _answer(
    request: HttpRequest, form: KeyForm, *, at: datetime, secret: str = "", status: int = 200
) -> HttpResponse:
    keys_now = live_keys(cast("User", request.user), at)
    context: dict[str, Any] = {"form": form, "secret": secret, "keys": keys_now}
    answer = render(request, "requests_app/keys.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _issued(person: User, form: KeyForm) -> str:
    """Return the secret of a new key; nothing where the form says why not."""
    if not form.is_valid():
        return ""
    said = form.cleaned_data
    try:
        _, secret = issue_key(
            person, said["name"], days=said["days"], may_write=said["may_write"], at=timezone.now()
        )
    except DisclessError as error:
        form.add_error(error.field or None, error.sentence)
        return ""
    return secret


def _looked(request: HttpRequest) -> None:
    record(
        verb="keys.viewed",
        code=EventCode.QUERY,
        action=Action.READ,
        http_request=request,
        subject="keys",
        at=timezone.now(),
    )
