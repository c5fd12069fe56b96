"""What the clock will change of which request, in order: what is due next lies at the front."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.metrics.clock import PAST_EVERY_CLOCK, moments
from analytics.metrics.question import Question
from analytics.mirror.partition import nothing

NEAR = 86_400  # seconds ahead for which rows are at hand
CHUNKS = 8  # pieces of these rows, before they are put together


@dataclass(frozen=True)
class Agenda:
    """Moments to come in order, the request of each, and the rows of those that come first.

    `near` holds the rows as they are now of every request with a moment before `horizon`.
    """

    moments: Any
    requests: pa.Array
    near: pa.Table
    horizon: int

    @classmethod
    def read(cls, question: Question) -> Agenda:
        """Return what is to come of the requests of a mirror, from its own moment on."""
        now = question.mirror.log.as_of
        within = f"BETWEEN {now} AND {PAST_EVERY_CLOCK - 1}"
        some = " OR ".join(f"{one} {within}" for one in moments())
        rows = question.table(
            f"FROM (SELECT request_id, unnest([{', '.join(moments())}]) AS moment FROM cases "
            f"WHERE $selection AND ({some})) WHERE moment {within}"
        )
        at = rows["moment"].to_numpy()
        order = np.argsort(at, kind="stable")
        none = nothing().cases
        requests = rows["request_id"].take(order).combine_chunks()
        return cls(at[order], requests, none, now).nearer(question, now)

    def nearer(self, question: Question, now: int) -> Agenda:
        """Return the agenda with the rows at hand of those requests that come next."""
        if now < self.horizon:
            return self
        horizon = now + NEAR
        rows = question.table(
            f"SELECT {', '.join(self.near.column_names)} FROM cases WHERE $selection "
            "AND request_id IN (SELECT unnest(CAST(? AS VARCHAR[])))",
            [self._until(horizon).to_pylist()],
        )
        columns = [_like(rows[field.name], field.type) for field in self.near.schema]
        return replace(self, near=pa.table(columns, schema=self.near.schema), horizon=horizon)

    def _until(self, last: int) -> pa.Array:
        return self.requests.slice(0, int(np.searchsorted(self.moments, last, "right")))

    def passed(self, last: int, changed: pa.ChunkedArray) -> pa.Table:
        """Return the rows that have a moment up to the last, but for those of some requests."""
        rows = self.near.filter(pc.is_in(self.near["request_id"], value_set=self._until(last)))
        return _without(rows, changed)

    def followed(
        self,
        come: tuple[Any, pa.ChunkedArray],
        rows: pa.Table,
        changed: pa.ChunkedArray,
        now: int,
    ) -> Agenda:
        """Return what is to come from now on, when the rows of some requests changed.

        `come` are their moments and the request of each, `rows` theirs.
        """
        first = int(np.searchsorted(self.moments, now, "left"))
        left = self.requests.slice(first)
        stays = pc.invert(pc.is_in(left, value_set=changed))
        at = np.concatenate([self.moments[first:][stays.to_numpy(zero_copy_only=False)], come[0]])
        requests = pa.concat_arrays([left.filter(stays), *come[1].chunks])
        order = np.argsort(at, kind="stable")
        soon = come[1].filter(pa.array(come[0] <= self.horizon))
        near = [_without(self.near, changed)]
        near.append(rows.filter(pc.is_in(rows["request_id"], value_set=soon)))
        return Agenda(at[order], requests.take(order), _together(near), self.horizon)

    @property
    def bytes(self) -> int:
        """The memory that it takes."""
        return int(self.moments.nbytes + self.requests.nbytes + self.near.nbytes)


def _together(parts: list[pa.Table]) -> pa.Table:
    found = pa.concat_tables(parts)
    if found["request_id"].num_chunks <= CHUNKS:
        return found
    return found.unify_dictionaries().combine_chunks()


def _without(rows: pa.Table, requests: pa.ChunkedArray) -> pa.Table:
    return rows.filter(pc.invert(pc.is_in(rows["request_id"], value_set=requests)))


def _like(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """DuckDB's ENUM has smaller numbers of words, and others."""
    if pa.types.is_dictionary(kind):
        return column.cast(kind.value_type).dictionary_encode().cast(kind)
    return column.cast(kind)
