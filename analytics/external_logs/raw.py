"""A file as read: text cells in columns, and every row that does not fit with its reason."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from analytics.external_logs.refusals import UnusableLog

MOST_COLUMNS = 1000
MOST_ROWS = 1_250_000  # of a file and of a log: about 1 GB while it is read
LONGEST_CELL = 1_000_000  # characters
_CHUNK = 20_000  # rows that are Python objects at a time

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
    """Collects rows into columns, a chunk at a time."""

    width: int
    waiting: list[tuple[str, ...]] = field(default_factory=list)
    chunks: list[pa.RecordBatch] = field(default_factory=list)
    numbers: array[int] = field(default_factory=lambda: array("q"))
    hashes: array[int] = field(default_factory=lambda: array("q"))

    def add(self, number: int, cells: tuple[str, ...]) -> None:
        self.numbers.append(number)
        self.hashes.append(hash(cells))
        self.waiting.append(cells)
        if len(self.waiting) == _CHUNK:
            self._flush()

    def _flush(self) -> None:
        columns = zip(*self.waiting, strict=True)
        arrays = [pa.array(column, pa.string()) for column in columns]
        self.chunks.append(pa.RecordBatch.from_arrays(arrays, _names(self.width)))
        self.waiting = []

    def table(self) -> pa.Table:
        if self.waiting:
            self._flush()
        schema = pa.schema([(name, pa.string()) for name in _names(self.width)])
        return pa.Table.from_batches(self.chunks, schema)


def _names(width: int) -> list[str]:
    return [str(place) for place in range(width)]


def collect(sheet: Sheet, most: int | None = None) -> RawLog:
    """Return the cells of a sheet, or of its first `most` rows.

    UnusableLog where there is nothing below the headers.
    """
    headers = unique_headers(sheet.headers)
    rows, rejected, read, is_whole = _Rows(len(headers)), [], 0, True
    repeated = tuple(cell.strip() for cell in sheet.headers)
    for number, why in sheet.skipped:
        read += 1
        rejected.append((number, str(why)))
    for number, line in sheet.lines:
        if read == most:
            is_whole = False
            break
        if isinstance(line, str):
            read += 1
            rejected.append((number, line))
            continue
        cells = tuple(cell.strip() for cell in line)
        if not any(cells):
            continue
        read += 1
        problem = _problem(cells, repeated)
        if problem:
            rejected.append((number, problem))
        else:
            rows.add(number, cells[: len(headers)] + ("",) * (len(headers) - len(cells)))
        if read > MOST_ROWS:
            raise UnusableLog(
                f"The file has more than {MOST_ROWS:,} rows, the most that are read at a time. "
                "Split it by year."
            )
    return _raw(sheet, headers, rows, rejected, read, is_whole)


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
        doubled=_doubled(table, np.array(rows.hashes, dtype=np.int64)),
        rejected=tuple(rejected),
        rows_read=read,
        form=sheet.form,
        encoding=sheet.encoding,
        delimiter=sheet.delimiter,
        sheet=sheet.name,
        is_whole=is_whole,
        notes=tuple(sheet.notes),
    )


def _problem(cells: tuple[str, ...], headers: tuple[str, ...]) -> str:
    if len(cells) > len(headers) and any(cells[len(headers) :]):
        return f"{len(cells)} cells under {len(headers)} headers"
    if cells == headers:
        return "a repeated header row, not a request"
    if max(map(len, cells)) > LONGEST_CELL:
        return f"a cell holds more than {LONGEST_CELL:,} characters"
    return ""


def unique_headers(names: Sequence[str]) -> tuple[str, ...]:
    """Return a name for every column; a second `Date` is called `Date (2)`."""
    if len(names) > MOST_COLUMNS:
        raise UnusableLog(f"The file has {len(names)} columns; at most {MOST_COLUMNS} are read.")
    seen: Counter[str] = Counter()
    found: list[str] = []
    for place, name in enumerate(names, start=1):
        plain = " ".join(name.split())[:200] or f"column {place}"
        seen[plain] += 1
        while seen[plain] > 1 and f"{plain} ({seen[plain]})" in (*names, *found):
            seen[plain] += 1
        found.append(plain if seen[plain] == 1 else f"{plain} ({seen[plain]})")
    return tuple(found)


def _doubled(table: pa.Table, hashes: Any) -> Any:
    """Say of each row whether the very same row stands before it; equal hashes are compared."""
    doubled = np.zeros(len(hashes), dtype=bool)
    order = np.argsort(hashes, kind="stable")
    same = np.flatnonzero(hashes[order][1:] == hashes[order][:-1])
    if not len(same):
        return doubled
    suspects = np.unique(np.concatenate([order[same], order[same + 1]]))
    seen: set[tuple[str, ...]] = set()
    for place, row in zip(suspects, _tuples(table.take(pa.array(suspects))), strict=True):
        doubled[place] = row in seen
        seen.add(row)
    return doubled


def _tuples(table: pa.Table) -> list[tuple[str, ...]]:
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


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
