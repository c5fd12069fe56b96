"""The staff's door: queue, request page, new request, images in, everything that can be done."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.access import pseudonym, record
from audit.proof.entry import Action, EventCode
from requests_app.imaging.receive import NamedFile, receive_files
from requests_app.intake.submit import submit
from requests_app.models import ImagingRequest
from requests_app.refusals import DisclessError
from requests_app.staff.actions import VERBS
from requests_app.staff.asking import WORKERS, asked_for, reader, signed_in
from requests_app.staff.forms import NewRequestForm
from requests_app.staff.page import page_of
from requests_app.staff.queue import PAGE, TABS, lines, wanted_of


@login_required
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """List open requests, most urgent first."""
    person, at = reader(request), timezone.now()
    wanted = wanted_of(request.GET.dict())
    found = lines(person, wanted, at=at)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    record(
        verb="queue.viewed",
        code=EventCode.QUERY,
        action=Action.READ,
        http_request=request,
        subject="queue",
        detail={"shown": len(page.object_list), "found": len(found)},
        at=at,
    )
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "total": len(found),
        "wanted": wanted,
        "tabs": {key: words for key, (words, _) in TABS.items()},
        "facilities": person.visible_facilities(),
        "query": query.urlencode(),
        "at": at,
        "may_work": person.has_role(*WORKERS),
    }
    return render(request, "requests_app/queue.html", context)


@login_required
@require_GET
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show one request."""
    asked = asked_for(request, number)
    _look(request, asked, "request.viewed")
    return render(request, "requests_app/request.html", page_of(asked, signed_in(request)))


@login_required
@require_POST
def act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Do one thing with a request; a refusal comes back as a sentence on the page."""
    asked = asked_for(request, number)
    person = signed_in(request)
    run = VERBS.get(verb)
    if run is None:
        return redirect("staff:request", number=number)
    try:
        answer = run(asked, request.POST, by=person, at=timezone.now())
    except DisclessError as error:
        messages.error(request, error.sentence)
        fresh = ImagingRequest.objects.select_related("facility", "patient").get(pk=asked.pk)
        context = page_of(fresh, person)
        return render(request, "requests_app/request.html", context, status=error.status)
    if answer:
        messages.success(request, answer)
    return redirect("staff:request", number=number)


@login_required
@require_POST
def attach(request: HttpRequest, number: str) -> HttpResponse:
    """Take image files, a folder or a zip; say what they are worth."""
    asked = asked_for(request, number, *WORKERS)
    files = [NamedFile(name=str(file.name), chunks=file.chunks()) for file in _files(request)]
    try:
        receipt = receive_files(asked, files, by=signed_in(request), at=timezone.now())
    except DisclessError as error:
        messages.error(request, error.sentence)
        status = error.status
    else:
        status = 200
        words = receipt.verdict.replace("_", " ")
        messages.success(request, f"{receipt.file_count} files received: {words}.")
    if status == 200:
        return redirect("staff:request", number=number)
    fresh = ImagingRequest.objects.select_related("facility", "patient").get(pk=asked.pk)
    context = page_of(fresh, signed_in(request))
    return render(request, "requests_app/request.html", context, status=status)


def _files(request: HttpRequest) -> list[UploadedFile]:
    return request.FILES.getlist("images")


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """File a request that came by phone, fax or mail."""
    person = reader(request, *WORKERS)
    form = NewRequestForm(request.POST or None, facilities=person.visible_facilities())
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        filed = submit(form.as_submission(), by=person, at=form.received(at), logged_at=at)
        return redirect("staff:request", number=filed.request.number)
    if not form.is_bound:
        form.initial["submission_key"] = secrets.token_urlsafe(24)
    return render(
        request, "requests_app/new.html", {"form": form}, status=422 if form.is_bound else 200
    )


def _look(request: HttpRequest, asked: ImagingRequest, verb: str) -> None:
    record(
        verb=verb,
        code=EventCode.PATIENT_RECORD,
        action=Action.READ,
        http_request=request,
        subject=f"request:{asked.number}",
        facility=asked.facility.slug,
        patient=pseudonym("patient", str(asked.patient_id)) if asked.patient_id else "",
        purpose=asked.legal_basis,
        at=timezone.now(),
    )
