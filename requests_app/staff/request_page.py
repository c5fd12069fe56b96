"""The page of one request: due dates day by day, images, deliveries, history, and the next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Sum
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from audit.access import record_refusal
from requests_app.delivery.link import resolve
from requests_app.failure_codes import FAILURES
from requests_app.imaging.context import check_studies, is_late_without_images
from requests_app.imaging.receive import TAKES_IMAGES
from requests_app.intake.authorization import is_needed
from requests_app.intake.completeness import is_complete, missing
from requests_app.lifecycle.looks import looked_at
from requests_app.lifecycle.permissions import WORKERS
from requests_app.lifecycle.transition import check_unmoved, lock
from requests_app.models import ImagingRequest
from requests_app.notices.files import folder_of_mail
from requests_app.notices.outbox import CALLED, newest
from requests_app.refusals import DisclessError, NotAllowed
from requests_app.shown_once import show_once, taken_to_show
from requests_app.sla.explain import CountedDay, DueDate, days_left, say_left
from requests_app.sla.stop import Stop, stop_of
from requests_app.staff.doors import find, person, seers
from requests_app.staff.history import history
from requests_app.staff.panels import HEARD
from requests_app.staff.step import Step, needed_first
from requests_app.staff.steps import STEPS, check_step, steps_for
from requests_app.staff.worklist import Clocks, clocks_of, words_for
from requests_app.vocabulary import EventKind, NoticeState, State
from requests_app.words import plain

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from requests_app.models import User
    from requests_app.staff.forms import StepForm

SHOWN_DAYS = 49


@dataclass(frozen=True, kw_only=True)
class Clock:
    """One clock in words."""

    due: DueDate
    started: datetime | None
    tone: str
    words: str


@dataclass(frozen=True, kw_only=True)
class DayCell:
    """One square of the calendar; `day` is None before the first."""

    css: str
    why: str = ""
    day: date | None = None


@seers
@never_cache
@require_GET
def request_page(http_request: HttpRequest, number: str) -> HttpResponse:
    """Show a request; right after it was sent by link, the link too, once."""
    request = find(http_request, number)
    with taken_to_show(http_request, f"link:{number}", at=timezone.now()) as token:
        return _answer(http_request, request, token=token)


@seers
@never_cache
@require_POST
def take_step(http_request: HttpRequest, number: str, key: str) -> HttpResponse:
    """Take one step; a refusal is answered with its sentence and the page as it now is."""
    request = find(http_request, number)
    step = STEPS.get(key)
    if step is None:
        raise Http404
    form = step.form(http_request.POST, request=request)
    if not form.is_valid():
        return _answer(http_request, request, status=422, tried=(step, form))
    try:
        said = _take(request, step, form, person(http_request))
    except DisclessError as refusal:
        if isinstance(refusal, NotAllowed):
            record_refusal(http_request, timezone.now())
        messages.error(http_request, refusal.sentence)
        current = find(http_request, number)
        if refusal.field in form.fields:
            form.add_error(refusal.field, refusal.sentence)
            return _answer(http_request, current, status=refusal.status, tried=(step, form))
        return _answer(http_request, current, status=refusal.status)
    if key == "link":
        purpose, at = f"link:{number}", timezone.now()
        return show_once(http_request, purpose, said, "staff:request", number, at=at)
    messages.success(http_request, said)
    return redirect("staff:request", number)


def _take(request: ImagingRequest, step: Step, form: StepForm, by: User) -> str:
    with transaction.atomic():
        locked = lock(request)
        check_unmoved(locked, State(form.cleaned_data["expected"]))
        check_step(step, locked, by)
        return step.verb(request, form, by, timezone.now())


def _answer(
    http_request: HttpRequest,
    request: ImagingRequest,
    *,
    status: int = 200,
    tried: tuple[Step, StepForm] | None = None,
    token: str = "",
) -> HttpResponse:
    at, user = timezone.now(), person(http_request)
    looked_at(http_request, request, at=at)
    works = user.has_role(*WORKERS)
    clocks, is_done = clocks_of(request, at), is_complete(request)
    tone, words = words_for(clocks.standing, clocks.timeline, at)
    context = {
        "request_": request,
        "zone": request.facility.zone,
        "at": at,
        "works": works,
        "tone": tone if request.is_open else "done",
        "words": words if request.is_open else request.get_state_display(),
        "clocks": [_clock(due, clocks, at) for due in clocks.dues],
        "first": clocks.standing.due,
        "decides": clocks.standing.days_left is not None,
        "cells": cells(clocks.standing.due.days) if clocks.standing.due else [],
        "state_words": _state_words(request, is_done=is_done),
        "is_complete": is_done,
        "missing": missing(request, request.facility.local_day(at)) if request.is_open else (),
        "needs_authorization": is_needed(request),
        **_steps(request, user, at, tried),
        "tried": tried[0].key if tried else "",
        "takes_images": works and State(request.state) in TAKES_IMAGES,
        "upload_limit": settings.UPLOAD_LIMIT,
        **_new_link(http_request, token, at),
        **_facts(request, clocks, at),
    }
    return render(http_request, "requests_app/staff/request.html", context, status=status)


def _new_link(http_request: HttpRequest, token: str, at: datetime) -> dict[str, Any]:
    """Return the address of a link that was just made, and to whom a mail with it goes."""
    link = resolve(token, at) if token else None
    if link is None:
        return {}
    mail = link.delivery.notices.first()
    return {
        "address": http_request.build_absolute_uri(reverse("portal:share", args=[token])),
        "mailed_to": mail.address if mail else "",
        "mail_folder": folder_of_mail(),
        "given": link.delivery.recipient_address,
    }


def _steps(
    request: ImagingRequest, user: User, at: datetime, tried: tuple[Step, StepForm] | None
) -> dict[str, Any]:
    """Return the steps with their forms, the one that is due first at the head, and what may be heard."""
    first = needed_first(request, request.facility.local_day(at))
    steps = [
        (step, tried[1] if tried and tried[0] is step else step.form(request=request))
        for step in sorted(
            steps_for(request, user), key=lambda step: (step.key != first, not step.is_main)
        )
    ]
    main = next((pair for pair in steps if pair[0].key == first or pair[0].is_main), None)
    heard = None
    if user.has_role(*WORKERS) and HEARD.fits(request):
        heard = tried if tried and tried[0] is HEARD else (HEARD, HEARD.form(request=request))
    return {"steps": steps, "main": main, "heard": heard}


def _state_words(request: ImagingRequest, *, is_done: bool) -> str:
    """Say where a request stands; a received one that is complete waits for something else."""
    if request.state == State.RECEIVED and is_done:
        return "Complete, to be approved"
    return plain(request.state)


def _facts(request: ImagingRequest, clocks: Clocks, at: datetime) -> dict[str, Any]:
    # Grouping drops the model's own order: without this the lines change places between looks.
    studies = request.studies.annotate(
        images=Count("series__instances"), bytes=Sum("series__instances__size")
    ).order_by("study_date", "pk")
    holds = [
        (hold, FAILURES[hold.reason].label if hold.reason else "Hold", _seconds(hold, at))
        for hold in reversed(clocks.timeline.holds)
    ]
    mails = newest(request)
    link_mails = {mail.delivery_id: mail for mail in mails if mail.delivery_id}
    deliveries = request.deliveries.select_related("link").order_by("-created_at")
    return {
        "unsent": [(CALLED[one.kind], one) for one in mails if one.state == NoticeState.FAILED],
        "studies": check_studies(request, list(studies)),
        "late": None if studies else is_late_without_images(request, at),
        "receipts": request.receipts.order_by("-received_at"),
        "deliveries": [(one, link_mails.get(one.pk)) for one in deliveries],
        "holds": holds,
        "history": history(request),
        "touches": request.events.filter(kind=EventKind.MANUAL_TOUCH).count(),
        "letters": request.letters.all(),
        "paper": getattr(request, "authority_document", None),
        "fee": (request.fee_cents or 0) / 100,
    }


def _seconds(hold: Any, at: datetime) -> float:
    return float(((hold.ended or at) - hold.started).total_seconds())


def _clock(due: DueDate, clocks: Clocks, at: datetime) -> Clock:
    timeline, rule = clocks.timeline, due.rule
    started = timeline.complete if rule.starts == "complete" else timeline.received
    stop = stop_of(rule, timeline)
    tone, words = _stopped(due, stop) if stop is not None else _running(due, clocks, at)
    return Clock(due=due, started=started, tone=tone, words=words)


def _stopped(due: DueDate, stop: Stop) -> tuple[str, str]:
    """Say met or missed only of a clock that was kept or broken; else what ended it."""
    if stop.ended_by is not None:
        return "done", f"{stop.ended_by.replace('_', ' ').capitalize()}: not counted"
    is_met = stop.at < due.due_at
    if stop.by_denial:
        return ("ok", "Met: denied in time") if is_met else ("late", "Missed: denied too late")
    return ("ok", "Met") if is_met else ("late", "Missed")


def _running(due: DueDate, clocks: Clocks, at: datetime) -> tuple[str, str]:
    left = days_left(due, at=at, calendar=clocks.calendar)
    if at >= due.due_at:
        return "late", say_left(left, due.rule.unit, is_late=True)
    if due.is_held:
        return "held", "Paused"
    return ("risk" if left <= 2 else "ok"), say_left(left, due.rule.unit, is_late=False)


def cells(days: tuple[CountedDay, ...]) -> list[DayCell]:
    """Return whole weeks of squares, Monday first; a long count shows its last weeks."""
    shown = days[-SHOWN_DAYS:]
    first = shown[0].date
    pads = [DayCell(css="pad")] * first.weekday()
    last = shown[-1]
    squares = [
        DayCell(day=one.date, why=one.why, css="due" if one is last else _css(one)) for one in shown
    ]
    return pads + squares


def _css(one: CountedDay) -> str:
    if one.counted:
        return "counted"
    return "hold" if one.why.startswith("held") else "skipped"
