"""Which CSV it is: separator, quotation mark and escape, and whether a record swallowed others."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analytics.external_logs.dates import looks_like_date

DELIMITERS = ",;\t|^~\x1f"
_LOOKS_AT = 20  # lines
_IN_SINGLE_MARKS = re.compile(r"'[^']*'(?:[,;\t|^~]'[^']*')+")


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How the cells of a file are set apart; `width` is how many most of its first lines have."""

    delimiter: str
    quote: str = '"'
    escape: str | None = None
    width: int = 1

    def split(self, lines: Sequence[str]) -> list[list[str]]:
        """Return the cells of lines."""
        return list(self.records(lines))

    def records(self, lines: Iterable[str], *, is_strict: bool = False) -> Iterator[list[str]]:
        """Yield the cells of each record; a blank before a quotation mark hides no mark.

        A strict reading raises csv.Error where something follows the mark that closes a cell.
        """
        yield from csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            escapechar=self.escape,
            skipinitialspace=True,
            strict=is_strict,
        )


def dialect_of(text: str) -> Dialect:
    """Return the dialect that splits the first lines of a text most evenly."""
    lines = [line for line in text.splitlines() if line.strip()]
    head = lines[:_LOOKS_AT]
    if not head:
        return Dialect(delimiter=",")
    quote = "'" if _IN_SINGLE_MARKS.fullmatch(head[0].strip()) and '"' not in text else '"'
    tried = [_measured(Dialect(delimiter=mark, quote=quote), head) for mark in DELIMITERS]
    _, best = max(tried, key=lambda one: one[0])
    return _with_escape(best, [line for line in lines if f"\\{quote}" in line])


def _measured(dialect: Dialect, head: Sequence[str]) -> tuple[tuple[int, int], Dialect]:
    counts = Counter(map(len, dialect.split(head)))
    width, times = max(counts.items(), key=lambda item: (item[0] > 1, item[1]))
    measured = Dialect(delimiter=dialect.delimiter, quote=dialect.quote, width=width)
    return (times if width > 1 else 0, width), measured


def _with_escape(dialect: Dialect, lines: Sequence[str]) -> Dialect:
    r"""Return the dialect with \" as a mark within a cell, where more lines have its width then.

    A path such as "C:\out\" ends in the same two characters and is no such mark.
    """
    escaped = Dialect(
        delimiter=dialect.delimiter, quote=dialect.quote, escape="\\", width=dialect.width
    )
    fits = [sum(_is_whole(line, one) for line in lines) for one in (dialect, escaped)]
    return escaped if fits[1] > fits[0] else dialect


def _is_whole(line: str, dialect: Dialect) -> bool:
    (cells,) = dialect.split([line]) or [[]]
    return len(cells) == dialect.width


def has_swallowed(lines: Sequence[str], cells: Sequence[str], dialect: Dialect) -> bool:
    """Say whether a record of several lines holds rows: a stray mark met a later one.

    A line of it is a row where it has as many cells as the first rows, and a date among them.
    A cell that opens and closes as RFC 4180 has it, and ends in a line that is no row, is one
    cell. The last line of a cell that ends in the first column looks like a row: then the record
    is sound, and its first line is no row.
    """
    if not any(_is_row(line, dialect) for line in lines[1:]):
        return False
    if not _is_row(lines[-1], dialect) and _is_by_the_book(lines, dialect):
        return False
    is_sound = len(cells) == dialect.width and not sum(_marks(line, dialect) for line in lines) % 2
    return not is_sound or _is_whole(lines[0], dialect)


def _is_by_the_book(lines: Sequence[str], dialect: Dialect) -> bool:
    """Say whether lines are one record of the file's width, each mark at an end of its cell."""
    try:
        (cells,) = dialect.records(lines, is_strict=True)
    except (csv.Error, ValueError):
        return False
    return len(cells) == dialect.width


def is_unclosed(line: str, dialect: Dialect) -> bool:
    """Say whether a line opens a quotation mark that it does not close."""
    return bool(_marks(line, dialect) % 2)


def _marks(line: str, dialect: Dialect) -> int:
    escaped = line.count(f"{dialect.escape}{dialect.quote}") if dialect.escape else 0
    return line.count(dialect.quote) - escaped


def _is_row(line: str, dialect: Dialect) -> bool:
    cells = next(iter(dialect.split([line])), [])
    return len(cells) == dialect.width > 1 and any(looks_like_date(one.strip()) for one in cells)


def other_separator(cells: Sequence[str], dialect: Dialect) -> str:
    """Return the separator of a row that has one cell by the file's, and all of them by another."""
    if len(cells) != 1 or dialect.width < 3:
        return ""
    marks = (mark for mark in DELIMITERS if mark != dialect.delimiter)
    return next((mark for mark in marks if cells[0].count(mark) == dialect.width - 1), "")
