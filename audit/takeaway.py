"""What a reader takes away: a list as CSV, the whole log as a bundle, one entry with its proof."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from typing import IO

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from audit.export import NothingToExport, export_bundle
from audit.filters import Filters, filters_of, places_of
from audit.models import Sequenced
from audit.path import proof_of
from audit.reader import Reader, look, reader_of, readers
from audit.rows import Names, row_of
from audit.seal import sealed_beyond
from audit.sequence import sequence
from audit.spreadsheet import guarded
from audit.views import find_entry
from audit.witness import WitnessRefused

COLUMNS = (
    *("entry", "at", "agent_name", "agent", "role", "verb", "subject", "facility"),
    *("purpose", "from", "outcome", "id", "who", "did", "to_what", "operator"),
)
NOT_ALL = (
    "The bundle holds the entries of every facility, and some are not yours to see. "
    "Ask an auditor of the whole organization, or take the proof of single entries."
)


@readers
@require_GET
def access_log_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Answer the entries that match as CSV; a view of the log, not the proof."""
    filters, reader = filters_of(request.GET.dict()), reader_of(request)
    look(request, "log.exported", timezone.now(), format="csv", filters=filters.kept)
    sequence()
    response = StreamingHttpResponse(
        _csv_rows(filters, reader), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="access-log.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        """Return the line."""
        return text


def _csv_rows(filters: Filters, reader: Reader) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield str(writer.writerow(COLUMNS))
    names = Names(reader)
    for place in places_of(filters, reader).iterator(chunk_size=2000):
        entry, row = place.entry, row_of(place.entry, place.seq, reader, names)
        cells = [
            *(str(place.seq), entry.at.isoformat(), entry.agent_name, entry.agent, row.sealed_role),
            *(entry.verb, entry.subject, entry.facility, row.why, row.where, entry.outcome),
            *(str(entry.pk), row.who, row.did, row.what, row.operator),
        ]
        yield str(writer.writerow([guarded(cell) for cell in cells]))


@readers
@require_POST
def bundle(request: HttpRequest) -> FileResponse | HttpResponse:
    """Answer the whole log as a bundle that anyone can check offline, to who may see all of it."""
    at = timezone.now()
    if not reader_of(request).sees_all:
        raise PermissionDenied(NOT_ALL)
    look(request, "log.exported", at, format="bundle")
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        export_bundle(file, at=at)  # type: ignore[arg-type]
    except (NothingToExport, WitnessRefused) as error:
        file.close()
        messages.error(request, f"Nothing was exported: {error}")
        return redirect("audit:access_log")
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename="audit-bundle.zip")


@readers
@require_POST
def entry_proof(request: HttpRequest, entry_id: str) -> HttpResponse:
    """Answer one entry with its proof as a small file."""
    at, found = timezone.now(), find_entry(request, entry_id)
    look(request, "log.proof_exported", at, entry=str(found.pk))
    try:
        state = sealed_beyond(found, at)
    except WitnessRefused as error:
        messages.error(request, f"The log cannot be sealed: {error}.")
        return redirect("audit:entry", entry_id)
    seq = Sequenced.objects.get(entry=found).seq
    text = proof_of(found, seq, state).to_text()
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="entry-{seq}.json"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
