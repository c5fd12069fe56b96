"""A file as read: text cells in columns, and every row that does not fit with its reason."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import zip_longest
from typing import Any

import numpy as np
import pyarrow as pa

from analytics.external_logs.refusals import UnusableLog

MOST_COLUMNS = 1000
MOST_ROWS = 1_250_000  # of a file and of a log: about 1 GB while it is read
MOST_CELLS = 50_000_000  # a chunk's blank columns not counted: about 200 MB beside the texts
LONGEST_CELL = 1_000_000  # characters
NUL = "a cell holds a NUL character: the file may be damaged there"
_CHUNK, _CHUNK_CELLS = 20_000, 500_000  # rows and cells that are Python objects at a time

Line = tuple[int, Sequence[str] | str]
"""A row's number in its file, and its cells; a text instead of cells says why there are none."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What a reader of one format yields: the header row, then lines."""

    headers: Sequence[str]
    lines: Iterable[Line]
    form: str
    skipped: Sequence[Line] = ()
    encoding: str = ""
    delimiter: str = ""
    name: str = ""
    notes: Sequence[str] = ()
    asks: Sequence[dict[str, Any]] = ()
    """Questions on how the lines are to be read; they may come up while they are."""


@dataclass(frozen=True, kw_only=True)
class RawLog:
    """Unique headers, columns of text, the rows' numbers, and the rows that do not fit."""

    headers: tuple[str, ...]
    table: pa.Table
    numbers: Any
    doubled: Any
    rejected: tuple[tuple[int, str], ...]
    rows_read: int
    form: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    is_whole: bool = True
    """False where only the first rows were asked for, and the file has more."""
    notes: tuple[str, ...] = ()
    """Sentences on how the file was read, for whoever sent it."""
    asks: tuple[dict[str, Any], ...] = ()
    """What must be answered before it is read."""

    def cells(self, header: str) -> pa.ChunkedArray:
        """Return one column as text."""
        return self.table.column(self.headers.index(header))

    def column(self, header: str) -> list[str]:
        """Return the cells of one column as a list."""
        found: list[str] = self.cells(header).to_pylist()
        return found

    def words(self, header: str) -> list[str]:
        """Return the different filled cells of one column, in the order in which they stand."""
        return [word for word in self.cells(header).unique().to_pylist() if word]

    def days(self, header: str) -> list[str]:
        """Return the different words of one column without what follows a first blank or T."""
        cut = pa.compute.replace_substring_regex(
            self.cells(header).unique(), pattern="(?s)[ T].*$", replacement=""
        )
        return [word for word in cut.unique().to_pylist() if word]

    def filled(self, header: str) -> int:
        """Return how many cells of a column are not blank."""
        cells = self.cells(header)
        return len(cells) - int(pa.compute.sum(pa.compute.equal(cells, "")).as_py() or 0)


@dataclass
class _Rows:
    """Collects rows into columns, a chunk at a time; blank cells of a chunk cost nothing."""

    width: int
    waiting: list[tuple[str, ...]] = field(default_factory=list)
    cells_waiting: int = 0
    cells: int = 0
    longest: int = 1
    chunks: list[pa.RecordBatch] = field(default_factory=list)
    numbers: array[int] = field(default_factory=lambda: array("q"))
    hashes: array[int] = field(default_factory=lambda: array("q"))

    def add(self, number: int, cells: tuple[str, ...]) -> None:
        """Take a row, which comes without the blanks at its end."""
        self.numbers.append(number)
        self.hashes.append(hash(cells))
        self.waiting.append(cells)
        self.cells_waiting += len(cells)
        self.longest = max(self.longest, len(cells))
        if len(self.waiting) == _CHUNK or self.cells_waiting >= _CHUNK_CELLS:
            self._flush()

    def _flush(self) -> None:
        rows = len(self.waiting)
        arrays = [_blanks(rows)] * self.width
        for place, column in enumerate(zip_longest(*self.waiting, fillvalue="")):
            if any(column):
                arrays[place] = pa.array(column, pa.string())
                self.cells += rows
        self.chunks.append(pa.RecordBatch.from_arrays(arrays, _names(self.width)))
        self.waiting, self.cells_waiting = [], 0
        if self.cells > MOST_CELLS:
            raise UnusableLog(
                f"The file has more than {MOST_CELLS:,} cells, the most that are read at a time. "
                "Split it by year, or leave out the columns that say nothing of requests."
            )

    def table(self) -> pa.Table:
        if self.waiting:
            self._flush()
        schema = pa.schema([(name, pa.string()) for name in _names(self.width)])
        return pa.Table.from_batches(self.chunks, schema)


def _names(width: int) -> list[str]:
    return [str(place) for place in range(width)]


def _blanks(rows: int) -> pa.StringArray:
    """Return blank texts; all such columns of a chunk share this one."""
    return pa.StringArray.from_buffers(rows, pa.py_buffer(bytes(4 * (rows + 1))), pa.py_buffer(b""))


