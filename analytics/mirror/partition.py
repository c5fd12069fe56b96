"""A mirror in pieces: the requests that one facility received in one period, with their steps.

Pieces are sorted as the whole is, so that they stand one after the other, and a change of some
requests touches only their pieces.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, cached_property
from hashlib import sha256

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute as pc

from analytics.eventlog import EVENTS, REQUESTS, EventLog
from analytics.mirror.cut import (
    NEVER,
    Key,
    Months,
    Plan,
    is_day,
    month_of,
    months_in,
    plan_of,
    plans_of,
    runs,
)
from analytics.mirror.fold import Mirror, fold
from analytics.mirror.held import Held
from analytics.mirror.landmarks import landmarks_of
from analytics.mirror.rows import TABLES
from analytics.mirror.words import settled

_CASES_BY = [("received", "ascending"), ("request_id", "ascending")]
_STEPS_BY = [*_CASES_BY, ("seq", "ascending")]


class Partition:
    """One piece; its tables are sorted and settled.

    They are packed as the bytes of their files once these are asked for by `pack`, and are then
    unpacked by whoever asks for them.
    """

    def __init__(self, cases: Held, steps: Held, landmarks: Held | None = None) -> None:
        self._cases, self._steps, self._known = cases, steps, landmarks

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
        return self._known or Held(settled(landmarks_of(self.steps)))

    def of(self, table: str) -> Held:
        """Return a table, packed or at hand."""
        if table == "landmarks":
            return self._landmarks
        return self._cases if table == "cases" else self._steps

    @property
    def is_unpacked(self) -> bool:
        """Say whether its steps are at hand."""
        return self._steps.is_unpacked

    def settled(self) -> Partition:
        """Return the piece with its tables settled."""
        return Partition(Held(settled(self.cases)), Held(settled(self.steps)))

    def pack(self) -> None:
        """Keep its tables packed only, with what is said of them."""
        _ = self._numbers, self.stale_from
        for table in reversed(TABLES):
            self.of(table).pack()

    @cached_property
    def _numbers(self) -> NDArray[np.int64]:
        """Its requests by number, in order, at hand also where they are packed."""
        ids = self._cases.columns(["request_id"])["request_id"]
        return np.sort(ids.cast(pa.int64()).to_numpy())

    def holds_any(self, numbers: NDArray[np.int64]) -> bool:
        """Say whether any of some requests is among its own."""
        at = np.minimum(self._numbers.searchsorted(numbers), len(self._numbers) - 1)
        return bool(len(self._numbers)) and bool((self._numbers[at] == numbers).any())

    def months(self, key: Key) -> Months:
        """Return how many requests it has of each month of receipt; its key may tell which."""
        month = month_of(key[1])
        return self._months if month is None else {month: self._cases.rows}

    @cached_property
    def _months(self) -> Months:
        found = months_in(self._cases.columns(["facility", "received"]))
        return next(iter(found.values()), {})

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


def split(mirror: Mirror, plans: Mapping[str, Plan] | None = None) -> dict[Key, Partition]:
    """Return the pieces of a folded mirror; `plans` are those of all rows, where there are more."""
    wanted = plans_of(mirror.cases) if plans is None else plans
    return {key: piece.settled() for key, piece in _cut(mirror.cases, mirror.steps, wanted).items()}


def _cut(cases: pa.Table, steps: pa.Table, plans: Mapping[str, Plan]) -> dict[Key, Partition]:
    """Return pieces that are not settled yet."""
    empty, of = steps.slice(0, 0), runs(steps, plans)
    return {
        key: Partition(Held(table), Held(of.get(key, empty)))
        for key, table in runs(cases, plans).items()
    }


@cache
def nothing() -> Mirror:
    """Return the mirror of no request."""
    requests, events = REQUESTS.empty_table(), EVENTS.empty_table()
    return fold(EventLog(name="", as_of=0, requests=requests, events=events))


def replaced(pieces: Partitions, ids: Collection[int], fresh: Mirror) -> dict[Key, Partition]:
    """Return the pieces with some requests as they were folded afresh; those not there are gone.

    Pieces that none of them touches stay the very same objects.
    """
    numbers = np.sort(np.fromiter(ids, np.int64, len(ids)))
    gone = pa.array(numbers).cast(pa.string())
    left = {
        key: _without(piece, gone) if piece.holds_any(numbers) else piece
        for key, piece in pieces.items()
    }
    come = months_in(fresh.cases.select(["facility", "received"]))
    touched = {key[0] for key in pieces if left[key] is not pieces[key]} | come.keys()
    stay = {key: piece for key, piece in pieces.items() if key[0] not in touched}
    kept = [(key, one) for key, one in left.items() if key[0] in touched and one.of("cases").rows]
    plans = _plans(kept, come)
    more = _cut(fresh.cases, fresh.steps, plans)
    return dict(sorted((stay | _arranged(kept, plans, more, pieces)).items()))


def with_more(pieces: Partitions, more: Partitions) -> dict[Key, Partition]:
    """Return pieces and those of other requests; `arranged` cuts them as their sizes are then."""
    return {
        key: _merged([one[key] for one in (pieces, more) if key in one]) for key in {*pieces, *more}
    }


def arranged(pieces: Partitions) -> dict[Key, Partition]:
    """Return pieces cut as `split` cuts all of them, in order; those so cut stay the same objects."""
    found = [*pieces.items()]
    return dict(sorted(_arranged(found, _plans(found, {}), {}, pieces).items()))


def _plans(found: Iterable[tuple[Key, Partition]], more: Mapping[str, Months]) -> dict[str, Plan]:
    """Return where facilities are cut that have these pieces, and more requests by month."""
    months = {facility: Counter(of) for facility, of in more.items()}
    for key, piece in found:
        months.setdefault(key[0], Counter()).update(piece.months(key))
    return {facility: plan_of(of) for facility, of in months.items()}


def _arranged(
    found: Iterable[tuple[Key, Partition]],
    plans: Mapping[str, Plan],
    more: Partitions,
    settled_ones: Partitions,
) -> dict[Key, Partition]:
    """Return pieces as planned, with those of `more` requests, which are cut so already."""
    groups: dict[Key, list[Partition]] = {}
    for key, piece in found:
        for period, part in _fitted(key, piece, plans[key[0]]):
            groups.setdefault((key[0], period), []).append(part)
    for key, piece in more.items():
        groups.setdefault(key, []).append(piece)
    are_settled = {id(piece) for piece in settled_ones.values()}
    return {
        key: _merged(of) if len(of) > 1 or id(of[0]) in are_settled else of[0].settled()
        for key, of in groups.items()
    }


def _fitted(key: Key, piece: Partition, plan: Plan) -> Iterable[tuple[str, Partition]]:
    """Return a piece in the parts that a plan wants, each with its period."""
    facility, period = key
    wanted = {plan[month] for month in piece.months(key)} if period != NEVER else {NEVER}
    if wanted == {None} and is_day(period):
        return [(period, piece)]
    if len(wanted) == 1 and (whole := next(iter(wanted))) is not None:
        return [(whole, piece)]
    return [
        (of, part) for (_, of), part in _cut(piece.cases, piece.steps, {facility: plan}).items()
    ]


def digests_of(pieces: Partitions) -> dict[tuple[str, str, str], str]:
    """Return the hash of each table of each piece, by facility, period and table."""
    return {(*key, name): piece.of(name).digest for key, piece in pieces.items() for name in TABLES}


def content_of(digests: Mapping[tuple[str, str, str], str]) -> str:
    """Return the SHA-256 of all rows, from the hashes of the pieces."""
    lines = ["\n".join((*words, found)) for words, found in sorted(digests.items())]
    return sha256("\n\n".join(lines).encode()).hexdigest()


def _without(old: Partition, gone: pa.Array) -> Partition:
    """Return a piece without some requests; it is settled once others have come to it."""
    cases, steps = (
        table.filter(pc.invert(pc.is_in(table["request_id"], value_set=gone)))
        for table in (old.cases, old.steps)
    )
    return Partition(Held(cases), Held(steps))


def _merged(pieces: Sequence[Partition]) -> Partition:
    if len(pieces) == 1:
        return pieces[0]
    cases, steps = (
        pa.concat_tables([getattr(one, name) for one in pieces]).sort_by(order)
        for name, order in (("cases", _CASES_BY), ("steps", _STEPS_BY))
    )
    return Partition(Held(settled(cases)), Held(settled(steps)))
