"""What changed from one published mirror to the next, so that what was made of it can follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from weakref import ref

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.mirror.fold import Change, Mirror
from analytics.mirror.opened import is_open, rows_at_hand
from analytics.mirror.partition import Partition, ids_of, nothing, numbers_of
from analytics.mirror.published import Facts, Published, Snapshot, mirror_of
from analytics.mirror.rows import Asked, Rows
from analytics.mirror.stored import Numbers

MOST_TOLD = 10_000  # changed requests that a manifest names
MOST_STEPS = 20  # snapshots back: whoever did not look at each of them follows all the same
HANDY = 4096  # requests in the pieces that some lie in, up to which these are unpacked
FOLLOWED = 3  # snapshots served last that the next one can follow: their pieces stay in memory
Steps = tuple[tuple[str, tuple[int, ...]], ...]


def steps_after(last: Published, changed: tuple[int, ...]) -> Steps:
    """Return what a manifest tells of the snapshots before, when some requests changed since."""
    told, room = [(last.name, changed)], MOST_TOLD - len(changed)
    for name, ids in islice(last.facts.steps, MOST_STEPS - 1):
        room -= len(ids)
        if room < 0:
            break
        told.append((name, tuple(ids)))
    return tuple(told) if len(changed) <= MOST_TOLD else ()


def changed_since(facts: Facts, name: str) -> set[int] | None:
    """Return the requests that changed after a snapshot; None where nobody knows."""
    found = set[int]()
    for before, ids in facts.steps:
        found.update(ids)
        if before == name:
            return found
    return None


class Line:
    """The snapshots of a source that were served last: the next one can follow any of them.

    Where some ask of one snapshot while others are served the next, the last of them may have
    nothing made of it yet.
    """

    def __init__(self) -> None:
        self._served: list[tuple[Published, Snapshot]] = []

    @property
    def last(self) -> tuple[Published | None, Snapshot | None]:
        """What was served last, and what it was taken from."""
        return self._served[0] if self._served else (None, None)

    def next(self, now: Published, at: int) -> Snapshot:
        """Serve a published mirror as of a moment; those that it cannot follow are let go."""
        found = [(one, change_since(*one, now)) for one in self._served]
        snapshot = now.snapshot(at, tuple(change for _, change in found if change is not None))
        followed = [one for one, change in found if change is not None]
        self._served = [(now, snapshot), *followed][:FOLLOWED]
        return snapshot


def change_since(before: Published, served: Snapshot, now: Published) -> Change | None:
    """Return what changed since a snapshot was served; None where nobody knows."""
    if served.mirror.log.zone != now.facts.zone:
        return None
    if before is now:
        gone = come = nothing().rows
    elif (changed := changed_since(now.facts, before.name)) is not None:
        numbers = numbers_of(changed)
        old = [one for key, one in before.pieces.items() if now.pieces.get(key) is not one]
        new = [one for key, one in now.pieces.items() if before.pieces.get(key) is not one]
        come = Asked(lambda table: _of(numbers, new, table))
        gone = Asked(_gone(served.mirror, numbers, old, come))
    else:
        return None
    return Change(
        of=ref(served.mirror),
        gone=mirror_of(gone, before.facts, before.facts.as_of),
        come=mirror_of(come, now.facts, now.facts.as_of),
    )


def _gone(
    was: Mirror, numbers: Numbers, pieces: Sequence[Partition], come: Rows
) -> Callable[[str], pa.Table]:
    """Return what gives the rows that went of a table.

    Where they lie among many, they are looked up in the open database before that moves on.
    """
    known = dict[str, pa.Table]()
    if is_open(was):
        holding = [(one, one.counting(numbers)) for one in pieces]
        if sum(one.requests for one, held in holding if len(held)) > HANDY:
            went = np.concatenate([held for _, held in holding])
            known = rows_at_hand(was, ids_of(went), come.of_cases(["request_id", "received"]))
    return lambda table: known[table] if table in known else _of(numbers, pieces, table)


def _of(numbers: Numbers, pieces: Iterable[Partition], table: str) -> pa.Table:
    """Return the rows of some requests that count in some pieces."""
    found, ids = list(nothing().rows.batches(table)), ids_of(numbers)
    for one in pieces:
        if len(one.counting(numbers)):
            rows = one.of(table).table
            found.append(rows.filter(pc.is_in(rows["request_id"], value_set=ids)))
    return pa.concat_tables(found).unify_dictionaries().combine_chunks()
