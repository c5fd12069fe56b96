"""The journal of requests, read from PostgreSQL as columns."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pyarrow as pa
from django.db import connection
from pyarrow import compute as pc
from pyarrow import csv

from requests_app.sla.clock import CLOCKED
from requests_app.vocabulary import EventKind

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)
_COLUMNS = {
    "request": pa.int64(),
    "seq": pa.int32(),
    "activity": pa.string(),
    "at": pa.int64(),  # microseconds since 1970
    "by_person": pa.bool_(),
    "actor": pa.string(),
    "state_to": pa.string(),
    "reason": pa.string(),
    "channel": pa.string(),
    "touch": pa.string(),
}
_APART = "\x1f"  # in no word of ours
# Many events come as one text: a driver that hands over row after row takes longer than the rest.
_EVENTS = """
SELECT string_agg(concat(request_id, %(apart)s, seq, %(apart)s, kind, %(apart)s,
    (extract(epoch FROM occurred_at) * 1000000)::bigint, %(apart)s, by_person, %(apart)s,
    actor_id, %(apart)s, state_to, %(apart)s, reason, %(apart)s, channel, %(apart)s, touch),
    E'\n' ORDER BY request_id, seq)
FROM requests_app_event WHERE occurred_at < %(before)s AND {which}
GROUP BY request_id / 1000 ORDER BY request_id / 1000
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
    """Return the events before a moment, of all requests or of some, by request and number."""
    which = "TRUE" if ids is None else "request_id = ANY(%(ids)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            _EVENTS.replace("{which}", which),
            {"apart": _APART, "before": before, "ids": list(ids or ())},
        )
        tables = [_parsed(text) for (text,) in cursor]
    return pa.concat_tables(tables) if tables else pa.schema(_COLUMNS).empty_table()


def _parsed(text: str) -> pa.Table:
    return csv.read_csv(
        pa.BufferReader(text.encode()),
        read_options=csv.ReadOptions(column_names=list(_COLUMNS), use_threads=False),
        parse_options=csv.ParseOptions(delimiter=_APART, quote_char=False),
        convert_options=csv.ConvertOptions(
            column_types=_COLUMNS,
            null_values=[""],
            strings_can_be_null=True,
            true_values=["t"],
            false_values=["f"],
        ),
    )


def stories(journal: pa.Table) -> dict[int, list[Happened]]:
    """Return the events that cases are derived from, by request."""
    kinds = pa.array([kind.value for kind in _TELLING])
    tells = pc.or_(pc.is_in(journal["activity"], value_set=kinds), journal["state_to"].is_valid())
    found = {pk: list[Happened]() for pk in pc.unique(journal["request"]).to_pylist()}
    names = ("request", "activity", "at", "state_to", "reason")
    columns = (column.to_pylist() for column in journal.filter(tells).select(names).columns)
    words = {kind.value: kind for kind in EventKind}
    for pk, kind, at, state_to, reason in zip(*columns, strict=True):
        happened = Happened(words[kind], EPOCH + at * _INSTANT, state_to, reason)
        found[pk].append(happened)
    return found
