"""CSV: one file, the facts first, then each table under its name."""

import csv
import io
from datetime import date

from analytics.charts.words import moment
from analytics.reports.document import Cell, Document
from audit.spreadsheet import guarded


def write(document: Document) -> bytes:
    """Return the report as CSV in UTF-8 with a byte-order mark, as spreadsheets expect it."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\r\n")

    def line(*cells: Cell) -> None:
        sheet.writerow([_written(cell) for cell in cells])

    line(document.title)
    line(document.subtitle)
    again = ("Reproduce", document.reproduced_as("csv"))
    for name, fact in (*document.facts, *sealed(document), again):
        line(name, fact)
    for table in document.tables:
        line()
        line(table.caption)
        line(*(column.heading for column in table.columns))
        for row in table.rows:
            line(*row)
    line()
    line("Every figure, unrounded")
    for key, value in document.figures.items():
        line(key, value)
    if document.stamp:
        line()
        line("For manage.py reproduce", document.stamp)
    return text.getvalue().encode("utf-8-sig")


def _written(cell: Cell) -> str | int | float:
    """Return a cell for a program: a day as ISO 8601 has it, so that it sorts."""
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, date) else guarded(cell)


def sealed(document: Document) -> tuple[tuple[str, str], ...]:
    """Return what the audit log vouches for, as facts."""
    seal = document.seal
    if seal is None:
        return (("Audit log", "nothing was sealed yet"),)
    return (
        ("Audit log sealed at entry", str(seal.size)),
        ("Audit log root", seal.root),
        ("Audit log signed at", moment(seal.signed_at)),
        ("Audit log key", seal.key),
        ("Audit log checkpoint", seal.note.replace("\n", "\\n")),
    )
