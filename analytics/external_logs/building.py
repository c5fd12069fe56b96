"""The tables of a log, made of its kept rows."""

from __future__ import annotations

from collections.abc import Mapping as Map

import pyarrow as pa

from analytics.eventlog import EVENTS, REQUESTS
from analytics.external_logs.bands import with_bands
from analytics.external_logs.database import Database, as_schema
from analytics.external_logs.days import with_whole_days
from analytics.external_logs.events_layout import build_events
from analytics.external_logs.mapping import Mapping
from analytics.external_logs.meant import as_meant
from analytics.external_logs.requests_layout import build_requests
from analytics.external_logs.studies import as_requests


def tables_of(
    rows: pa.Table, mapping: Mapping, read_in: str = ""
) -> tuple[pa.Table, pa.Table, Map[str, int]]:
    """Return requests and events of kept rows, and how often each word for a channel is said.

    `read_in` is the zone in which earlier code read their moments.
    """
    build = build_requests if mapping.layout == "requests" else build_events
    rows = with_whole_days(as_meant(rows, mapping.values), mapping, read_in)
    rows = as_requests(rows, mapping)
    with Database() as database:
        requests, events, said = build(rows, mapping, database)
    return as_schema(with_bands(requests), REQUESTS), as_schema(events, EVENTS), said
