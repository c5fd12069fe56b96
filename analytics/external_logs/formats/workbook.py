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
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain, islice
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from analytics.external_logs.columns import is_known, plain
from analytics.external_logs.formats.heading import LOOKS_AT, NamelessColumns, heading
from analytics.external_logs.formats.workbook_cells import Cells, cells_without_value
from analytics.external_logs.raw import Line
from analytics.external_logs.refusals import UnusableLog


@dataclass(frozen=True, kw_only=True)
class Head:
    """The header row of a sheet and where it stands, and in which row the sheet ends."""

    name: str
    headers: Sequence[str]
    row: int
    above: list[Line]
    height: int
    sheet: Any = None
    """The sheet itself, where no other is to be held beside it."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """The headers of the sheets that are read, and their rows."""

    headers: Sequence[str]
    above: list[Line]
    below: Iterator[Line]
    names: list[str]
    notes: list[str]


PASSWORD = "The workbook has a password. Save it without one."  # noqa: S105 - a sentence
DAMAGED = "The workbook cannot be read; it may be damaged. Save it again, or as CSV."
NO_SHEET = "No visible sheet of the workbook has a header row with something below it."


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
        best = _best(CalamineWorkbook.from_filelike(io.BytesIO(content)), content)
    except PasswordError:
        yield {"refused": PASSWORD}
    except (CalamineError, OSError):
        yield {"refused": DAMAGED}
    except UnusableLog as error:
        yield {"refused": error.sentence}
    else:
        yield from _told(best) if best is not None else [{"refused": NO_SHEET}]


def _told(best: Found) -> Iterator[Any]:
    yield {
        "headers": best.headers,
        "skipped": best.above,
        "name": ", ".join(best.names),
        "notes": best.notes,
    }
    rows = 0
    for line in best.below:
        rows += 1
        yield line
    yield {"rows": rows}


def _best(book: CalamineWorkbook, content: bytes) -> Found | None:
    """Return the visible sheet with the most headers that we know; its likes are put below it."""
    sheets = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    names = [one.name for one in sheets if one.visible == SheetVisibleEnum.Visible]
    heads, nameless = _heads(book, names)
    known = {name: sum(map(is_known, head.headers)) for name, head in heads.items()}
    if nameless and not any(known.values()):
        raise next(iter(nameless.values()))
    if not heads:
        return None
    best = max(heads, key=lambda name: known[name])
    alike = [name for name in heads if _are_alike(heads[name].headers, heads[best].headers)]
    alike.sort(key=lambda name: name != best)  # the others in their order, below it
    starts, start = [], 0
    for name in alike:
        starts.append(start)
        start += heads[name].height
    left = [one.name for one in sheets if one.name not in alike and one.name in heads]
    hidden = [one.name for one in sheets if one.name not in names]
    parts = [
        _below(book, content, heads[name], heads[best].headers, first)
        for name, first in zip(alike, starts, strict=True)
    ]
    above = [
        (number + first, why)
        for name, first in zip(alike, starts, strict=True)
        for number, why in heads[name].above
    ]
    return Found(
        headers=heads[best].headers,
        above=above,
        below=chain.from_iterable(parts),
        names=alike,
        notes=[*_notes(alike, starts, left, hidden), *map(_of_nameless, nameless)],
    )


def _heads(
    book: CalamineWorkbook, names: list[str]
) -> tuple[dict[str, Head], dict[str, NamelessColumns]]:
    """Return the header rows of sheets, and the refusals of those whose first row is none."""
    heads, nameless = {}, {}
    for name in names:
        try:
            if head := _head(book, name, len(names) == 1):
                heads[name] = head
        except NamelessColumns as error:
            nameless[name] = error
    return heads, nameless


def _notes(alike: list[str], starts: list[int], left: list[str], hidden: list[str]) -> list[str]:
    """Return which sheets are read and which are not; rows are numbered through."""
    said = [
        f"The sheet {name!r} has the headers of {alike[0]!r} and is read below it: its row 1 is "
        f"called row {first + 1}."
        for name, first in zip(alike[1:], starts[1:], strict=True)
    ]
    said += [f"The sheet {name!r} has other headers and is not read." for name in left]
    return said + [f"The sheet {name!r} is hidden and is not read." for name in hidden]


def _of_nameless(name: str) -> str:
    return f"The sheet {name!r} has no row of column names and is not read."


def _are_alike(some: Sequence[str], others: Sequence[str]) -> bool:
    names, wanted = ([plain(one) for one in headers] for headers in (some, others))
    return names == wanted or (sorted(names) == sorted(wanted) and len(set(names)) == len(names))


def _head(book: CalamineWorkbook, name: str, is_alone: bool) -> Head | None:
    """Return the header row of a sheet; None where it names fewer than two columns."""
    sheet = book.get_sheet_by_name(name)
    if sheet.height < 2 or sheet.start is None:
        return None
    head: list[Line] = list(islice(_rows(sheet, {}), LOOKS_AT))
    if not any(any(line[1]) for line in head):
        return None
    header, above, _ = heading(head)
    if sum(bool(cell) for cell in header[1]) < 2:
        return None
    last = sheet.start[0] + sheet.height
    return Head(
        name=name,
        headers=header[1],
        row=header[0],
        above=above,
        height=last,
        sheet=sheet if is_alone else None,
    )


def _below(
    book: CalamineWorkbook, content: bytes, head: Head, headers: Sequence[str], start: int
) -> Iterator[Line]:
    """Yield the rows below the headers of a sheet, its columns in the order of `headers`."""
    names = [plain(one) for one in head.headers]
    wanted = [plain(one) for one in headers]
    order = None if names == wanted else [names.index(one) for one in wanted]
    instead = cells_without_value(content, head.name)
    sheet = head.sheet or book.get_sheet_by_name(head.name)
    for number, cells in _rows(sheet, instead):
        if number > head.row:
            yield number + start, [cells[one] for one in order] if order else cells


def _rows(sheet: Any, instead: Cells) -> Iterator[tuple[int, list[str]]]:
    # calamine's iter_rows begins at row 1 even where the first rows are blank.
    # A sheet with a cell in its last row has a million rows, most of them blank.
    rows = {row for row, _ in instead}
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number in rows:
            said = [
                instead.get((number, place), text_of(cell)) for place, cell in enumerate(cells, 1)
            ]
            yield number, said
        elif any(cell != "" for cell in cells):
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
