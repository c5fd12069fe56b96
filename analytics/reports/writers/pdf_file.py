"""PDF by typst: tagged, with the look of the report page; all data goes in as JSON, never as markup."""

import io
import json
import tempfile
from pathlib import Path

import matplotlib as mpl
import segno
import typst

from analytics.charts.words import moment
from analytics.reports.document import Column, Document, Section, Table, printed
from analytics.reports.writers.drawing import intervals

TEMPLATE = Path(__file__).with_name("report.typ")
SHORT = 8  # characters
_FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"


def write(document: Document) -> bytes:
    """Return the report as tagged PDF (PDF/UA-1)."""
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        (room / "report.typ").write_text(TEMPLATE.read_text())
        for at, section in enumerate(document.sections):
            if section.chart is not None:
                (room / f"chart{at}.svg").write_bytes(intervals(section.chart, "svg"))
        if document.seal is not None:
            (room / "root.svg").write_bytes(_code(document.seal.root))
        (room / "report.json").write_text(json.dumps(_plain(document)))
        made = typst.compile(
            room / "report.typ",
            root=room,
            font_paths=[_FONTS],
            ignore_system_fonts=True,
            pdf_standards="ua-1",
        )
    return bytes(made)


def _code(text: str) -> bytes:
    file = io.BytesIO()
    segno.make(text, error="m").save(file, kind="svg", border=0, xmldecl=False)
    return file.getvalue()


def _plain(document: Document) -> dict[str, object]:
    seal = document.seal
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "mark": "Demonstration data" if document.is_demonstration else "",
        "sections": [_section(at, section) for at, section in enumerate(document.sections)],
        "facts": [*document.facts],
        "stamp": [document.stamp] if document.stamp else [],
        "data": dict(document.facts).get("Data hash (SHA-256)", ""),
        "reproduce": document.reproduced_as("pdf"),
        "seal": None
        if seal is None
        else {
            "size": f"{seal.size:,}",
            "root": seal.root,
            "note": seal.note,
            "signed_at": moment(seal.signed_at),
            "key": seal.key,
        },
    }


def _section(at: int, section: Section) -> dict[str, object]:
    table, chart = section.table, section.chart
    return {
        "heading": section.heading,
        "paragraphs": [*section.paragraphs],
        "chart": f"chart{at}.svg" if chart else None,
        "alt": _in_words(section),
        "table": None
        if table is None
        else {
            "caption": table.caption,
            "heads": [column.heading for column in table.columns],
            "numbers": [column.is_number for column in table.columns],
            "shares": _shares(table),
            "is_text": not any(column.is_number for column in table.columns),
            "rows": [
                [printed(value, column) for value, column in zip(row, table.columns, strict=True)]
                for row in table.rows
            ],
        },
    }


def _shares(table: Table) -> list[int]:
    """Return each column's share of the width by its longest words; 0 for one of numbers.

    All room in the first column would be a hole before the second. A column of short words is
    as wide as they are: its share might be less than one of them, which cannot break.
    """
    longest = [
        0
        if column.is_number
        else max(len(words) for words in (column.heading, *_printed(table, at, column)))
        for at, column in enumerate(table.columns)
    ]
    return [0 if n <= SHORT < max(longest) else n for n in longest]


def _printed(table: Table, at: int, column: Column) -> list[str]:
    return [printed(row[at], column) for row in table.rows]


def _in_words(section: Section) -> str:
    if section.chart is None:
        return ""
    bars = "; ".join(
        f"{bar.label} {bar.value:.1f}% ({bar.low:.1f} to {bar.high:.1f})"
        for bar in section.chart.bars
    )
    return f"{section.chart.caption}: {bars}"
