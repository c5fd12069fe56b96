"""Find the header row: sheets kept by people often begin with a title."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.external_logs.columns import is_known
from analytics.external_logs.dates import looks_like_date
from analytics.external_logs.raw import Line
from analytics.external_logs.refusals import UnusableLog

LOOKS_AT = 30  # lines


def heading(lines: Sequence[Line]) -> tuple[Line, list[Line], list[Line]]:
    """Return the header row, the lines above it as rejected lines, and the lines below it.

    The first line that is not blank is the header row, unless a later one holds two more of the
    headers that we know: a title may begin "Location:". UnusableLog where the header row is one of
    dates like those below it.
    """
    filled = [
        place for place, line in enumerate(lines) if not isinstance(line[1], str) and any(line[1])
    ]
    if not filled:
        raise UnusableLog("The file holds no header row. Its first row names the columns.")
    at = max(filled, key=lambda place: _known(lines[place]))
    if _known(lines[at]) < _known(lines[filled[0]]) + 2:
        at = filled[0]
    above: list[Line] = [
        (number, "a title above the header row, not a request")
        for number, cells in lines[:at]
        if not isinstance(cells, str) and any(cells)
    ]
    below = list(lines[at + 1 :])
    _check_names(lines[at], below)
    return lines[at], above, below


class NamelessColumns(UnusableLog):
    """The first row of a file, or of a sheet, is a row like the others."""


def _check_names(header: Line, below: Sequence[Line]) -> None:
    """Raise NamelessColumns where a cell of the header row and most of those below are dates.

    Their row would be taken for the names of columns, which are shown and kept. The cell is named
    by its place alone: it may hold a day of birth.
    """
    for place, name in enumerate(header[1]):
        if not looks_like_date(name.strip()):
            continue
        column = [line[1][place].strip() for line in below if _reaches(line, place)]
        filled = [cell for cell in column if cell]
        if filled and 2 * sum(map(looks_like_date, filled)) >= len(filled):
            raise NamelessColumns(
                f"Cell {place + 1} of row {header[0]} is a date, as those below it are: this file "
                "has no row of column names. Add one above its rows and choose it again."
            )


def _reaches(line: Line, place: int) -> bool:
    return not isinstance(line[1], str) and len(line[1]) > place


def _known(line: Line) -> int:
    return sum(map(is_known, line[1])) if not isinstance(line[1], str) else 0
