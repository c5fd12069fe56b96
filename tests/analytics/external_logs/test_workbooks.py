"""Of a workbook the visible sheets of one kind are read, and what is no value is none."""

import io
from collections.abc import Sequence
from typing import Any

import pytest
import xlsxwriter

from analytics.external_logs.importing import Reading, read_log
from analytics.external_logs.refusals import UnusableLog
from tests.analytics.external_logs.books import changed

HEAD = ("Req #", "Date Rcvd", "Date Out", "Method")
LISTS = (("Code", "Meaning"), ("CD", "a disc"))


def row(number: str, out: str = "2025-01-20") -> tuple[str, ...]:
    return (number, "2025-01-13", out, "CD")


def book(sheets: dict[str, Sequence[Sequence[Any]]], hidden: Sequence[str] = ()) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for place, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    sheet.write(place, column, cell)
            if name in hidden:
                sheet.hide()
            else:
                sheet.activate()
    return file.getvalue()


def read(content: bytes) -> Reading:
    reading = read_log(content, name="log")
    answer = reading.answer("log")
    assert answer["rows_read"] == answer["rows_imported"] + answer["rows_rejected"]
    return reading


def test_sheets_with_the_same_headers_are_read_as_one() -> None:
    other_way = (HEAD[::-1], row("F1")[::-1], row("F2", "soon")[::-1])
    reading = read(book({"Jan": (HEAD, row("J1")), "Lists": LISTS, "Feb": other_way}))
    assert reading.raw.column("Req #") == ["J1", "F1", "F2"]
    assert reading.raw.column("Date Out") == ["2025-01-20", "2025-01-20", "soon"]
    assert reading.rejected == [(5, "'soon' is not a date")]
    assert reading.raw.sheet == "Jan, Feb"
    assert reading.answer("log")["remarks"] == [
        "The sheet 'Feb' has the headers of 'Jan' and is read below it: its row 1 is called row 3.",
        "The sheet 'Lists' has other headers and is not read.",
    ]


def test_a_hidden_sheet_is_not_read_and_a_list_before_the_log_is_no_log() -> None:
    sheets = {"Old": (HEAD, row("OLD")), "Lists": LISTS, "Log": (HEAD, row("R1"))}
    reading = read(book(sheets, hidden=["Old"]))
    assert reading.raw.column("Req #") == ["R1"]
    assert reading.answer("log")["remarks"] == [
        "The sheet 'Lists' has other headers and is not read.",
        "The sheet 'Old' is hidden and is not read.",
    ]
    with pytest.raises(UnusableLog, match="No visible sheet"):
        read(book({"Old": (HEAD, row("OLD")), "Empty": ()}, hidden=["Old"]))


def with_formula(cell: str) -> bytes:
    """Return a workbook whose first Date Out is a cell of XML."""
    made = book({"Log": (HEAD, ("R1", "2025-01-13", 7, "CD"), row("R2"))})
    return changed(made, "xl/worksheets/sheet1.xml", '<c r="C2"><v>7</v></c>', cell)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ('<c r="C2" t="e"><v>#REF!</v></c>', "#REF!"),
        ('<c r="C2" t="e"><f>B2+#REF!</f><v>#REF!</v></c>', "#REF!"),
        ('<c r="C2"><f>B2+7</f></c>', "(formula: open and save it in Excel)"),
        ('<c r="C2"><f>B2+7</f><v /></c>', "(formula: open and save it in Excel)"),
        (
            '<c r="C2" s="0"><f t="shared" si="0"/><v></v></c>',
            "(formula: open and save it in Excel)",
        ),
    ],
)
def test_a_broken_formula_is_no_blank(cell: str, said: str) -> None:
    reading = read(with_formula(cell))
    assert reading.rejected == [(2, f"'{said}' is not a date")]


@pytest.mark.parametrize(
    "cell", ['<c r="C2" t="str"><f>IF(1,"")</f><v></v></c>', '<c r="C2"/>', '<c r="C2"></c>']
)
def test_a_formula_that_says_a_blank_is_one(cell: str) -> None:
    reading = read(with_formula(cell))
    assert (reading.raw.column("Date Out"), reading.rejected) == (["", "2025-01-20"], [])


def test_a_formula_with_its_value_is_its_value() -> None:
    reading = read(with_formula('<c r="C2"><f>B2+7</f><v>45677</v></c>'))
    assert reading.raw.column("Date Out") == ["45677", "2025-01-20"]


def test_a_row_of_broken_formulas_alone_is_a_row() -> None:
    made = book({"Log": (HEAD, (1, 2, 3, 4), row("R2"))})
    for value, column in enumerate("ABCD", start=1):
        cell = f'<c r="{column}2"><v>{value}</v></c>'
        made = changed(
            made, "xl/worksheets/sheet1.xml", cell, f'<c r="{column}2"><f>{column}9</f></c>'
        )
    reading = read(made)
    assert reading.raw.rows_read == 2
    assert reading.rejected == [(2, "'(formula: open and save it in Excel)' is not a date")]
