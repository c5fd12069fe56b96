"""Find the header row: sheets kept by people often begin with a title."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.external_logs.columns import is_known
from analytics.external_logs.raw import Line
from analytics.external_logs.refusals import UnusableLog

LOOKS_AT = 30  # lines


def heading(lines: Sequence[Line]) -> tuple[Line, list[Line], list[Line]]:
    """Return the header row, the lines above it as rejected lines, and the lines below it.

    The first line that is not blank is the header row, unless a later one holds two more of the
    headers that we know: a title may begin "Location:".
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
    return lines[at], above, list(lines[at + 1 :])


def _known(line: Line) -> int:
    return sum(map(is_known, line[1])) if not isinstance(line[1], str) else 0
