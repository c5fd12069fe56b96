"""Bring your own log in the browser: choose, answer, see what it proves, confirm."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics.external_logs.as_said import read_as_said
from analytics.external_logs.drafts import Draft, draft_of, drop_draft, keep_draft, save_mapping
from analytics.external_logs.earlier import Earlier
from analytics.external_logs.importing import Reading, digest_of
from analytics.external_logs.outcome import in_words
from analytics.external_logs.refusals import BadMapping
from analytics.external_logs.saved import as_given, remember
from analytics.external_logs.store import (
    earlier_of,
    held,
    keep,
    name_for,
    rejected_of,
    remove,
)
from analytics.external_logs.tables import rejected_rows
from analytics.imports.answers import as_seen, given_by
from analytics.imports.door import reader, record_act, zone_of
from analytics.imports.meanings import check_words, words_in
from analytics.imports.page import page_of, template_headers
from analytics.imports.runs import AT_ONCE, rows_shown, runs_of, start_run
from analytics.imports.sheets import rejected_csv, template_csv
from analytics.models import SavedMapping, UploadedLog
from audit.access import if_there
from requests_app.models import User
from requests_app.refusals import DisclessError


def _own(person: User, name: str) -> UploadedLog:
    ours = UploadedLog.objects.filter(organization=person.organization_id)
    return if_there(ours.filter(name=name).first())


def _own_draft(person: User, key: str) -> Draft:
    return if_there(draft_of(key, person.pk))


@login_required
@require_GET
def logs(request: HttpRequest) -> HttpResponse:
    """List the logs of the person's organization."""
    person = reader(request)
    found = UploadedLog.objects.filter(organization=person.organization_id)
    record_act(request, "logs.listed", "all", rows=len(found))
    runs = runs_of(person)
    with timezone.override(zone_of(person) or None):  # days are those of the house
        return render(request, "analytics/imports/list.html", {"logs": found, "runs": runs})


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Take a file; nothing of it is imported yet."""
    person = reader(request)
    file = request.FILES.get("log")
    if request.method == "POST" and file is None:
        messages.error(request, "Choose a file first.")
        return render(request, "analytics/imports/new.html", status=422)
    if file is not None:
        try:
            steps = request.FILES.get("steps")
            key = keep_draft(
                file.chunks(),
                file_name=str(file.name),
                owner=person.pk,
                at=timezone.now(),
                steps=steps.chunks() if steps is not None else None,
            )
        except DisclessError as error:
            messages.error(request, error.sentence)
            return render(request, "analytics/imports/new.html", status=error.status)
        return redirect("logs:draft", draft=key)
    return render(request, "analytics/imports/new.html")


@login_required
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, draft: str) -> HttpResponse:
    """Show what a file says, take answers, and import it when confirmed."""
    person = reader(request)
    kept = _own_draft(person, draft)
    name, organization = name_for(kept.file_name), person.organization_id
    try:
        given = given_by(request.POST, _base(request, person, kept))
        is_large, is_confirmed = len(kept.whole) > AT_ONCE, bool(request.POST.get("confirm"))
        seen = _seen(request, kept, person, given) if is_large and is_confirmed else None
        if seen is not None:
            save_mapping(draft, owner=person.pk, file_name=kept.file_name, mapping=seen)
            return redirect("logs:run", run=start_run(request, person, kept, name, seen).pk)
        if is_confirmed and not is_large:
            with held(name, organization) as earlier:
                reading, saved = _read(kept, person, given, earlier)
                check_words(reading, request.POST)
                if reading.log is not None:
                    return _import(request, person, kept, reading)
        else:
            reading, saved = _read(kept, person, given, earlier_of(name, organization))
            check_words(reading, request.POST)
        if request.method == "POST":
            save_mapping(draft, owner=person.pk, file_name=kept.file_name, mapping=given)
            return redirect("logs:draft", draft=draft)
    except DisclessError as error:
        messages.error(request, error.sentence)
        if isinstance(error, BadMapping) and request.method == "POST":
            return redirect("logs:draft", draft=draft)
        shown = {"file_name": kept.file_name, "draft": kept if kept.mapping else None}
        return render(request, "analytics/imports/new.html", shown, status=error.status)
    page = page_of(reading, name, kept.file_name, saved) | {"draft": kept}
    record_act(request, "log.previewed", name_for(kept.file_name))
    with timezone.override(zone_of(person) or None):
        return render(request, "analytics/imports/draft.html", page)


def _read(
    kept: Draft, person: User, given: dict[str, Any], earlier: Earlier | None
) -> tuple[Reading, SavedMapping | None]:
    return read_as_said(
        kept.content,
        steps=kept.steps,
        name=name_for(kept.file_name),
        given=given,
        organization_id=person.organization_id,
        earlier=earlier,
        proposed_zone=zone_of(person),
        most=rows_shown(kept),
        at=timezone.now(),
    )


def _seen(
    request: HttpRequest, kept: Draft, person: User, given: dict[str, Any]
) -> dict[str, Any] | None:
    """Return what the worker is to read a file by; None where its first rows ask first.

    A file that its page showed whole is read the same by the same words, unless new ones are said.
    """
    is_whole = rows_shown(kept) is None
    if is_whole and not words_in(request.POST):
        return given
    reading, saved = _read(kept, person, given, None)
    check_words(reading, request.POST)
    if reading.log is None:
        return None
    return given if is_whole else as_seen(reading, given, saved)


def _base(request: HttpRequest, person: User, kept: Draft) -> dict[str, Any]:
    """Return what was said before: of this draft, or of the file that it was read like."""
    like = request.POST.get("last_time", "")
    if kept.mapping or not like.isdecimal() or len(like) > 18:
        return kept.mapping
    saved = SavedMapping.objects.filter(organization=person.organization_id, pk=int(like)).first()
    name = name_for(kept.file_name)
    return as_given(saved.mapping, person.organization_id, name) if saved else {}


def _import(request: HttpRequest, person: User, kept: Draft, reading: Reading) -> HttpResponse:
    """Store what was read under the lock of its name."""
    name, organization, at = name_for(kept.file_name), person.organization_id, timezone.now()
    _, already = keep(
        reading,
        name=name,
        digest=digest_of(kept.whole),
        organization_id=organization,
        by_id=person.pk,
        at=at,
    )
    answer = reading.answer(name)
    remember(
        reading.raw.headers, reading.to_remember(), name=name, organization_id=organization, at=at
    )
    counts = {key: answer[f"rows_{key}"] for key in ("added", "recognised", "corrected")}
    record_act(request, "log.imported", name, already=already, **counts)
    drop_draft(kept.key)
    messages.success(request, f"{name}: {in_words(answer, already=already)}.")
    return redirect("logs:list")


@login_required
@require_GET
def template(request: HttpRequest, draft: str) -> HttpResponse:
    """Answer an empty sheet with the file's headers and the column that would help most."""
    return template_csv(template_headers(_taken(request, draft, "log.template_taken")))


@login_required
@require_GET
def draft_rejected(request: HttpRequest, draft: str) -> HttpResponse:
    """Answer the rows of a draft that would not be imported, with reasons and cells."""
    return rejected_csv(rejected_rows(_taken(request, draft, "log.rejected_taken")))


def _taken(request: HttpRequest, draft: str, verb: str) -> Reading:
    """Read a draft as its sender last said, and record what is taken away of it."""
    person = reader(request)
    kept = _own_draft(person, draft)
    reading, _ = _read(kept, person, kept.mapping, None)
    record_act(request, verb, name_for(kept.file_name))
    return reading


@login_required
@require_GET
def rejected(request: HttpRequest, name: str) -> HttpResponse:
    """Answer the rows that were not imported, with their reasons and cells."""
    log = _own(reader(request), name)
    record_act(request, "log.rejected_taken", name)
    return rejected_csv(rejected_of(log))


@login_required
@require_POST
def delete(request: HttpRequest, name: str) -> HttpResponse:
    """Delete a log of the person's organization."""
    person = reader(request)
    with held(name, person.organization_id):
        remove(_own(person, name))
        record_act(request, "log.deleted", name)
    messages.success(request, f"{name} was deleted.")
    return redirect("logs:list")
