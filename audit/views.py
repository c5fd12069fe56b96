"""The access log for auditors: look, filter, check, review; each look is itself an entry."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.decorators.http import require_GET, require_POST

from audit.access import if_there
from audit.chosen import chosen_in
from audit.examine import examine
from audit.filters import OUTCOMES, Filters, count_of, filters_of, places_of
from audit.models import AuditEntry, Sequenced, SignedState
from audit.path import proof_of
from audit.proof.inclusion import verify_entry
from audit.reader import look, reader_of, readers
from audit.reviews import (
    ReviewRefused,
    record_review,
    reviews_of,
    waiting,
    week_of,
)
from audit.rows import Names, body_of, part_of, row_of, rows_of
from audit.seal import log_key, sealed_beyond
from audit.sequence import sequence
from audit.standing import standing_of
from audit.witness import WitnessRefused
from audit.words import KINDS, verb_words

PAGE, SHOWN_WEEKS, SHOWN_REVIEWS = 50, 2, 3


class _Pages(Paginator):  # type: ignore[type-arg]
    """Pages of places whose number is counted without joining."""

    total = 0

    @cached_property
    def count(self) -> int:
        """Return how many entries match."""
        return self.total


@readers
@require_GET
def access_log(request: HttpRequest) -> HttpResponse:
    """Show the proof, the reviews and the entries that match."""
    at, reader = timezone.now(), reader_of(request)
    filters = filters_of(request.GET.dict())
    total = count_of(filters, reader)
    looked = look(request, "log.viewed", at, found=total, filters=filters.kept)
    sequence()
    pages = _Pages(places_of(filters, reader), PAGE)
    # The look itself matches too, unless a filter leaves it out.
    pages.total = count_of(filters, reader)
    page = pages.get_page(request.GET.get("page"))
    weeks = waiting(reader, at)
    context = {
        "page": page,
        "rows": rows_of(page.object_list, reader),
        "filters": filters,
        "kinds": KINDS,
        "outcomes": OUTCOMES,
        "when": _days(filters),
        "did": dict(KINDS).get(filters.verb) or verb_words(filters.verb),
        "total": f"{pages.total:,}",
        "looked": Sequenced.objects.get(entry_id=looked.pk),
        "zone": at.astimezone(reader.zone).tzname(),
        "zone_name": str(reader.zone),
        "today": at.astimezone(reader.zone).date(),
        "standing": standing_of(),
        "waiting": len(weeks),
        "weeks": [week_of(days, reader) for days in weeks[:SHOWN_WEEKS]],
        "earlier": [
            (since, until, Filters(since=since, until=until).address())
            for since, until in weeks[SHOWN_WEEKS:]
        ],
        "reviews": reviews_of(reader)[:SHOWN_REVIEWS],
        "sees_all": reader.sees_all,
        "checked": request.session.pop("log-check", None),
    }
    return render(request, "audit/access_log.html", context)


def _days(filters: Filters) -> str:
    """Say the chosen days, such as Nov 16 – 24."""
    since, until = filters.since, filters.until
    if since and until:
        month = "" if (since.year, since.month) == (until.year, until.month) else f"{until:%b} "
        return f"{since:%b} {since.day} – {month}{until.day}, {until.year}"
    if since:
        return f"From {since:%b} {since.day}, {since.year}"
    return f"Until {until:%b} {until.day}, {until.year}" if until else "Any time"


@readers
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Derive every signed state again, now, and say what was found."""
    at = timezone.now()
    found = examine()
    look(request, "log.checked", at, entries=found.entries, findings=len(found.findings))
    newer = found.entries + found.pending - found.size
    local = at.astimezone(reader_of(request).zone)
    request.session["log-check"] = {
        "entries": f"{found.entries:,}",
        "unsigned": f"{newer:,}" if newer else "",
        "findings": list(found.findings[:5]),
        "at": f"{local:%a, %b} {local.day}, {local:%Y, %H:%M %Z}",
    }
    return redirect("audit:access_log")


def find_entry(request: HttpRequest, entry_id: str) -> AuditEntry:
    """Return an entry of the reader's facilities; others are not there."""
    reader = reader_of(request)
    return if_there(AuditEntry.objects.filter(reader.sees(), pk=entry_id).first())


@readers
@require_GET
def entry(request: HttpRequest, entry_id: str) -> HttpResponse:
    """Show one entry as it was sealed, with its path to the signed root."""
    at, reader = timezone.now(), reader_of(request)
    found = find_entry(request, entry_id)
    look(request, "log.entry_viewed", at, entry=str(found.pk))
    try:
        state = sealed_beyond(found, at)
    except WitnessRefused as error:
        state = None
        messages.error(request, f"The log cannot be sealed: {error}.")
    place = Sequenced.objects.filter(entry=found).first()
    context: dict[str, Any] = {
        "entry": found,
        "zone": str(reader.zone),
        "body": bytes(found.body).decode(errors="replace"),
        "pretty": _pretty(bytes(found.body)),
        "chosen": chosen_in(part_of(body_of(found), "detail")),
        "leaf": bytes(found.leaf).hex(),
        "row": row_of(found, place.seq if place else 0, reader, Names(reader)),
        "place": place,
    }
    if place is not None and state is not None:
        context |= _proved(found, place, state)
    return render(request, "audit/entry.html", context)


def _proved(found: AuditEntry, place: Sequenced, state: SignedState) -> dict[str, Any]:
    proof = proof_of(found, place.seq, state)
    return {
        "proof": proof,
        "verdict": verify_entry(proof),
        "path": [one.hex() for one in proof.audit_path],
        "root": bytes(state.root).hex(),
        "size": f"{state.size:,}",
        "key": log_key().text,
    }


def _pretty(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return "These bytes are no entry any more."


@readers
@require_POST
def review(request: HttpRequest) -> HttpResponse:
    """Record that a range of the log was looked through, and what was found."""
    try:
        since = date.fromisoformat(request.POST.get("since", ""))
        until = date.fromisoformat(request.POST.get("until", ""))
    except ValueError:
        messages.error(request, "Give both days of the range, such as 2026-11-16.")
        return redirect("audit:access_log")
    finding = request.POST.get("finding", "").replace("\x00", "").strip()
    try:
        done = record_review(
            request,
            reader_of(request),
            since=since,
            until=until,
            finding=finding,
            at=timezone.now(),
        )
    except ReviewRefused as refusal:
        messages.error(request, str(refusal))
        query = Filters(since=min(since, until), until=max(since, until)).address()
        return redirect(f"{request.path.removesuffix('review/')}?{query}")
    messages.success(request, f"The review of {done.entries:,} entries is recorded.")
    return redirect("audit:access_log")
