"""What changed from one published mirror to the next, so that what was made of it can follow."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from analytics.mirror.fold import Change
from analytics.mirror.partition import Partition, nothing
from analytics.mirror.published import Published, Snapshot, mirror_of
from analytics.mirror.rows import Asked, Rows


def change_between(
    before: Published | None, served: Snapshot | None, now: Published
) -> Change | None:
    """Return what changed since a snapshot was served; None where nobody knows."""
    if before is None or served is None or served.mirror.log.zone != now.facts.zone:
        return None
    if before is now:
        gone = come = nothing().rows
    elif now.facts.base == before.name:
        ids = pa.array([str(one) for one in now.facts.changed], pa.string())
        keys = sorted({*before.pieces, *now.pieces})
        touched = [key for key in keys if before.pieces.get(key) is not now.pieces.get(key)]
        gone = _of(ids, (before.pieces[key] for key in touched if key in before.pieces))
        come = _of(ids, (now.pieces[key] for key in touched if key in now.pieces))
    else:
        return None
    if served.mirror.change is not None:
        served.mirror.change.before = None
    return Change(
        before=served.mirror,
        gone=mirror_of(gone, before.facts, before.facts.as_of),
        come=mirror_of(come, now.facts, now.facts.as_of),
    )


def _of(ids: pa.Array, pieces: Iterable[Partition]) -> Rows:
    """Return the rows of some requests in some pieces; their steps once somebody asks for them."""
    held = list(pieces)

    def of(table: str) -> pa.Table:
        found = list(nothing().rows.batches(table))
        for one in held:
            rows = one.of(table).table
            found.append(rows.filter(pc.is_in(rows["request_id"], value_set=ids)))
        return pa.concat_tables(found).unify_dictionaries().combine_chunks()

    return Asked(of)
