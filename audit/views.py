"""The access log for auditors: look, filter, check, take away; each look is itself an entry."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from audit.access import agent_of, record
from audit.examine import examine
from audit.export import NothingToExport, export_bundle
from audit.filters import Filters, entries_of, filters_of
from audit.models import AuditEntry, Review, Sequenced, SignedState
from audit.proof.entry import Action, EventCode, Outcome
from audit.seal import log_key, seal_of

READERS = frozenset({"auditor", "administrator"})
PAGE = 50
COLUMNS = ("at", "agent_name", "agent", "verb", "subject", "facility", "outcome", "id")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _demand_reader(request: HttpRequest) -> None:
    groups = set(request.user.groups.values_list("name", flat=True))
    if not groups & READERS:
        record(
            verb="log.refused",
            code=EventCode.SECURITY_ALERT,
            action=Action.READ,
            outcome=Outcome.MINOR_FAILURE,
            http_request=request,
            subject="audit log",
            at=timezone.now(),
        )
        raise PermissionDenied


def _facilities(request: HttpRequest) -> frozenset[str] | None:
    slugs: frozenset[str] = request.user.visible_facility_slugs()  # type: ignore[union-attr]
    return slugs


def _look(request: HttpRequest, verb: str, detail: dict[str, Any]) -> AuditEntry:
    return record(
        verb=verb,
        code=EventCode.AUDIT_LOG_USED,
        action=Action.READ,
        http_request=request,
        subject="audit log",
        detail=detail,
        at=timezone.now(),
    )


@login_required
@require_GET
def access_log(request: HttpRequest) -> HttpResponse:
    """Show the proof, the reviews and the entries that match."""
    _demand_reader(request)
    filters = filters_of(request.GET.dict())
    found = entries_of(filters, _facilities(request))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    looked = _look(request, "log.viewed", {"found": page.paginator.count})
    query = request.GET.copy()
    query.pop("page", None)
    numbers = dict(
        Sequenced.objects.filter(entry_id__in=[one.pk for one in page.object_list]).values_list(
            "entry_id", "seq"
        )
    )
    context = {
        "page": page,
        "rows": [(entry, numbers.get(entry.pk)) for entry in page.object_list],
        "filters": filters,
        "query": query.urlencode(),
        "total": page.paginator.count,
        "looked": looked,
        "last": _last_seal(),
        "entries": AuditEntry.objects.count(),
        "reviews": Review.objects.all()[:4],
        "key": log_key(),
        "checked": request.session.pop("log-check", None),
    }
    return render(request, "audit/access_log.html", context)


def _last_seal() -> Any:
    state = SignedState.objects.order_by("-size").first()
    return seal_of(state) if state is not None else None


@login_required
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Derive every signed state again, now, and say what was found."""
    _demand_reader(request)
    found = examine()
    _look(request, "log.checked", {"entries": found.entries, "findings": len(found.findings)})
    request.session["log-check"] = {
        "entries": found.entries,
        "findings": list(found.findings[:5]),
        "at": timezone.now().isoformat(timespec="minutes"),
    }
    return redirect("audit:access_log")


@login_required
@require_GET
def access_log_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Answer the entries that match as CSV; a view of the log, not the proof."""
    _demand_reader(request)
    filters = filters_of(request.GET.dict())
    _look(request, "log.exported", {"format": "csv"})
    rows = _csv_rows(filters, _facilities(request))
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="access-log.csv"'
    return response


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        """Return the line."""
        return text


def _csv_rows(filters: Filters, facilities: frozenset[str] | None) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield str(writer.writerow(COLUMNS))
    for entry in entries_of(filters, facilities).iterator(chunk_size=2000):
        cells = [str(getattr(entry, name)) for name in COLUMNS]
        yield str(writer.writerow([guarded(cell) for cell in cells]))


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


@login_required
@require_POST
def bundle(request: HttpRequest) -> FileResponse | HttpResponse:
    """Answer the whole log as a bundle that anyone can check offline."""
    _demand_reader(request)
    _look(request, "log.exported", {"format": "bundle"})
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        export_bundle(file, at=timezone.now())  # type: ignore[arg-type]
    except NothingToExport as error:
        messages.error(request, str(error))
        return redirect("audit:access_log")
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename="audit-bundle.zip")


@login_required
@require_GET
def entry(request: HttpRequest, entry_id: str) -> HttpResponse:
    """Show one entry as it was sealed."""
    _demand_reader(request)
    found = entries_of(Filters(), _facilities(request)).filter(pk=entry_id).first()
    if found is None:
        raise Http404
    place = Sequenced.objects.filter(entry_id=found.pk).first()
    _look(request, "log.entry_viewed", {"entry": str(found.pk)})
    context = {
        "entry": found,
        "place": place,
        "leaf": bytes(found.leaf).hex(),
        "body": json.dumps(json.loads(bytes(found.body)), indent=2, ensure_ascii=False),
        "last": _last_seal(),
    }
    return render(request, "audit/entry.html", context)


@login_required
@require_POST
def review(request: HttpRequest) -> HttpResponse:
    """Record that a range of the log was looked through, and what was found."""
    _demand_reader(request)
    try:
        since = date.fromisoformat(request.POST.get("since", ""))
        until = date.fromisoformat(request.POST.get("until", ""))
    except ValueError:
        messages.error(request, "Give both days of the range, such as 2026-11-16.")
        return redirect("audit:access_log")
    if until < since:
        messages.error(request, "The range ends before it begins.")
        return redirect("audit:access_log")
    filters = Filters(since=since, until=until)
    at: datetime = timezone.now()
    Review.objects.create(
        reviewed_at=at,
        reviewer=agent_of(request).name,
        since=since,
        until=until,
        entries=entries_of(filters, _facilities(request)).count(),
        finding=request.POST.get("finding", "").replace("\x00", "")[:2000],
    )
    _look(request, "log.reviewed", {"since": since.isoformat(), "until": until.isoformat()})
    messages.success(request, "The review is recorded.")
    return redirect("audit:access_log")
