"""One writer a format: a document becomes bytes."""

from collections.abc import Callable

from analytics.reports.document import Document
from analytics.reports.writers import csv_file, docx_file, pdf_file, xlsx_file
from analytics.reports.writers.plain import plain

Write = Callable[[Document], bytes]


def _safely(write: Write) -> Write:
    return lambda document: write(plain(document))


WRITERS: dict[str, tuple[Write, str]] = {
    "pdf": (_safely(pdf_file.write), "application/pdf"),
    "xlsx": (
        _safely(xlsx_file.write),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "docx": (
        _safely(docx_file.write),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "csv": (_safely(csv_file.write), "text/csv; charset=utf-8"),
}
