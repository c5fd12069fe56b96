"""A mirror in pieces: the requests that one facility received in one month, with their steps.

Pieces are sorted as the whole is, so that they stand one after the other, and a change of some
requests touches only their pieces.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from analytics.eventlog import EVENTS, REQUESTS, EventLog
from analytics.mirror.fold import Mirror, fold
from analytics.mirror.held import Held
from analytics.mirror.landmarks import landmarks_of
from analytics.mirror.packed import Packed
from analytics.mirror.rows import BATCH, TABLES, Words
from analytics.mirror.words import codes_of, joined, settled

Key = tuple[str, str]
"""A facility and a month of receipt (UTC, as in 2026-11), in order."""
NO_MONTH = "none"  # sorts after every month, as rows without a receipt do
UNPACKED = 1 << 20  # steps that stay at hand
_CASES_BY = [("received", "ascending"), ("request_id", "ascending")]
_STEPS_BY = [*_CASES_BY, ("seq", "ascending")]


class Partition:
    """One piece; its tables are sorted and settled.

    They are packed as the bytes of their files once these are asked for by `pack`, and are then
    unpacked by whoever asks for them.
    """

    def __init__(
        self,
        cases: pa.Table | Packed,
        steps: pa.Table | Packed,
        landmarks: Packed | None = None,
    ) -> None:
        self._cases, self._steps = Held(cases), Held(steps)
        self._known = landmarks

    @property
    def cases(self) -> pa.Table:
        """Its requests."""
        return self._cases.table

    @property
    def steps(self) -> pa.Table:
        """The steps of its requests."""
        return self._steps.table

    @cached_property
    def _landmarks(self) -> Held:
        known = self._known
        return Held(settled(landmarks_of(self.steps)) if known is None else known)

    def of(self, table: str) -> Held:
        """Return a table, packed or at hand."""
        if table == "landmarks":
            return self._landmarks
        return self._cases if table == "cases" else self._steps

    @property
    def is_unpacked(self) -> bool:
        """Say whether its steps are at hand."""
        return self._steps.is_unpacked

    def pack(self) -> None:
        """Keep its tables packed only, with what is said of them."""
        _ = self.ids, self.stale_from
        for table in reversed(TABLES):
            self.of(table).pack()

    @cached_property
    def ids(self) -> pa.ChunkedArray:
        """Its requests by number, at hand also where they are packed."""
        return self._cases.columns(["request_id"])["request_id"]

    @cached_property
    def stale_from(self) -> int | None:
        """The first moment at which a row is to be read anew, though nothing happened."""
        found: int | None = pc.min(self._cases.columns(["stale_from"])["stale_from"]).as_py()
        return found

    def stale(self, at: int) -> list[int]:
        """Return the requests whose rows are to be read anew at a moment."""
        if self.stale_from is None or self.stale_from > at:
            return []
        cases = self._cases.columns(["request_id", "stale_from"])
        hits = pc.less_equal(cases["stale_from"], at)
        return [int(one) for one in cases.filter(hits)["request_id"].to_pylist()]


Partitions = Mapping[Key, Partition]


@dataclass(frozen=True)
class Pieces:
    """The rows of a mirror in pieces, one after the other."""

    pieces: Partitions

    @property
    def cases(self) -> pa.Table:
        """All cases; whoever needs few columns asks for these."""
        return _together([nothing().cases, *(one.cases for one in self._ordered)])

    @property
    def steps(self) -> pa.Table:
        """All steps; whoever needs few at once asks for batches."""
        return _together([nothing().steps, *(one.steps for one in self._ordered)])

    @property
    def facilities(self) -> tuple[str, ...]:
        """The facilities that received any of the requests, in order."""
        return tuple(sorted({facility for facility, _ in self.pieces}))

    def names(self, table: str) -> list[str]:
        """Return the columns of a table."""
        return nothing().rows.names(table)

    def of_cases(self, names: Sequence[str]) -> pa.Table:
        """Return some columns of all cases."""
        parts = [one.of("cases").columns(names) for one in self._ordered]
        return _together([nothing().cases.select(list(names)), *parts])

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return sum(one.of(table).rows for one in self._ordered)

    def words(self, table: str) -> Words:
        """Return the words of each column of a table."""
        found: dict[str, dict[str, None]] = {}
        for one in self._ordered:
            for name, words in one.of(table).words.items():
                found.setdefault(name, {}).update(dict.fromkeys(words))
        return {name: list(words) for name, words in found.items()}

    def batches(self, table: str) -> Iterator[pa.Table]:
        """Yield the rows of a table, so many at once as memory holds with ease; none as none."""
        held = list(nothing().rows.batches(table))
        for one in self._ordered:
            held.append(one.of(table).table)
            if sum(part.num_rows for part in held) >= BATCH:
                yield _together(held)
                held = []
        if held:
            yield _together(held)

    @property
    def _ordered(self) -> list[Partition]:
        return [self.pieces[key] for key in sorted(self.pieces)]


def _together(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables).unify_dictionaries()


def pack_but_newest(pieces: Partitions) -> None:
    """Pack the steps of pieces, but for those of the newest months, where changes fall."""
    left = UNPACKED
    for key in sorted(pieces, key=lambda one: (one[1] != NO_MONTH, one[1]), reverse=True):
        left -= pieces[key].of("steps").rows if pieces[key].is_unpacked else 0
        if left < 0:
            pieces[key].pack()


def split(mirror: Mirror) -> dict[Key, Partition]:
    """Return the pieces of a folded mirror, in order."""
    cases, steps = _runs(mirror.cases), _runs(mirror.steps)
    empty = settled(mirror.steps.slice(0, 0))
    return {key: Partition(table, steps.get(key, empty)) for key, table in cases.items()}


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
    kept = {key: _without(piece, gone) for key, piece in pieces.items()}
    return with_more(
        {key: piece for key, piece in kept.items() if piece.of("cases").rows}, split(fresh)
    )


def with_more(pieces: Partitions, more: Partitions) -> dict[Key, Partition]:
    """Return pieces and those of other requests, in order."""
    return {
        key: _merged(pieces[key], more[key])
        if key in pieces and key in more
        else pieces.get(key) or more[key]
        for key in sorted({*pieces, *more})
    }


def digests_of(pieces: Partitions) -> dict[tuple[str, str, str], str]:
    """Return the hash of each table of each piece, by facility, month and table."""
    return {(*key, name): piece.of(name).digest for key, piece in pieces.items() for name in TABLES}


def content_of(digests: Mapping[tuple[str, str, str], str]) -> str:
    """Return the SHA-256 of all rows, from the hashes of the pieces."""
    lines = ["\n".join((*words, found)) for words, found in sorted(digests.items())]
    return sha256("\n\n".join(lines).encode()).hexdigest()


def _runs(table: pa.Table) -> dict[Key, pa.Table]:
    """Cut a sorted table where the facility or the month of receipt changes."""
    if not table.num_rows:
        return {}
    facility = joined(table["facility"])
    place, month = codes_of(facility), _months(table["received"])
    turns = np.flatnonzero((np.diff(place) != 0) | (np.diff(month) != 0)) + 1
    starts, ends = [0, *turns.tolist()], [*turns.tolist(), table.num_rows]
    names = facility.dictionary.to_pylist()
    return {
        (names[place[start]], _name(int(month[start]))): settled(table.slice(start, end - start))
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
    hit = pc.is_in(old.ids, value_set=gone)
    if not pc.any(hit).as_py():
        return old
    steps = old.steps
    stays = pc.invert(pc.is_in(steps["request_id"], value_set=gone))
    return Partition(settled(old.cases.filter(pc.invert(hit))), settled(steps.filter(stays)))


def _merged(old: Partition, new: Partition) -> Partition:
    cases = pa.concat_tables([old.cases, new.cases]).sort_by(_CASES_BY)
    steps = pa.concat_tables([old.steps, new.steps]).sort_by(_STEPS_BY)
    return Partition(settled(cases), settled(steps))
