"""Bring your own log in the browser: choose, answer, see what it proves, confirm."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics.external_logs.columns import SYNONYMS, private_headers
from analytics.external_logs.importing import Reading, digest_of, read_log
from analytics.external_logs.store import keep, name_for, remove
from analytics.imports.drafts import Draft, draft_of, drop_draft, keep_draft, save_mapping
from analytics.metrics.catalogue import BY_KEY
from analytics.models import UploadedLog
from audit.access import record
from audit.proof.entry import Action, EventCode
from requests_app.models import User
from requests_app.refusals import DisclessError, NotAllowed
from requests_app.vocabulary import Role

READERS = (Role.ANALYST, Role.HIM_DIRECTOR, Role.SUPERVISOR, Role.ADMINISTRATOR)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _reader(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    if not request.user.has_role(*READERS):
        raise NotAllowed("Imported logs are for analysts and directors. Ask an administrator.")
    return request.user


def _own(person: User, name: str) -> UploadedLog:
    found = UploadedLog.objects.filter(organization=person.organization_id, name=name).first()
    if found is None:
        raise Http404
    return found


def _record(request: HttpRequest, verb: str, name: str, **detail: int | bool) -> None:
    record(
        verb=verb,
        code=EventCode.IMPORT,
        action=Action.EXECUTE,
        http_request=request,
        subject=f"log:{name}",
        detail=detail,
        at=timezone.now(),
    )


@login_required
@require_GET
def logs(request: HttpRequest) -> HttpResponse:
    """List the logs of the person's organization."""
    person = _reader(request)
    found = UploadedLog.objects.filter(organization=person.organization_id)
    _record(request, "logs.listed", "all", rows=len(found))
    return render(request, "analytics/imports/list.html", {"logs": found})


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Take a file; nothing of it is imported yet."""
    person = _reader(request)
    file = request.FILES.get("log")
    if request.method == "POST" and file is None:
        messages.error(request, "Choose a CSV file first.")
        return render(request, "analytics/imports/new.html", status=422)
    if file is not None:
        try:
            key = keep_draft(file.chunks(), file_name=str(file.name), owner=person.pk)
        except DisclessError as error:
            messages.error(request, error.sentence)
            return render(request, "analytics/imports/new.html", status=error.status)
        return redirect("logs:draft", draft=key)
    return render(request, "analytics/imports/new.html")


@login_required
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, draft: str) -> HttpResponse:
    """Show what a file says, take answers, and import it when confirmed."""
    person = _reader(request)
    kept = draft_of(draft, person.pk)
    if kept is None:
        raise Http404
    given = _given(request, kept) if request.method == "POST" else kept.mapping
    name = name_for(kept.file_name)
    try:
        reading = read_log(kept.content, name=name, given=given)
    except DisclessError as error:
        messages.error(request, error.sentence)
        return render(
            request,
            "analytics/imports/new.html",
            {"file_name": kept.file_name},
            status=error.status,
        )
    save_mapping(draft, owner=person.pk, file_name=kept.file_name, mapping=given)
    if request.POST.get("confirm") and reading.log is not None:
        return _import(request, person, kept, reading)
    _record(request, "log.previewed", name)
    return render(request, "analytics/imports/draft.html", _page(kept, reading, name))


def _given(request: HttpRequest, kept: Draft) -> dict[str, Any]:
    """Add the answers of the form to what was said before."""
    given = dict(kept.mapping)
    if order := request.POST.get("date_order"):
        given["date_order"] = order
    columns = {
        key.removeprefix("field:"): value
        for key, value in request.POST.items()
        if key.startswith("field:") and isinstance(value, str)
    }
    if columns:
        given["columns"] = {value: header for header, value in columns.items() if value in SYNONYMS}
        unused = set(SYNONYMS) - set(given["columns"])
        given["columns"] |= dict.fromkeys(sorted(unused), "")
    return given


def _import(request: HttpRequest, person: User, kept: Draft, reading: Reading) -> HttpResponse:
    name = name_for(kept.file_name)
    log, already = keep(
        reading,
        name=name,
        digest=digest_of(kept.content),
        organization_id=person.organization_id,
        by_id=person.pk,
        at=timezone.now(),
    )
    drop_draft(kept.key)
    rows = log.answer["rows_imported"]
    _record(request, "log.imported", name, rows=rows, already=already)
    words = "was imported before; nothing changed" if already else f"imported: {rows} rows"
    messages.success(request, f"{name} {words}.")
    return redirect("logs:list")


def _page(kept: Draft, reading: Reading, name: str) -> dict[str, Any]:
    by_header = {header: field for field, header in reading.mapping.columns.items()}
    private = private_headers(reading.raw.headers, dict(reading.mapping.columns))
    answer = reading.answer(name)
    columns = [
        {
            "header": header,
            "field": by_header.get(header, ""),
            "private": header in private,
            "examples": [] if header in private else _examples(reading, header),
        }
        for header in reading.raw.headers[:60]
    ]
    grades = [{"label": BY_KEY[key].label, **grade} for key, grade in answer["grades"].items()]
    return {
        "draft": kept,
        "name": name,
        "answer": answer,
        "columns": columns,
        "fields": list(SYNONYMS),
        "grades": grades,
        "rejected": answer["rejected"][:50],
    }


def _examples(reading: Reading, header: str) -> list[str]:
    values = (value for value in reading.raw.column(header)[:50] if value)
    return [value[:40] for value in list(dict.fromkeys(values))[:2]]


@login_required
@require_GET
def rejected(request: HttpRequest, name: str) -> HttpResponse:
    """Answer the rows that were not imported, with their reasons."""
    log = _own(_reader(request), name)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["row", "reason"])
    for row in log.answer["rejected"]:
        reason = str(row["reason"])
        writer.writerow([row["row"], f"'{reason}" if reason.startswith(_FORMULA) else reason])
    _record(request, "log.exported", name)
    response = HttpResponse(file.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="rejected-rows.csv"'
    return response


@login_required
@require_POST
def delete(request: HttpRequest, name: str) -> HttpResponse:
    """Delete a log of the person's organization."""
    log = _own(_reader(request), name)
    remove(log)
    _record(request, "log.deleted", name)
    messages.success(request, f"{name} was deleted.")
    return redirect("logs:list")
