"""Requests and their journals, read from PostgreSQL as columns."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute as pc

from analytics.eventlog import WORD
from analytics.sources.copied import copied, listed
from analytics.sources.journal import read_journal
from analytics.sources.story import Filed
from analytics.sources.words import coded
from requests_app.sla.timelines import KINDS, Told
from requests_app.vocabulary import State

_FILED = {
    "pk": pa.int64(),
    "number": pa.string(),
    "facility_id": pa.int64(),
    "direction": WORD,
    "requester_type": WORD,
    "legal_basis": WORD,
    "modality": WORD,
    "partner": WORD,
    "priority": WORD,
    "intake": WORD,
    "received_at": pa.int64(),  # microseconds since 1970
    "requester_id": pa.int64(),
    "preferred_channel": WORD,
    "fee_cents": pa.int64(),
    "need_by": pa.date32(),
}
_SELECT = """
SELECT id, number, facility_id, direction, requester_type, legal_basis, nullif(modality, ''),
    nullif(partner, ''), priority, intake, (extract(epoch FROM received_at) * 1000000)::bigint,
    requester_id, preferred_channel, fee_cents, need_by
FROM requests_app_imagingrequest WHERE state <> %(draft)s AND {which} ORDER BY id
"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Read:
    """Filed requests in order of their numbers within us, each with events, and their journal."""

    filed: pa.Table
    journal: pa.Table

    @cached_property
    def place(self) -> NDArray[np.int32]:
        """The place of the request of each event."""
        ids = self.filed["pk"].to_numpy()
        found: NDArray[np.int64] = np.searchsorted(ids, self.journal["request"].to_numpy())
        return found.astype(np.int32, copy=False)

    @cached_property
    def told(self) -> Told:
        """The journal as arrays."""
        reasons = tuple(word for word in pc.unique(self.journal["reason"]).to_pylist() if word)
        return Told(
            place=self.place,
            at=self.journal["at"].to_numpy(),
            kind=coded(self.journal["activity"], KINDS).astype(np.int8),
            reason=coded(self.journal["reason"], reasons),
            reasons=reasons,
            requests=self.filed.num_rows,
        )

    def one(self, place: int) -> Filed:
        """Return what is read of one request."""
        row: dict[str, Any]
        (row,) = self.filed.slice(place, 1).to_pylist()
        return Filed.of(row)


def read_told(before: datetime, ids: Collection[int] | None) -> Read:
    """Return what was filed and has events before a moment, all of it or that of some ids."""
    which = "TRUE" if ids is None else "id = ANY(%(ids)s::bigint[])"
    asked = {"draft": State.DRAFT.value, "ids": listed(ids)}
    filed = copied(_SELECT.replace("{which}", which), asked, _FILED)
    journal = read_journal(before, ids)
    known = pc.is_in(journal["request"], value_set=filed["pk"].combine_chunks())
    if not pc.all(known).as_py():
        journal = journal.filter(known)
    told = pc.is_in(filed["pk"], value_set=pc.unique(journal["request"]))
    return Read(filed=filed.filter(told).combine_chunks(), journal=journal.combine_chunks())
