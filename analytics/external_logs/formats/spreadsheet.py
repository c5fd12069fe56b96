"""XLSX, XLS and ODS: the first sheet with a header row, its cells as text."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from analytics.external_logs.formats.heading import LOOKS_AT, heading
from analytics.external_logs.raw import Line, Sheet
from analytics.external_logs.refusals import UnusableLog

MOST_UNPACKED = 256 * 1024**2  # bytes; calamine holds a sheet whole
_STEP = 1024**2


def read_spreadsheet(content: bytes) -> Sheet:
    """Return the header row and lines of a workbook; UnusableLog says why it cannot be read."""
    _check_size(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [one.name for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
        best = _best(book, names)
    except PasswordError as error:
        raise UnusableLog("The workbook has a password. Save it without one.") from error
    except (CalamineError, OSError) as error:
        raise UnusableLog(
            "The workbook cannot be read; it may be damaged. Save it again, or as CSV."
        ) from error
    if best is None:
        raise UnusableLog("No sheet of the workbook has a header row with something below it.")
    header, above, below, name = best
    return Sheet(headers=header[1], lines=below, skipped=above, form="spreadsheet", name=name)


def _best(
    book: CalamineWorkbook, names: Sequence[str]
) -> tuple[Line, list[Line], Iterator[Line], str] | None:
    """Return the first sheet whose header row names two columns or more."""
    for name in names:
        sheet = book.get_sheet_by_name(name)
        if sheet.height < 2 or sheet.start is None:
            continue
        rows = _rows(sheet)
        head: list[Line] = [line for line, _ in zip(rows, range(LOOKS_AT), strict=False)]
        if not any(any(line[1]) for line in head):
            continue
        header, above, below = heading(head)
        if sum(bool(cell) for cell in header[1]) >= 2:
            return header, above, _joined(below, rows), name
    return None


def _joined(below: list[Line], rows: Iterator[Line]) -> Iterator[Line]:
    yield from below
    yield from rows


def _rows(sheet: Any) -> Iterator[Line]:
    # calamine's iter_rows begins at row 1 even where the first rows are blank.
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield number, [text_of(cell) for cell in cells]


def text_of(cell: Any) -> str:
    """Return a cell as it would be written; what was text keeps its leading zeros."""
    text = "" if cell is None else str(cell)
    if isinstance(cell, bool):
        text = "yes" if cell else "no"
    elif isinstance(cell, float):
        text = str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    elif isinstance(cell, datetime):
        whole = cell.time() == time()
        text = cell.date().isoformat() if whole else cell.isoformat(sep=" ", timespec="seconds")
    elif isinstance(cell, date | time):
        text = cell.isoformat()
    return text


def _check_size(content: bytes) -> None:
    """Refuse what unpacks to too much; sizes that an archive declares are not believed."""
    if not content.startswith(b"PK"):
        return
    try:
        size = _unpacked_size(content)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError) as error:
        raise UnusableLog(
            "The workbook cannot be unpacked; it may be damaged. Save it again, or as CSV."
        ) from error
    if size > MOST_UNPACKED:
        raise UnusableLog(
            f"The workbook unpacks to more than {MOST_UNPACKED // 1024**2} MB. "
            "Save the sheet as CSV."
        )


def _unpacked_size(content: bytes) -> int:
    """Return how much a workbook unpacks to, counting no further than is allowed."""
    size = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            with archive.open(entry) as file:
                while size <= MOST_UNPACKED and (block := file.read(_STEP)):
                    size += len(block)
    return size
