"""What a quoted cell of several lines is that look like rows: one cell, rows, or asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from analytics.external_logs.dates import looks_like_date
from analytics.external_logs.formats.crooked import CROOKED, has_text_behind, is_crooked
from analytics.external_logs.formats.csv_dialect import Dialect, has_swallowed, is_unclosed

CELLS, ROWS = "cells", "rows"
Record = tuple[list[str], list[str]]
"""The lines of a record, and its cells."""
UNCLOSED = "a quotation mark opens and does not close in this row"
_LETTER = "\ufdd0"  # stands for a mark that is a letter while its line is split; no text has it


@dataclass(frozen=True, kw_only=True)
class Survey:
    """A whole file read both ways: the rows of each, those listed of them, and cells in doubt."""

    is_by_the_book: bool
    as_cells: int = 0
    as_rows: int = 0
    listed: int = 0
    doubtful: int = 0


class Quoted:
    """Says of each record of several lines of a file whether its lines are rows.

    Two stray marks look like a note that quotes rows. What can be no rows is a note. Of what can be
    both, a mark of the file that stands where none may by RFC 4180 makes strays; else it is asked.
    """

    def __init__(
        self, dialect: Dialect, answer: str, records: Callable[[], Iterable[Record]]
    ) -> None:
        self.dialect, self.answer, self._records = dialect, answer, records
        self.asks: list[dict[str, Any]] = []
        self.notes: list[str] = []
        self._is_said = False

    def rows_in(self, number: int, lines: list[str], cells: list[str]) -> list[Any] | None:
        """Return the rows that the lines of a record are; None where it is one row, by a number."""
        rows = _rows_of(lines, cells, self.dialect)
        if rows is None:
            is_row = self._is_one(lines, cells)
            return None if is_row else [_alone(line, self.dialect) for line in lines]
        if not self._survey.is_by_the_book:
            return [_alone(line, self.dialect) for line in lines]
        self._say(number)
        return rows if self.answer == ROWS else None

    def _is_one(self, lines: list[str], cells: list[str]) -> bool:
        """Say whether lines that cannot all be rows are one: by themselves, or as the file is."""
        if not has_swallowed(lines, cells, self.dialect):
            return not (_are_wide(lines[1:], self.dialect) and has_text_behind(lines, self.dialect))
        if len(cells) > self.dialect.width:  # a note is part of its row, and widens none
            return False
        is_whole = len(cells) == self.dialect.width and _is_well_quoted(lines, self.dialect)
        return is_whole or self._survey.is_by_the_book

    @cached_property
    def _survey(self) -> Survey:
        return _surveyed(self._records(), self.dialect)

    def _say(self, number: int) -> None:
        """Ask once what such cells are, or say once what they were taken for."""
        if self._is_said:
            return
        found, self._is_said = self._survey, True
        if not self.answer:
            self.asks.append(_question(number, found))
            return
        are = "is 1 quoted cell" if found.doubtful == 1 else f"are {found.doubtful:,} quoted cells"
        ways = [("one cell", found.as_cells), ("rows of their own", found.as_rows)]
        (taken, rows), (other, others) = ways if self.answer == CELLS else reversed(ways)
        self.notes.append(
            f"There {are} of several lines that look like rows: the lines of each are read as "
            f"{taken}, as was said, which makes {rows:,} rows in all; as {other} they would make "
            f"{others:,}."
        )


def _question(number: int, found: Survey) -> dict[str, Any]:
    others = f", and so do those of {found.doubtful - 1:,} more" if found.doubtful > 1 else ""
    lost = f"; {found.listed:,} of them listed, as their cells have no sure end"
    return {
        "field": "quoted",
        "column": "",
        "question": f"The quoted cell in row {number} has several lines that look like rows"
        f"{others}. Is such a cell a note of several lines, or did stray quotation marks join rows?",
        "choices": [CELLS, ROWS],
        "labels": {
            CELLS: f"A note is one cell: {found.as_cells:,} rows in all",
            ROWS: f"The lines are rows: {found.as_rows:,} rows in all, such marks being letters"
            f"{lost if found.listed else ''}",
        },
        "answers": {one: {"quoted": one} for one in (CELLS, ROWS)},
        "rows": found.doubtful,
    }


def _surveyed(records: Iterable[Record], dialect: Dialect) -> Survey:
    """Count the rows of a file, its header row left out, both ways; stop at a mark out of place."""
    as_cells = more = doubtful = listed = 0
    for lines, cells in records:
        if not _is_well_quoted(lines, dialect):
            return Survey(is_by_the_book=False)
        as_cells += any(map(str.strip, cells))
        if len(lines) > 1:
            rows = _rows_of(lines, cells, dialect)
            doubtful += rows is not None
            listed += sum(isinstance(row, str) for row in rows or ())
            more += sum(any(map(str.strip, row)) for row in rows or ()) - (rows is not None)
    return Survey(
        is_by_the_book=True,
        as_cells=as_cells - 1,
        as_rows=as_cells + more - 1,
        listed=listed,
        doubtful=doubtful,
    )


def _alone(line: str, dialect: Dialect) -> Sequence[str] | str:
    """Return the cells of a line that stood in a cell of another, or why it is no row."""
    if is_unclosed(line, dialect):
        return UNCLOSED
    cells = next(iter(dialect.split([line])), [])
    return CROOKED if is_crooked([line], cells, dialect) else cells


def _rows_of(
    lines: Sequence[str], cells: Sequence[str], dialect: Dialect
) -> list[Sequence[str] | str] | None:
    """Return the rows that lines are where two strays joined them; None where they cannot be.

    The first and the last are then as wide as the file, or wider by separators in the cell of
    their stray: of these the reason stands, since where that cell ends is not known. No other mark
    of the lines is out of place: one that is doubled within a cell is in a note.
    """
    if min(one.count(dialect.delimiter) for one in (lines[0], lines[-1])) < dialect.width - 1:
        return None
    texts = [line.rstrip("\r\n") for line in lines]
    first, last = _without_opening(texts[0], dialect), _without_closing(texts[-1], dialect)
    if not all(_is_well_quoted([text], dialect) for text in (first, *texts[1:-1], last)):
        return None
    rows = list(_each(dialect, (first, *texts[1:-1], last)))
    ends = _folded(rows[0], dialect), _folded(rows[-1], dialect, is_last=True)
    if not ends[0] or not ends[1]:
        return None
    is_plain = ends == (rows[0], rows[-1])
    if not is_plain and len(cells) > dialect.width:  # a note is part of its row, and widens none
        return None
    if not _are_rows(ends[0], rows[1:-1], ends[1], dialect, is_plain=is_plain):
        return None
    places = {0, len(rows) - 1}
    return [
        UNCLOSED
        if place in places and len(one) > dialect.width
        else [cell.replace(_LETTER, dialect.quote) for cell in one]
        for place, one in enumerate(rows)
    ]


def _folded(cells: list[str], dialect: Dialect, *, is_last: bool = False) -> list[str] | None:
    """Return the cells of an outer line, those of its stray's as one; None where they do not fit.

    The stray opens the cell that it stands in on the first line, and closes it on the last.
    """
    more = len(cells) - dialect.width
    if not more:
        return cells
    at = next((place for place, cell in enumerate(cells) if _LETTER in cell), -1)
    start = at - more if is_last else at
    if more < 0 or at < 0 or not 0 <= start < dialect.width:
        return None
    inner = dialect.delimiter.join(cells[start : start + more + 1])
    return [*cells[:start], inner, *cells[start + more + 1 :]]


def _are_rows(
    first: list[str],
    between: Iterable[list[str]],
    last: list[str],
    dialect: Dialect,
    *,
    is_plain: bool,
) -> bool:
    """Say whether the last of lines that are wide enough has a date, or one between is a row.

    Where an end was wider than the file, the date of the last is in a column of dates of another.
    """
    if is_plain and _dated(last):
        return True
    whole = [_dated(one) for one in between if len(one) == dialect.width]
    is_between = any(one & _dated(first) for one in whole)
    return is_between or bool(_dated(last) & _dated(first).union(*whole))


def _dated(cells: Iterable[str]) -> set[int]:
    return {place for place, cell in enumerate(cells) if looks_like_date(cell.strip())}


def _are_wide(lines: Iterable[str], dialect: Dialect) -> bool:
    return any(line.count(dialect.delimiter) >= dialect.width - 1 for line in lines)


def _each(dialect: Dialect, texts: Iterable[str]) -> Iterator[list[str]]:
    for text in texts:
        yield next(iter(dialect.split([text])), [])


def _without_opening(line: str, dialect: Dialect) -> str:
    """Return a line with the mark of the cell that it does not close as a letter.

    Three marks that are a cell of their own are letters all: a stray beside a quoted blank.
    """
    found = _patterns(dialect)[1].match(_unescaped(line, dialect))
    if found is None:
        return line
    is_three = line[found.end() :].partition(dialect.delimiter)[0] == 2 * dialect.quote
    return _with_letters(line, found.end() - 1, 3 if is_three else 1)


def _without_closing(line: str, dialect: Dialect) -> str:
    """Return a line that begins in a cell with the mark that closes it as a letter, or all three."""
    found = _patterns(dialect)[2].match(_unescaped(line, dialect))
    if found is None:
        return line
    closes = found.end() - 1
    is_three = line[:closes].rpartition(dialect.delimiter)[2] == 2 * dialect.quote
    return _with_letters(line, closes - 2, 3) if is_three else _with_letters(line, closes, 1)


def _with_letters(line: str, place: int, marks: int) -> str:
    return line[:place] + marks * _LETTER + line[place + marks :]


def _is_well_quoted(lines: Sequence[str], dialect: Dialect) -> bool:
    """Say whether each mark opens a cell at its start, closes it at its end, or is doubled in it."""
    text = "".join(lines).rstrip("\r\n")
    if dialect.quote not in text:
        return True
    return _patterns(dialect)[0].fullmatch(_unescaped(text, dialect)) is not None


def _unescaped(text: str, dialect: Dialect) -> str:
    """Return a text, as long as it was, without the marks that are letters by their escape."""
    return text.replace(f"{dialect.escape}{dialect.quote}", "  ") if dialect.escape else text


@cache
def _patterns(dialect: Dialect) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return what a record is by RFC 4180 (section 2), a line up to an open cell, and a cell's rest.

    Blanks before a mark are let pass, as they are where cells are split.
    """
    mark, apart = re.escape(dialect.quote), re.escape(dialect.delimiter)
    rest = f"[^{mark}]*+(?:{mark}{mark}[^{mark}]*+)*+{mark}"
    cell = f"(?: *+{mark}{rest}|[^{mark}{apart}]*+)"
    return (
        re.compile(f"{cell}(?:{apart}{cell})*+"),
        re.compile(f"(?:{cell}{apart})*+ *+{mark}"),
        re.compile(rest),
    )
