"""Read the moments of a log, vectorised, and say what cannot be used and what must be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from analytics.external_logs.dates import DAY, Moment
from analytics.external_logs.mapping import Mapping
from analytics.external_logs.meant import meanings_of
from analytics.external_logs.moments import reader_of
from analytics.external_logs.raw import RawLog, each_word
from analytics.external_logs.values import attempts_of, studies_of

MOMENTS = (
    *("timestamp", "start_timestamp", "received_at", "completed_at", "complete_at", "need_by"),
    *("hold_start", "hold_end", "received_anchor", "completed_anchor"),
)
Reason = str | Callable[[int], str]
"""Why a row is rejected: a sentence, or what says it of the row at a place."""
TOTALS = ("total", "totals", "subtotal", "sum", "grand", "average")


@dataclass
class Findings:
    """What was found while reading: rejected rows with their reasons, and what was unclear."""

    rejected: list[tuple[int, str]] = field(default_factory=list)
    unread: dict[str, dict[str, Any]] = field(default_factory=dict)
    offsets: set[bool] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)
    """What was taken for what, in sentences: it rejects no row, and bears on figures."""

    def could_not_read(self, name: str, rows: int, example: str) -> None:
        """Note cells of a column that does not decide about its row, and that are left blank."""
        self.unread[name] = {"rows": rows, "example": example[:40]}


class Clock:
    """Reads moments of one file, asking once for each different text.

    `until` is the moment up to which the log is to speak, where the reader says one; `at` is now,
    where what lies later is to be taken for a slip of the pen.
    """

    def __init__(
        self,
        mapping: Mapping,
        findings: Findings,
        zone: str,
        *,
        until: datetime | None = None,
        at: datetime | None = None,
    ) -> None:
        self._read = reader_of(mapping.date_order, ZoneInfo(zone))
        self.findings, self.zone, self.until = findings, ZoneInfo(zone), until
        self.latest = None if at is None else int(at.timestamp()) + DAY
        """The end of today in any zone, where it is known when today is."""

    def read(self, text: str) -> Moment | None:
        """Return the moment of a text; a placeholder is one, and says so."""
        return self._read(text) if text else None

    def _seconds(self, text: str) -> int | None:
        moment = self.read(text)
        if moment is None or moment.is_placeholder:
            return None
        if not moment.is_date_only:
            self.findings.offsets.add(moment.has_offset)
        return moment.seconds

    def column(self, cells: pa.ChunkedArray) -> pa.ChunkedArray:
        """Return seconds since 1970, null where a text is blank or no date."""
        return each_word(cells, self._seconds, pa.int64())

    def is_later(self, cells: pa.Table, name: str) -> Any:
        """Say of each row whether a moment of it lies after the one up to which the log speaks."""
        if self.until is None:
            return np.zeros(cells.num_rows, dtype=bool)
        later = pc.greater(cells[f"at:{name}"], int(self.until.timestamp()))
        return flags(later.fill_null(False))

    def why_not(self, text: str, kind: str = "date") -> str:
        """Return why a text is no moment."""
        moment = self.read(text)
        if moment is not None and moment.is_placeholder:
            return f"{text[:40]!r} lies outside 1950 to 2100: a placeholder, not a date"
        if moment is not None and self.latest is not None and moment.seconds > self.latest:
            return f"{text[:40]!r} lies in the future"
        return f"{text[:40]!r} is not a {kind}"


def with_moments(cells: pa.Table, clock: Clock) -> pa.Table:
    """Return the kept cells with a column of seconds beside each column of moments.

    A moment that cannot have come yet is none; only a deadline may lie in the future.
    """
    for name in MOMENTS:
        if name in cells.column_names:
            found = clock.column(cells[name])
            if clock.latest is not None and name != "need_by":
                is_past = pc.less_equal(found, clock.latest)
                found = pc.if_else(is_past, found, pa.scalar(None, pa.int64()))
            cells = cells.append_column(f"at:{name}", found)
    return cells


def flags(cells: pa.ChunkedArray) -> Any:
    """Return a numpy mask of a boolean column."""
    return cells.combine_chunks().to_numpy(zero_copy_only=False).astype(bool)


def blank(cells: pa.Table, name: str) -> Any:
    """Say of each row whether a field is blank or not there."""
    if name not in cells.column_names:
        return np.ones(cells.num_rows, dtype=bool)
    return flags(pc.equal(cells[name], ""))


def unread(cells: pa.Table, name: str) -> Any:
    """Say of each row whether a field is written and is no date."""
    if name not in cells.column_names:
        return np.zeros(cells.num_rows, dtype=bool)
    return ~blank(cells, name) & flags(pc.is_null(cells[f"at:{name}"]))


def reject(
    raw: RawLog, cells: pa.Table, reasons: Sequence[tuple[Any, Reason]], findings: Findings
) -> pa.Table:
    """Return the rows that no reason meets; every other row is listed with the first that does."""
    good = np.ones(cells.num_rows, dtype=bool)
    for mask, reason in reasons:
        for place in np.flatnonzero(mask & good):
            said = reason if isinstance(reason, str) else reason(int(place))
            findings.rejected.append((int(raw.numbers[place]), said))
        good &= ~mask
    return cells if good.all() else cells.filter(pa.array(good))


def note_unread(cells: pa.Table, names: Iterable[str], findings: Findings) -> None:
    """Note the cells of these columns that are written and are no date."""
    for name in names:
        wrong = unread(cells, name)
        if wrong.any():
            example = cells[name][int(np.flatnonzero(wrong)[0])].as_py()
            findings.could_not_read(name, int(wrong.sum()), example)


def note_turned(cells: pa.Table, earlier: str, later: str, what: str, findings: Findings) -> None:
    """Say how many rows, of how many cases, have a moment after another that it comes before."""
    if {f"at:{earlier}", f"at:{later}"} <= set(cells.column_names):
        turned = pc.greater(cells[f"at:{earlier}"], cells[f"at:{later}"])
        if rows := pc.sum(turned).as_py():
            has = "row has" if rows == 1 else "rows have"
            findings.remarks.append(f"{rows:,} {has} {what}{_cases_of(cells, turned)}.")


def _cases_of(cells: pa.Table, rows: pa.ChunkedArray) -> str:
    """Say of how many cases some rows are, where several rows tell of one: figures count cases."""
    if "case_id" not in cells.column_names:
        return ""
    cases = pc.count_distinct(cells["case_id"].filter(rows)).as_py()
    return f", in {cases:,} {'case' if cases == 1 else 'cases'}"


def note_uncounted(cells: pa.Table, mapping: Mapping, findings: Findings) -> None:
    """Note the cells of columns of counts that are written and are no count."""
    for name, counted in counts_of(mapping).items():
        if name not in cells.column_names:
            continue
        counts = each_word(cells[name], counted, pa.int64())
        wrong = ~blank(cells, name) & flags(pc.is_null(counts))
        if wrong.any():
            example = cells[name][int(np.flatnonzero(wrong)[0])].as_py()
            findings.could_not_read(name, int(wrong.sum()), example)


def note_unmeant(
    cells: pa.Table, mapping: Mapping, findings: Findings, names: Iterable[str]
) -> None:
    """Note the words of these fields that say nothing that we know."""
    for name in names:
        if name not in cells.column_names:
            continue
        meaning = meanings_of(mapping)[name]
        wrong = ~blank(cells, name) & flags(
            pc.is_null(each_word(cells[name], meaning, pa.string()))
        )
        if wrong.any():
            example = cells[name][int(np.flatnonzero(wrong)[0])].as_py()
            findings.could_not_read(name, int(wrong.sum()), example)


def note_ways(lacking: int, of: str, findings: Findings) -> None:
    """Say how many rows or cases say neither in nor out."""
    if lacking:
        findings.remarks.append(
            f"{lacking:,} of the {of} {'says' if lacking == 1 else 'say'} neither in nor out: outside "
            "the measures of what came in and of what went out."
        )


def counts_of(mapping: Mapping) -> dict[str, Callable[[str], int | None]]:
    """Return what reads each column of counts; attempts mean what their header says."""
    found: dict[str, Callable[[str], int | None]] = {"studies": studies_of}
    if header := mapping.columns.get("attempts"):
        found["attempts"] = lambda word: attempts_of(word, header)
    return found


def with_counts(cells: pa.Table, mapping: Mapping) -> pa.Table:
    """Return the kept cells with a column of numbers beside each column of counts."""
    for name, counted in counts_of(mapping).items():
        if name in cells.column_names:
            counts = each_word(cells[name], counted, pa.int64())
            cells = cells.append_column(f"meant_{name}", counts)
    return cells


def totals(table: pa.Table, undated: Any) -> Any:
    """Say of each row whether it is a sum of others: one of its first two words says so.

    A row with a date is one only where the word stands alone: "Total Imaging" is a place.
    """
    suspects = np.zeros(table.num_rows, dtype=bool)
    pattern = rf"^({'|'.join(TOTALS)})\b"
    for column in table.columns:
        suspects |= flags(pc.match_substring_regex(column, pattern, ignore_case=True))
    for place in np.flatnonzero(suspects):
        row = (str(column[int(place)].as_py()) for column in table.columns)
        words = [cell.lower() for cell in row if cell][:2]
        suspects[place] = any(_is_sum(word, alone=not undated[place]) for word in words)
    return suspects


def _is_sum(text: str, *, alone: bool) -> bool:
    words = text.replace(":", " ").split()
    if not words or words[0] not in TOTALS or (words[0] == "grand" and words[1:2] != ["total"]):
        return False
    return not alone or len(words) == 1 + (words[0] == "grand")


def lonely(table: pa.Table) -> Any:
    """Say of each row whether a single cell of it is filled: a heading between rows."""
    filled = np.zeros(table.num_rows, dtype=np.int32)
    for column in table.columns:
        filled += ~flags(pc.equal(column, ""))
    return (filled == 1) & (table.num_columns >= 3)
