"""One writer a format: a document becomes bytes."""

from collections.abc import Callable
from importlib import import_module

from analytics.reports.document import Document
from analytics.reports.writers.plain import plain

Write = Callable[[Document], bytes]


def _writer(room: str) -> Write:
    """Return the writer of a room; what it draws and writes with is loaded when first asked."""

    def write(document: Document) -> bytes:
        content: bytes = import_module(f"{__name__}.{room}").write(plain(document))
        return content

    return write


WRITERS: dict[str, tuple[Write, str]] = {
    "pdf": (_writer("pdf_file"), "application/pdf"),
    "xlsx": (
        _writer("xlsx_file"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "docx": (
        _writer("docx_file"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "csv": (_writer("csv_file"), "text/csv; charset=utf-8"),
}
