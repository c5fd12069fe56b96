"""Sheets to take away: rejected rows, and a template with the column that is missing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

from audit.spreadsheet import guarded


def rejected_csv(rows: Sequence[dict[str, Any]]) -> HttpResponse:
    """Answer rejected rows with their reasons and cells."""
    headers = list(dict.fromkeys(name for row in rows for name in row["cells"]))
    lines = (
        [row["row"], row["reason"], *(row["cells"].get(name, "") for name in headers)]
        for row in rows
    )
    return _csv("rejected-rows.csv", [["row", "reason", *headers], *lines])


def template_csv(headers: Sequence[str]) -> HttpResponse:
    """Answer a sheet of headers alone."""
    return _csv("log-template.csv", [list(headers)])


def _csv(name: str, rows: Iterable[Sequence[Any]]) -> HttpResponse:
    file = io.StringIO()
    writer = csv.writer(file)
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
    response = HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
