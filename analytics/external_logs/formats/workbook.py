"""The child that reads a workbook: its bytes on standard input, its rows as JSON lines after.

A workbook of a few kilobytes can ask for any amount of memory, and the library that reads it ends
its process where it gets none. So it does its work here, under limits, and not in the web server.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from analytics.external_logs.formats.heading import LOOKS_AT, heading
from analytics.external_logs.raw import Line
from analytics.external_logs.refusals import UnusableLog

Found = tuple[Line, list[Line], Iterator[Line], str]
PASSWORD = "The workbook has a password. Save it without one."  # noqa: S105 - a sentence
DAMAGED = "The workbook cannot be read; it may be damaged. Save it again, or as CSV."
NO_SHEET = "No sheet of the workbook has a header row with something below it."


def main(memory: int, processor_seconds: int) -> None:
    """Answer the sheet's name and headers, then its rows, then how many; or a refusal."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds + 1))
    for nothing in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(nothing, (0, 0))
    for said in answers(sys.stdin.buffer.read()):
        sys.stdout.write(json.dumps(said) + "\n")


def answers(content: bytes) -> Iterator[Any]:
    """Yield what is said of a workbook, in order."""
    try:
        best = _best(CalamineWorkbook.from_filelike(io.BytesIO(content)))
    except PasswordError:
        yield {"refused": PASSWORD}
    except (CalamineError, OSError):
        yield {"refused": DAMAGED}
    except UnusableLog as error:
        yield {"refused": error.sentence}
    else:
        yield from _told(best) if best is not None else [{"refused": NO_SHEET}]


def _told(best: Found) -> Iterator[Any]:
    header, above, below, name = best
    yield {"headers": header[1], "skipped": above, "name": name}
    rows = 0
    for line in below:
        rows += 1
        yield line
    yield {"rows": rows}


def _best(book: CalamineWorkbook) -> Found | None:
    """Return the first sheet whose header row names two columns or more."""
    names = [one.name for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    for name in names:
        sheet = book.get_sheet_by_name(name)
        if sheet.height < 2 or sheet.start is None:
            continue
        rows = _rows(sheet)
        head: list[Line] = list(islice(rows, LOOKS_AT))
        if not any(any(line[1]) for line in head):
            continue
        header, above, below = heading(head)
        if sum(bool(cell) for cell in header[1]) >= 2:
            return header, above, _joined(below, rows), name
    return None


def _joined(below: Sequence[Line], rows: Iterator[Line]) -> Iterator[Line]:
    yield from below
    yield from rows


def _rows(sheet: Any) -> Iterator[Line]:
    # calamine's iter_rows begins at row 1 even where the first rows are blank.
    # A sheet with a cell in its last row has a million rows, most of them blank.
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if any(cell != "" for cell in cells):
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


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