def collect(sheet: Sheet, most: int | None = None) -> RawLog:
    """Return the cells of a sheet, or of its first `most` rows.

    UnusableLog where there is nothing below the headers.
    """
    headers = unique_headers(sheet.headers)
    rows, read, is_whole = _Rows(len(headers)), len(sheet.skipped), True
    rejected = [(number, str(why)) for number, why in sheet.skipped]
    repeated, short = _trimmed(sheet.headers), []
    for number, line in sheet.lines:
        if read == most:
            is_whole = False
            break
        cells = () if isinstance(line, str) else _trimmed(line)
        if not cells and not isinstance(line, str):
            continue
        read += 1
        problem = line if isinstance(line, str) else _problem(cells, len(headers), repeated)
        if problem:
            rejected.append((number, problem))
        else:
            rows.add(number, cells)
            short += [number] * (len(line) < len(headers))
        if read > MOST_ROWS:
            raise UnusableLog(
                f"The file has more than {MOST_ROWS:,} rows, the most that are read at a time. "
                "Split it by year."
            )
    sheet = replace(sheet, notes=(*sheet.notes, *_of_short(short)))
    return _raw(sheet, headers, rows, rejected, read, is_whole)


def _trimmed(line: Sequence[str]) -> tuple[str, ...]:
    """Return cells without blanks around them, and without the blank ones at the end."""
    cells = tuple(cell.strip() for cell in line)
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _of_short(numbers: Sequence[int]) -> list[str]:
    if not numbers:
        return []
    rows = f"{len(numbers):,} rows have" if len(numbers) > 1 else "1 row has"
    first = f"(the first: row {numbers[0]})"
    return [f"{rows} fewer cells than the header row {first}; the missing ones count as blank."]


def _raw(
    sheet: Sheet,
    headers: tuple[str, ...],
    rows: _Rows,
    rejected: list[tuple[int, str]],
    read: int,
    is_whole: bool,
) -> RawLog:
    if not read:
        raise UnusableLog("The file has a header row and nothing below it.")
    table = rows.table()
    return RawLog(
        headers=headers,
        table=table,
        numbers=np.array(rows.numbers, dtype=np.int64),
        doubled=_doubled(table, np.array(rows.hashes, dtype=np.int64), rows.longest),
        rejected=tuple(rejected),
        rows_read=read,
        form=sheet.form,
        encoding=sheet.encoding,
        delimiter=sheet.delimiter,
        sheet=sheet.name,
        is_whole=is_whole,
        notes=tuple(sheet.notes),
        asks=tuple(sheet.asks),
    )


def _problem(cells: tuple[str, ...], width: int, headers: tuple[str, ...]) -> str:
    if len(cells) > width:
        return f"{len(cells)} cells under {width} headers"
    if cells == headers:
        return "a repeated header row, not a request"
    if max(map(len, cells)) > LONGEST_CELL:
        return f"a cell holds more than {LONGEST_CELL:,} characters"
    return NUL if "\x00" in "".join(cells) else ""


def unique_headers(names: Sequence[str]) -> tuple[str, ...]:
    """Return a name for every column; a second `Date` is called `Date (2)`."""
    if len(names) > MOST_COLUMNS:
        raise UnusableLog(f"The file has {len(names)} columns; at most {MOST_COLUMNS} are read.")
    if any("\x00" in name for name in names):
        raise UnusableLog(
            "A header holds a NUL character: the file is damaged, or no text. Export it again."
        )
    seen: Counter[str] = Counter()
    found: list[str] = []
    for place, name in enumerate(names, start=1):
        plain = " ".join(name.split())[:200] or f"column {place}"
        seen[plain] += 1
        while seen[plain] > 1 and f"{plain} ({seen[plain]})" in (*names, *found):
            seen[plain] += 1
        found.append(plain if seen[plain] == 1 else f"{plain} ({seen[plain]})")
    return tuple(found)


def _doubled(table: pa.Table, hashes: Any, longest: int) -> Any:
    """Say of each row whether the very same row stands before it; equal hashes are compared.

    No row has a filled cell behind the `longest`.
    """
    doubled = np.zeros(len(hashes), dtype=bool)
    order = np.argsort(hashes, kind="stable")
    same = np.flatnonzero(hashes[order][1:] == hashes[order][:-1])
    if not len(same):
        return doubled
    suspects = np.unique(np.concatenate([order[same], order[same + 1]]))
    seen: set[bytes] = set()
    for place, row in _rows_at(table.select(range(longest)), suspects):
        mark = sha256(repr(row).encode()).digest()  # rows themselves would be held all at once
        doubled[place] = mark in seen
        seen.add(mark)
    return doubled


def _rows_at(table: pa.Table, places: Any) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the rows at some places, which ascend, a few at a time."""
    step, start = max(1, _CHUNK_CELLS // table.num_columns), 0
    for batch in table.to_batches():
        here = places[np.searchsorted(places, start) : np.searchsorted(places, start + len(batch))]
        for few in (here[at : at + step] for at in range(0, len(here), step)):
            rows = batch.take(pa.array(few - start))
            columns = [column.to_pylist() for column in rows.columns]
            yield from zip(few.tolist(), zip(*columns, strict=True), strict=True)
        start += len(batch)


def each_word(
    cells: pa.ChunkedArray, read: Callable[[str], Any], kind: pa.DataType
) -> pa.ChunkedArray:
    """Return what each cell means, asking once for each different text."""
    coded = pa.chunked_array(
        cells.dictionary_encode().chunks, pa.dictionary(pa.int32(), pa.string())
    )
    coded = coded.unify_dictionaries()
    if not coded.num_chunks:
        return pa.chunked_array([], kind)
    words = coded.chunk(0).dictionary
    parts = [
        pa.array([read(word) for word in words.slice(place, _CHUNK).to_pylist()], kind)
        for place in range(0, len(words), _CHUNK)
    ]
    meant = pa.concat_arrays(parts) if parts else pa.nulls(0, kind)
    return pa.chunked_array([meant.take(chunk.indices) for chunk in coded.chunks], kind)
