"""DOCX: headings, tables whose first row repeats, and the chart as a picture."""

import io

import docx
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.shared import Cm, Pt

from analytics.reports.document import Document, Section, Table, printed
from analytics.reports.writers.csv_file import sealed
from analytics.reports.writers.drawing import intervals


def write(document: Document) -> bytes:
    """Return the report as a text document."""
    paper = docx.Document()
    paper.core_properties.title = document.title
    paper.core_properties.author = "Discless"
    # The public setter stops at 255 signs; the format itself has no such bound.
    paper.core_properties._element.get_or_add_description().text = document.stamp
    paper.styles["Normal"].font.size = Pt(10)
    paper.add_heading(document.title, 0)
    paper.add_paragraph(document.subtitle)
    for section in document.sections:
        _section(paper, section)
    paper.add_heading("What vouches for it", 1)
    again = ("Reproduce", document.reproduced_as("docx"))
    for name, fact in (*document.facts, *sealed(document), again):
        paper.add_paragraph(f"{name}: {fact}", style="List Bullet")
    file = io.BytesIO()
    paper.save(file)
    return file.getvalue()


def _section(paper: Docx, section: Section) -> None:
    paper.add_heading(section.heading, 1)
    for paragraph in section.paragraphs:
        paper.add_paragraph(paragraph)
    if section.chart is not None:
        paper.add_picture(io.BytesIO(intervals(section.chart, "png")), width=Cm(16))
    if section.table is not None:
        _table(paper, section.table)


def _table(paper: Docx, table: Table) -> None:
    paper.add_paragraph(table.caption, style="Caption")
    grid = paper.add_table(rows=1, cols=len(table.columns), style="Light List")
    grid.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell, column in zip(grid.rows[0].cells, table.columns, strict=True):
        cell.text = column.heading
    for row in table.rows:
        cells = grid.add_row().cells
        for cell, value, column in zip(cells, row, table.columns, strict=True):
            cell.text = printed(value, column)
            if column.is_number:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
