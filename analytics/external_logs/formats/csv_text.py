"""CSV of any dialect and encoding."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import chain, islice, takewhile

from analytics.external_logs.formats.crooked import CROOKED, Doubtful, is_crooked
from analytics.external_logs.formats.csv_dialect import Dialect, dialect_of, other_separator
from analytics.external_logs.formats.heading import LOOKS_AT, heading
from analytics.external_logs.formats.quoted import Quoted, Record
from analytics.external_logs.raw import Line, Sheet
from analytics.external_logs.refusals import UnusableLog

_SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
_MARK = "\ufeff"  # of the order of bytes; a file saved twice may begin with two
AS_WINDOWS = (
    "Some characters are no UTF-8 and are read as Windows writes them. If names look wrong, save "
    "the file as UTF-8 and choose it again."
)
_STEP = 1024**2
_END = "\x1eend\x1e"
_CONTROLS = bytes(one for one in range(32) if one not in b"\t\n\r\x0c\x1b\x1e\x1f")
csv.field_size_limit(2**31 - 1)  # a long cell costs its own row, not the whole file


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are no UTF-8 as Windows does: files are pasted from several."""
    assert isinstance(error, UnicodeDecodeError)
    wrong = error.object[error.start : error.end]
    return bytes(wrong).decode("cp1252", "replace").replace("\ufffd", ""), error.end


codecs.register_error("discless-windows", _as_windows)


def read_csv(content: bytes, quoted: str = "") -> Sheet:
    """Return the header row and lines of a CSV file; UnusableLog says why it cannot be read.

    `quoted` is what somebody said of quoted cells whose lines look like rows; where it is needed
    and blank, it is asked.
    """
    encoding, errors = encoding_of(content)
    dialect = dialect_of(content[:200_000].decode(encoding, "replace").lstrip(_MARK))

    def records() -> Iterator[Record]:
        return _records(_stream(content, encoding, errors), dialect)

    cells = Quoted(dialect, quoted, lambda: takewhile(lambda one: one[1] != [_END], records()))
    lines = _lines(records(), dialect, cells)
    header, above, below = heading(list(islice(lines, LOOKS_AT)))
    if errors != "strict":
        cells.notes.append(AS_WINDOWS)
    return Sheet(
        headers=header[1],
        lines=map(_settled, chain(below, lines)),
        skipped=above,
        form="CSV",
        encoding="cp1252" if errors != "strict" else encoding.removesuffix("-sig"),
        delimiter=dialect.delimiter,
        notes=cells.notes,
        asks=cells.asks,
    )


def _lines(records: Iterator[Record], dialect: Dialect, quoted: Quoted) -> Iterator[Line]:
    """Yield rows; where a quotation mark swallowed some, its lines are read one by one."""
    number = 0
    for lines, cells in records:
        if cells == [_END]:
            return
        number += 1
        if cells and cells[-1].endswith(_END):
            raise UnusableLog(
                f"Row {number} opens a quotation mark that is never closed, so the rows below "
                "it run together. Close or remove it, and choose the file again."
            )
        rows = quoted.rows_in(number, lines, cells) if len(lines) > 1 else None
        if rows is not None:
            yield from enumerate(rows, start=number)
            number += len(lines) - 1
        elif mark := other_separator(cells, dialect):
            said = [_SEPARATORS.get(one, one) for one in (mark, dialect.delimiter)]
            yield number, f"its cells are set apart by {said[0]}, those of the file by {said[1]}"
        else:
            yield number, Doubtful(cells) if is_crooked(lines, cells, dialect) else cells


def _settled(line: Line) -> Line:
    """Return a line below the headers: no cell is kept of one that can be read in two ways."""
    return (line[0], CROOKED) if isinstance(line[1], Doubtful) else line


def _records(stream: Iterator[str], dialect: Dialect) -> Iterator[Record]:
    """Yield the lines of each record, and its cells."""
    lines: list[str] = []

    def noted() -> Iterator[str]:
        for line in stream:
            lines.append(line)
            yield line

    try:
        for cells in dialect.records(noted()):
            yield lines.copy(), cells
            lines.clear()
    except csv.Error as error:
        raise UnusableLog(f"The file cannot be read as CSV ({error}). Export it again.") from error


def _stream(content: bytes, encoding: str, errors: str) -> Iterator[str]:
    """Yield lines of text as they are asked for; a whole text would be held four times over."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding, errors, newline="")
    line = text.readline()
    yield line.lstrip(_MARK)
    for line in text:
        yield line
    if not line.endswith(("\n", "\r")):
        yield "\n"
    yield _END


def encoding_of(content: bytes) -> tuple[str, str]:
    """Return the encoding of a file, and how to take bytes that do not fit it."""
    encoding = wide_encoding(content)
    if not encoding and _is_binary(content[:4096]):
        raise UnusableLog("The file is not text. Save the sheet as CSV or XLSX and choose that.")
    try:
        _check_encoding(content, encoding or "utf-8-sig")
    except UnicodeDecodeError as error:
        if encoding:
            raise UnusableLog(
                "The file's characters cannot be read. Save it as UTF-8 CSV."
            ) from error
        return "utf-8-sig", "discless-windows"
    return encoding or "utf-8-sig", "strict"


def _is_binary(head: bytes) -> bool:
    """Say whether bytes are no text: a single NUL costs its row, many control characters all."""
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls > max(4, len(head) // 50)


def _check_encoding(content: bytes, encoding: str) -> None:
    """Decode all and keep nothing: one wide character makes a whole text four times as large."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for place in range(0, len(content), _STEP):
        decoder.decode(content[place : place + _STEP])
    decoder.decode(b"", final=True)


def wide_encoding(content: bytes) -> str:
    """Return the encoding of a text of two or four bytes a letter; "" where it is none."""
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):  # begins like UTF-16
        return "utf-32"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = content[:4096]
    if len(head) >= 16 and head[1::2].count(0) > 0.4 * len(head[1::2]):
        return "utf-16-le"
    if len(head) >= 16 and head[::2].count(0) > 0.4 * len(head[::2]):
        return "utf-16-be"
    return ""
