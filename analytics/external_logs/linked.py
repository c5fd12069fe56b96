"""Two tables of one system: requests, and the history of their steps, joined by a number.

The history becomes an event log whose rows carry what the table of requests says of their
request. Rows without a partner are listed with the file that they stand in; none is dropped.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from analytics.external_logs.check import flags
from analytics.external_logs.columns import SYNONYMS, by_names, match_headers, plain
from analytics.external_logs.mapping import check_form
from analytics.external_logs.raw import RawLog
from analytics.external_logs.refusals import BadMapping

STEPS: dict[str, tuple[str, ...]] = {
    "activity": (
        *("new status", "status to", "to status", "new state", "to state"),
        *(*SYNONYMS["activity"], *SYNONYMS["status"], "transition"),
    ),
    "timestamp": (
        *("changed at", "changed on", "changed", "date changed", "status date", "event date"),
        *(*SYNONYMS["timestamp"], "occurred at", "occurred", "logged at", "date", "at", "when"),
    ),
    "staff": ("changed by", "user", "by", *SYNONYMS["staff"]),
}
"""Headers seen in tables of steps; the first match wins."""
NUMBERS = (*SYNONYMS["request_id"], *SYNONYMS["case_id"], "id", "number")


@dataclass(frozen=True, kw_only=True)
class Linked:
    """Two tables as one event log, and what became of the rows of the table of requests."""

    raw: RawLog
    proposed: dict[str, Any]
    requests_read: int
    unlinked: tuple[tuple[int, str], ...]

    def answer(self) -> dict[str, Any]:
        """Return the JSON answer: requests_read = requests_linked + len(unlinked)."""
        return {
            "requests_read": self.requests_read,
            "requests_linked": self.requests_read - len(self.unlinked),
            "unlinked": [{"row": row, "reason": reason} for row, reason in self.unlinked],
        }


def link(requests: RawLog, steps: RawLog, given: Map[str, Any], by: str = "") -> Linked:
    """Return the two tables joined; BadMapping where no column does, or `given` is no mapping.

    `by` names the column of the number in both, or "in requests=in steps".
    """
    check_form(given)
    ours, theirs = _columns(requests, steps, by)
    numbers = requests.cells(ours).combine_chunks()
    place_of = _first_places(numbers)
    found = _places(place_of, steps.cells(theirs))
    partner = found >= 0
    kept = steps.table.filter(pa.array(partner))
    taken = requests.table.take(pa.array(found[partner]))
    headers = [*steps.headers, *_renamed(requests, steps, ours)]
    columns = [*kept.columns, *_without(taken, requests.headers.index(ours))]
    raw = RawLog(
        headers=tuple(headers),
        table=pa.table(columns, names=[str(place) for place in range(len(headers))]),
        numbers=steps.numbers[partner],
        doubled=steps.doubled[partner],
        rejected=(*steps.rejected, *_strays(steps, theirs, ~partner)),
        rows_read=steps.rows_read,
        form=steps.form,
        encoding=steps.encoding,
        delimiter=steps.delimiter,
        sheet=steps.sheet,
        notes=(*requests.notes, *steps.notes),
        asks=(*requests.asks, *steps.asks)[:1],
    )
    return Linked(
        raw=raw,
        proposed=_proposed(raw, steps, theirs, given),
        requests_read=requests.rows_read,
        unlinked=_lonely(requests, numbers, found),
    )


def _columns(requests: RawLog, steps: RawLog, by: str) -> tuple[str, str]:
    if by:
        ours, _, theirs = by.partition("=")
        pair = (ours.strip(), (theirs or ours).strip())
        for header, raw, file in zip(pair, (requests, steps), ("requests", "steps"), strict=True):
            if header not in raw.headers:
                raise BadMapping(f"The file of {file} has no column {header!r} to join by.")
        return pair
    left, right = (by_names(raw.headers) for raw in (requests, steps))
    for name in NUMBERS:
        if name in left and name in right:
            return left[name], right[name]
    pair_of = [next((names[one] for one in NUMBERS if one in names), "") for names in (left, right)]
    if not all(pair_of):
        raise BadMapping(
            "No column of a request number stands in both files. Name it, such as 'Req #=Request'."
        )
    return pair_of[0], pair_of[1]


def _first_places(numbers: pa.Array) -> tuple[pa.Array, Any]:
    """Return the different numbers, and where each stands first."""
    words = numbers.dictionary_encode()
    _, first = np.unique(words.indices.to_numpy(), return_index=True)
    return words.dictionary, first


def _places(place_of: tuple[pa.Array, Any], cells: pa.ChunkedArray) -> Any:
    """Return the place of each step's request, and -1 where it has none."""
    words, first = place_of
    at = pc.index_in(cells, value_set=words)
    places = np.append(first, -1)
    found = at.fill_null(len(first)).combine_chunks().to_numpy(zero_copy_only=False)
    return np.where(flags(pc.equal(cells, "")), -1, places[found])


def _renamed(requests: RawLog, steps: RawLog, ours: str) -> list[str]:
    """Return the headers of the requests' columns; one that steps have too is the case's."""
    taken = {plain(header) for header in steps.headers}
    return [
        f"case:{header}" if plain(header) in taken else header
        for header in requests.headers
        if header != ours
    ]


def _without(table: pa.Table, place: int) -> list[pa.ChunkedArray]:
    return [column for at, column in enumerate(table.columns) if at != place]


def _strays(steps: RawLog, theirs: str, lacks: Any) -> list[tuple[int, str]]:
    cells = steps.cells(theirs)
    reasons = []
    for place in np.flatnonzero(lacks):
        is_blank = not cells[int(place)].as_py()
        reason = "no request number" if is_blank else "its request is not in the file of requests"
        reasons.append((int(steps.numbers[place]), reason))
    return reasons


def _lonely(requests: RawLog, numbers: pa.Array, found: Any) -> tuple[tuple[int, str], ...]:
    """Return the rows of requests that no step names, and those that cannot be joined."""
    used = np.zeros(len(numbers), dtype=bool)
    used[found[found >= 0]] = True
    _, first = _first_places(numbers)
    is_first = np.zeros(len(numbers), dtype=bool)
    is_first[first] = True
    listed = list(requests.rejected)
    for place in np.flatnonzero(~used):
        if not numbers[int(place)].as_py():
            reason = "no request number"
        elif not is_first[place]:
            reason = "a request of this number stands in the file before"
        else:
            reason = "no step names this request"
        listed.append((int(requests.numbers[place]), reason))
    return tuple(sorted(listed))


def _proposed(raw: RawLog, steps: RawLog, theirs: str, given: Map[str, Any]) -> dict[str, Any]:
    """Return the mapping of the joined log: what was said, and what headers say beside it."""
    by_name = by_names([header for header in steps.headers if header != theirs])
    columns = {"case_id": theirs}
    for field, names in STEPS.items():
        header = next((by_name[name] for name in names if name in by_name), None)
        if header is not None and header not in columns.values():
            columns[field] = header
    columns |= given.get("columns", {})
    found: dict[str, Any] = {**given, "layout": "events", "columns": columns}
    if receipt := _receipt(raw, columns):
        found.setdefault("received", {"column": receipt})
    return found


def _receipt(raw: RawLog, columns: Map[str, str]) -> str:
    """Return the header of the receipt: as said, blank too, else one that says so and is free."""
    if "received_at" in columns:
        return columns["received_at"]
    free = [one for one in raw.headers if one not in columns.values()]
    return match_headers(free).get("received_at", "")
