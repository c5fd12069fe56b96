"""A piece of a mirror: the requests that one facility received in one period, with their steps.

Pieces are sorted as the whole is, so that they stand one after the other. Before them stand
amendments (`amended.py`): the rows of requests that changed since their piece was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from hashlib import sha256

import numpy as np
import pyarrow as pa

from analytics.eventlog import EVENTS, REQUESTS, EventLog
from analytics.mirror.cut import Key, Months, month_of, months_in
from analytics.mirror.digest import digest
from analytics.mirror.fold import Mirror, fold
from analytics.mirror.held import Held, Sieved
from analytics.mirror.rows import TABLES
from analytics.mirror.stored import Numbers, Stored, among
from analytics.mirror.words import listed, of_codes, settled

NOBODY: Numbers = np.zeros(0, np.int64)


def numbers_of(ids: Iterable[int]) -> Numbers:
    """Return requests by number, each once and in order."""
    return np.unique(np.fromiter(ids, np.int64))


def ids_of(numbers: Numbers) -> pa.Array:
    """Return requests as they stand in rows."""
    return pa.array(numbers).cast(pa.string())


class Partition:
    """One piece: what lies in its files, but for requests that are counted in another piece."""

    def __init__(self, stored: Stored, left_out: Numbers = NOBODY) -> None:
        self.stored, self.left_out = stored, left_out
        self._sieved: dict[str, Sieved] = {}

    @property
    def cases(self) -> pa.Table:
        """Its requests."""
        return self.of("cases").table

    @property
    def steps(self) -> pa.Table:
        """The steps of its requests."""
        return self.of("steps").table

    def of(self, table: str) -> Held | Sieved:
        """Return the rows of a table that count."""
        held = self.stored.of(table)
        if not len(self.left_out):
            return held
        if table not in self._sieved:
            self._sieved[table] = Sieved(held, ids_of(self.left_out))
        return self._sieved[table]

    @property
    def requests(self) -> int:
        """How many requests count here."""
        return self.stored.of("cases").rows - len(self.left_out)

    def without(self, numbers: Numbers) -> Partition:
        """Return the piece with more requests left out; itself where none of them counts here."""
        held = self.counting(numbers)
        if not len(held):
            return self
        return Partition(self.stored, np.sort(np.concatenate([self.left_out, held])))

    def counting(self, numbers: Numbers) -> Numbers:
        """Return which of some requests count here."""
        held = self.stored.held(numbers)
        return held[~among(held, self.left_out)]

    def loose(self) -> Partition:
        """Return the rows that count as a piece of their own; it is not settled."""
        return Partition(Stored(Held(self.cases), Held(self.steps)))

    def settled(self) -> Partition:
        """Return the piece with its tables settled."""
        return Partition(Stored(Held(settled(self.cases)), Held(settled(self.steps))))

    def months(self, key: Key) -> Mapping[str, Months]:
        """Return how many requests each facility has of each month of receipt; a key may tell."""
        if (month := month_of(key[1])) is not None:
            return {key[0]: {month: self.requests}}
        if not len(self.left_out):
            return self.stored.months
        return self._months

    @cached_property
    def _months(self) -> Mapping[str, Months]:
        return dict(months_in(self.of("cases").columns(["facility", "received"])))

    @cached_property
    def stale_from(self) -> int | None:
        """The first moment at which a row is to be read anew, though nothing happened."""
        if not len(self.left_out):
            return self.stored.stale_from
        return self.stored.stale_without(self.left_out)

    def stale(self, at: int) -> list[int]:
        """Return the requests whose rows are to be read anew at a moment."""
        if self.stale_from is None or self.stale_from > at:
            return []
        return self.stored.stale(at, self.left_out)


Partitions = Mapping[Key, Partition]


@cache
def nothing() -> Mirror:
    """Return the mirror of no request."""
    requests, events = REQUESTS.empty_table(), EVENTS.empty_table()
    return fold(EventLog(name="", as_of=0, requests=requests, events=events))


def all_left_out(pieces: Partitions) -> pa.Table:
    """Return which requests do not count in which piece, although their rows lie there, in order."""
    worn = [(key, one.left_out) for key, one in sorted(pieces.items()) if len(one.left_out)]
    of = np.repeat(np.arange(len(worn), dtype=np.int32), [len(numbers) for _, numbers in worn])
    words = zip(*(key for key, _ in worn), strict=True) if worn else ([], [])
    columns = {
        name: listed(pa.chunked_array([of_codes(of, list(own))]))
        for name, own in zip(("facility", "period"), words, strict=True)
    }
    ids = ids_of(np.concatenate([NOBODY, *(numbers for _, numbers in worn)]))
    return settled(pa.table(columns | {"request_id": ids}))


def digests_of(pieces: Partitions) -> dict[tuple[str, str, str], str]:
    """Return the hash of each table of each piece, by facility, period and table."""
    return {
        (*key, name): piece.stored.of(name).digest
        for key, piece in pieces.items()
        for name in TABLES
    }


def content_of(digests: Mapping[tuple[str, str, str], str], pieces: Partitions) -> str:
    """Return the SHA-256 of all rows, from the hashes of the pieces and who is left out of them."""
    lines = ["\n".join((*words, found)) for words, found in sorted(digests.items())]
    if (found := all_left_out(pieces)).num_rows:
        lines.append(digest(found))
    return sha256("\n\n".join(lines).encode()).hexdigest()
