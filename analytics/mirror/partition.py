"""A mirror in pieces: the requests that one facility received in one month, with their steps.

Pieces are sorted as the whole is, so that they stand one after the other, and a change of some
requests touches only their pieces.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from analytics.eventlog import EVENTS, REQUESTS, EventLog
from analytics.mirror.fold import Mirror, fold

Key = tuple[str, str]
"""A facility and a month of receipt (UTC, as in 2026-11), in order."""
NO_MONTH = "none"  # sorts after every month, as rows without a receipt do
_AT_ONCE = 1 << 20  # words; Arrow counts the bytes of a word by 31 bits
_CASES_BY = [("received", "ascending"), ("request_id", "ascending")]
_STEPS_BY = [*_CASES_BY, ("seq", "ascending")]


@dataclass(frozen=True)
class Partition:
    """One piece; its tables are sorted, each in one chunk."""

    cases: pa.Table
    steps: pa.Table

    @property
    def tables(self) -> Mapping[str, pa.Table]:
        """Both tables by name."""
        return {"cases": self.cases, "steps": self.steps}

    @cached_property
    def stale_from(self) -> int | None:
        """The first moment at which a row is to be read anew, though nothing happened."""
        found: int | None = pc.min(self.cases["stale_from"]).as_py()
        return found

    def stale(self, at: int) -> list[int]:
        """Return the requests whose rows are to be read anew at a moment."""
        if self.stale_from is None or self.stale_from > at:
            return []
        hits = pc.less_equal(self.cases["stale_from"], at)
        return [int(one) for one in self.cases.filter(hits)["request_id"].to_pylist()]


Partitions = Mapping[Key, Partition]


def split(mirror: Mirror) -> dict[Key, Partition]:
    """Return the pieces of a folded mirror, in order."""
    cases, steps = _runs(mirror.cases), _runs(mirror.steps)
    empty = mirror.steps.slice(0, 0)
    return {key: Partition(table, steps.get(key, empty)) for key, table in cases.items()}


def join(pieces: Partitions) -> tuple[pa.Table, pa.Table]:
    """Return both tables, of all pieces one after the other."""
    if not pieces:
        return nothing().cases, nothing().steps
    ordered = [pieces[key] for key in sorted(pieces)]
    cases = pa.concat_tables([one.cases for one in ordered])
    return cases, pa.concat_tables([one.steps for one in ordered])


@cache
def nothing() -> Mirror:
    """Return the mirror of no request."""
    requests, events = REQUESTS.empty_table(), EVENTS.empty_table()
    return fold(EventLog(name="", as_of=0, requests=requests, events=events))


def replaced(pieces: Partitions, ids: Collection[int], fresh: Mirror) -> dict[Key, Partition]:
    """Return the pieces with some requests as they were folded afresh; those not there are gone.

    Pieces that none of them touches stay the very same objects.
    """
    gone = pa.array([str(one) for one in ids], pa.string())
    new = split(fresh)
    found: dict[Key, Partition] = {}
    for key in sorted({*pieces, *new}):
        old, more = pieces.get(key), new.get(key)
        kept = _without(old, gone) if old is not None else None
        if more is not None:
            kept = _merged(kept, more) if kept is not None else more
        if kept is not None and kept.cases.num_rows:
            found[key] = kept
    return found


def digests_of(pieces: Partitions) -> dict[tuple[str, str, str], str]:
    """Return the hash of each table of each piece, by facility, month and table."""
    return {
        (*key, name): digest(table)
        for key, piece in pieces.items()
        for name, table in piece.tables.items()
    }


def content_of(digests: Mapping[tuple[str, str, str], str]) -> str:
    """Return the SHA-256 of all rows, from the hashes of the pieces."""
    lines = ["\n".join((*words, found)) for words, found in sorted(digests.items())]
    return sha256("\n\n".join(lines).encode()).hexdigest()


def digest(table: pa.Table) -> str:
    """Return the SHA-256 of a table's columns and rows, however memory holds them."""
    found = sha256(str(table.num_rows).encode())
    for field, column in zip(table.schema, table.combine_chunks().columns, strict=True):
        found.update(f"\n{field.name} {field.type}\n".encode())
        if column.null_count:
            found.update(np.packbits(column.is_null().to_numpy()).tobytes())
        for part in _plain(column):
            found.update(part)
    return found.hexdigest()


def _plain(column: pa.ChunkedArray) -> Iterable[bytes | memoryview]:
    """Return a column's values as bytes; what stands under a null is not looked at."""
    if pa.types.is_string(column.type):
        text = pc.fill_null(column, "")
        yield pc.binary_length(text).to_numpy().tobytes()
        for chunk in text.chunks:
            for at in range(0, len(chunk), _AT_ONCE):
                yield _run_together(chunk.slice(at, _AT_ONCE))
    elif pa.types.is_boolean(column.type):
        yield np.packbits(pc.fill_null(column, False).to_numpy()).tobytes()
    else:
        yield np.ascontiguousarray(pc.fill_null(column, 0).to_numpy()).tobytes()


def _run_together(words: pa.Array) -> bytes:
    """Return the words one after the other."""
    lists = pa.ListArray.from_arrays(pa.array([0, len(words)], pa.int32()), words)
    return bytes(pc.binary_join(lists, "")[0].as_buffer())


def _runs(table: pa.Table) -> dict[Key, pa.Table]:
    """Cut a sorted table where the facility or the month of receipt changes."""
    if not table.num_rows:
        return {}
    facility = table["facility"].combine_chunks().dictionary_encode()
    place, month = facility.indices.to_numpy(), _months(table["received"])
    turns = np.flatnonzero((np.diff(place) != 0) | (np.diff(month) != 0)) + 1
    starts, ends = [0, *turns.tolist()], [*turns.tolist(), table.num_rows]
    names = facility.dictionary.to_pylist()
    return {
        (names[place[start]], _name(int(month[start]))): _alone(table.slice(start, end - start))
        for start, end in zip(starts, ends, strict=True)
    }


_NOWHEN = np.iinfo("i8").min


def _months(received: pa.ChunkedArray) -> Any:
    """Return months since 1970; the least number where there is none."""
    whens = pc.fill_null(received, 0).to_numpy().astype("M8[s]")
    months = whens.astype("M8[M]").astype("i8")
    return np.where(received.is_null().to_numpy(), _NOWHEN, months)


def _name(month: int) -> str:
    return NO_MONTH if month == _NOWHEN else f"{1970 + month // 12:04d}-{month % 12 + 1:02d}"


def _without(old: Partition, gone: pa.Array) -> Partition:
    hit = pc.is_in(old.cases["request_id"], value_set=gone)
    if not pc.any(hit).as_py():
        return old
    stays = pc.invert(pc.is_in(old.steps["request_id"], value_set=gone))
    cases, steps = old.cases.filter(pc.invert(hit)), old.steps.filter(stays)
    return Partition(_alone(cases), _alone(steps))


def _merged(old: Partition, new: Partition) -> Partition:
    cases = pa.concat_tables([old.cases, new.cases]).sort_by(_CASES_BY)
    steps = pa.concat_tables([old.steps, new.steps]).sort_by(_STEPS_BY)
    return Partition(_alone(cases), _alone(steps))


def _alone(table: pa.Table) -> pa.Table:
    """Return a table in one chunk."""
    return table.combine_chunks()
