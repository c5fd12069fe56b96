"""Read a CSV file of any dialect and encoding into text cells, under limits."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from dataclasses import dataclass

from analytics.external_logs.refusals import UnusableLog

MOST_COLUMNS = 1000
LONGEST_CELL = 1_000_000  # characters
DELIMITERS = ",;\t|"
csv.field_size_limit(LONGEST_CELL)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row with its place in the file: the header is row 1, as in a spreadsheet."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RawLog:
    """A file as read: unique headers, rows of equal width, and the rows that do not fit."""

    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    rejected: tuple[tuple[int, str], ...]
    rows_read: int
    encoding: str
    delimiter: str

    def column(self, header: str) -> list[str]:
        """Return the cells of one column."""
        place = self.headers.index(header)
        return [row.cells[place] for row in self.rows]


def read_csv(content: bytes) -> RawLog:
    """Return the cells of a CSV file; UnusableLog says why it cannot be read."""
    if not content.strip():
        raise UnusableLog("The file is empty. Export it again and choose it once more.")
    text, encoding = _decode(content)
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        lines = [tuple(cell.strip() for cell in line) for line in reader]
    except csv.Error as error:
        raise UnusableLog(
            f"The file cannot be read as CSV ({error}). A cell may hold over a million characters."
        ) from error
    headers = _headers(lines)
    rows, rejected, read = _rows(lines[1:], headers)
    if not read:
        raise UnusableLog("The file has a header row and nothing below it.")
    return RawLog(
        headers=headers,
        rows=tuple(rows),
        rejected=tuple(rejected),
        rows_read=read,
        encoding=encoding,
        delimiter=delimiter,
    )


def _decode(content: bytes) -> tuple[str, str]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        tries = ["utf-16"]
    elif b"\x00" in content[:4096]:
        raise UnusableLog("The file is not text. Save the sheet as CSV and choose that file.")
    else:
        tries = ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in tries:
        try:
            return content.decode(encoding).replace("\x00", ""), encoding
        except UnicodeDecodeError:
            continue
    raise UnusableLog("The file's characters cannot be read. Save it as UTF-8 CSV.")


def _delimiter(text: str) -> str:
    """Return the separator that splits the first lines most evenly."""
    head = [line for line in text.splitlines()[:20] if line.strip()]

    def evenness(mark: str) -> tuple[int, int]:
        counts = Counter(len(line) for line in csv.reader(head, delimiter=mark))
        width, times = max(counts.items(), key=lambda item: (item[0] > 1, item[1]))
        return (times if width > 1 else 0, width)

    return max(DELIMITERS, key=evenness)


def _headers(lines: list[tuple[str, ...]]) -> tuple[str, ...]:
    if len(lines[0]) > MOST_COLUMNS:
        raise UnusableLog(f"The file has {len(lines[0])} columns; at most {MOST_COLUMNS} are read.")
    seen: Counter[str] = Counter()
    names = []
    for place, name in enumerate(lines[0], start=1):
        plain = name or f"column {place}"
        seen[plain] += 1
        names.append(plain if seen[plain] == 1 else f"{plain} ({seen[plain]})")
    return tuple(names)


def _rows(
    lines: list[tuple[str, ...]], headers: tuple[str, ...]
) -> tuple[list[Row], list[tuple[int, str]], int]:
    rows: list[Row] = []
    rejected: list[tuple[int, str]] = []
    read = 0
    for number, cells in enumerate(lines, start=2):
        if not any(cells):
            continue
        read += 1
        if len(cells) > len(headers) and any(cells[len(headers) :]):
            rejected.append((number, f"{len(cells)} cells under {len(headers)} headers"))
        elif cells == headers:
            rejected.append((number, "a repeated header row, not a request"))
        else:
            padded = cells[: len(headers)] + ("",) * (len(headers) - len(cells))
            rows.append(Row(number=number, cells=padded))
    return rows, rejected, read
