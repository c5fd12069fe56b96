"""One writer a format: a document becomes bytes."""

from collections.abc import Callable

from analytics.reports.document import Document
from analytics.reports.writers import csv_file, docx_file, pdf_file, xlsx_file

WRITERS: dict[str, tuple[Callable[[Document], bytes], str]] = {
    "pdf": (pdf_file.write, "application/pdf"),
    "xlsx": (
        xlsx_file.write,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "docx": (
        docx_file.write,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "csv": (csv_file.write, "text/csv; charset=utf-8"),
}
