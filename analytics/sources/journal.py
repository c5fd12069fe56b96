"""The journal of requests, read from PostgreSQL as columns."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from analytics.eventlog import WORD
from analytics.sources.copied import copied, listed
from analytics.sources.words import coded
from requests_app.sla.clock import CLOCKED
from requests_app.sla.day_table import moment
from requests_app.vocabulary import EventKind

_COLUMNS = {
    "request": pa.int64(),
    "seq": pa.int32(),
    "activity": WORD,
    "at": pa.timestamp("us"),  # UTC
    "by_person": pa.bool_(),
    "actor": WORD,
    "staff_group": WORD,
    "state_to": WORD,
    "reason": WORD,
    "channel": WORD,
    "touch": WORD,
}
_EVENTS = """
SELECT request_id, seq, kind, occurred_at AT TIME ZONE 'UTC', by_person, actor_id,
    nullif(actor_role, ''), nullif(state_to, ''), nullif(reason, ''), nullif(channel, ''),
    nullif(touch, '')
FROM requests_app_event WHERE occurred_at < %(before)s AND {which}
"""
_TELLING = frozenset(
    {*CLOCKED, EventKind.IMAGES_RECEIVED, EventKind.IMAGES_UNUSABLE, EventKind.IMAGES_USABLE}
)


class Happened(NamedTuple):
    """An event that a case is derived from."""

    kind: EventKind
    at: datetime
    state_to: str | None
    reason: str | None


def read_journal(before: datetime, ids: Collection[int] | None) -> pa.Table:
    """Return the events before a moment, of all requests or of some, by request and number.

    `at` is in microseconds since 1970; PostgreSQL would take a fifth of its time to say so.
    """
    which = "TRUE" if ids is None else "request_id = ANY(%(ids)s::bigint[])"
    asked = {"before": before, "ids": listed(ids)}
    journal = copied(_EVENTS.replace("{which}", which), asked, _COLUMNS)
    place = journal.column_names.index("at")
    return _ordered(journal.set_column(place, "at", journal["at"].cast(pa.int64())))


def _ordered(journal: pa.Table) -> pa.Table:
    """Return events by request and number; PostgreSQL would sort their words too."""
    request, seq = journal["request"].to_numpy(), journal["seq"].to_numpy()
    same = request[1:] == request[:-1]
    if ((request[1:] > request[:-1]) | (same & (seq[1:] > seq[:-1]))).all():
        return journal
    return journal.take(np.lexsort((seq, request)))


def stories(journal: pa.Table) -> dict[int, list[Happened]]:
    """Return the events that cases are derived from, by request."""
    tells = coded(journal["activity"], tuple(_TELLING)) >= 0
    tells |= journal["state_to"].is_valid().to_numpy()
    found = {pk: list[Happened]() for pk in pc.unique(journal["request"]).to_pylist()}
    names = ("request", "activity", "at", "state_to", "reason")
    columns = (column.to_pylist() for column in journal.filter(tells).select(names).columns)
    words = {kind.value: kind for kind in EventKind}
    for pk, kind, at, state_to, reason in zip(*columns, strict=True):
        found[pk].append(Happened(words[kind], moment(at), state_to, reason))
    return found
