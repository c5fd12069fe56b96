"""XLSX: one sheet a table; text is always text, never a formula or a link."""

import io
from datetime import date, datetime, time

import xlsxwriter

from analytics.reports.document import Document, Table, printed
from analytics.reports.writers.csv_file import sealed


def write(document: Document) -> bytes:
    """Return the report as a workbook."""
    file = io.BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, {"in_memory": True} | safe)
    book.set_properties({"title": document.title, "author": "Discless", "comments": document.stamp})
    _first(book, document)
    for table in document.tables:
        _sheet(book, table)
    _unrounded(book, document)
    book.close()
    return file.getvalue()


def _first(book: xlsxwriter.Workbook, document: Document) -> None:
    sheet = book.add_worksheet("Report")
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 96)
    sheet.write_string(0, 0, document.title, book.add_format({"bold": True, "font_size": 16}))
    sheet.write_string(1, 0, document.subtitle)
    wrapped, muted = (
        book.add_format({"text_wrap": True, "valign": "top"}),
        book.add_format({"font_color": "#5a6473", "valign": "top"}),
    )
    at = 3
    for section in document.sections:
        for paragraph in section.paragraphs:
            sheet.write_string(at, 0, section.heading, muted)
            sheet.write_string(at, 1, paragraph, wrapped)
            at += 1
    again = ("Reproduce", document.reproduced_as("xlsx"))
    for name, fact in (*document.facts, *sealed(document), again):
        sheet.write_string(at, 0, name, muted)
        sheet.write_string(at, 1, fact, wrapped)
        at += 1


def _sheet(book: xlsxwriter.Workbook, table: Table) -> None:
    sheet = book.add_worksheet(table.name[:31])
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    dates = book.add_format({"num_format": "mmm d, yyyy", "align": "left"})
    for x, column in enumerate(table.columns):
        texts = [
            len(printed(row[x], column)) for row in table.rows if isinstance(row[x], str | date)
        ]
        sheet.set_column(x, x, min(60, max([len(column.heading) + 2, *texts], default=12)))
        sheet.write_string(0, x, column.heading, head)
        style = book.add_format(
            {"num_format": "#,##0" + ("." + "0" * column.digits if column.digits else "")}
        )
        for y, row in enumerate(table.rows, 1):
            value = row[x]
            if isinstance(value, str):
                sheet.write_string(y, x, value)
            elif isinstance(value, date):
                sheet.write_datetime(y, x, datetime.combine(value, time()), dates)
            elif value is not None:
                sheet.write_number(y, x, value, style)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)


def _unrounded(book: xlsxwriter.Workbook, document: Document) -> None:
    sheet = book.add_worksheet("Unrounded")
    sheet.set_column(0, 0, 44)
    for y, (key, value) in enumerate(document.figures.items()):
        sheet.write_string(y, 0, key)
        if isinstance(value, int | float):
            sheet.write_number(y, 1, value)
