"""How many studies each delivery carried, and how many each arrival was the first to bring."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import pyarrow as pa
from django.db import connection
from pyarrow import compute as pc

from analytics.sources.copied import listed

Carried = Mapping[tuple[int, int], int]
"""Studies by request and number of the event; what is not there was counted by nobody."""
# A delivery is bound to the images that it released; one that released none of ours, such as a
# disc burned in the archive, says nothing of its studies. An arrival without files neither. Both
# halves begin at the few rows that know images, and not at the journal, which is much longer.
_CARRIED = """
SELECT e.request_id, e.seq, count(DISTINCT series.study_id)
FROM requests_app_delivery d
    JOIN requests_app_event e ON e.delivery_id = d.id
    JOIN requests_app_delivery_instances bound ON bound.delivery_id = d.id
    JOIN requests_app_instance image ON image.id = bound.instance_id
    JOIN requests_app_series series ON series.id = image.series_id
WHERE e.kind = 'available' AND e.occurred_at < %(before)s AND {of_delivery}
GROUP BY e.request_id, e.seq
UNION ALL
SELECT e.request_id, e.seq, (SELECT count(*) FROM requests_app_study study
    WHERE study.request_id = e.request_id AND study.first_received_at = e.occurred_at)
FROM (SELECT DISTINCT request_id, received_at FROM requests_app_receipt r
        WHERE r.received_at < %(before)s AND {of_receipt}) receipt
    JOIN requests_app_event e ON e.request_id = receipt.request_id
        AND e.occurred_at = receipt.received_at
WHERE e.kind = 'images_received'
"""
_SEQUENCES = 1 << 31  # the number of an event has 31 bits


def carried(before: datetime, ids: Collection[int] | None) -> Carried:
    """Return the counted studies of the events before a moment, of all requests or of some.

    A study that was removed from its request is not counted any more.
    """
    which = "TRUE" if ids is None else "{of}.request_id = ANY(%(ids)s::bigint[])"
    asked = _CARRIED.replace("{of_delivery}", which.replace("{of}", "d"))
    asked = asked.replace("{of_receipt}", which.replace("{of}", "r"))
    with connection.cursor() as cursor:
        cursor.execute(asked, {"before": before, "ids": listed(ids)})
        return {(request, seq): studies for request, seq, studies in cursor.fetchall()}


def studies_of(journal: pa.Table, found: Carried) -> pa.Array:
    """Return the studies of each event of a journal, null where nobody counted them."""
    known = pa.array([request * _SEQUENCES + seq for request, seq in found], pa.int64())
    places = pc.add(pc.multiply(journal["request"], _SEQUENCES), journal["seq"].cast(pa.int64()))
    at = pc.index_in(places, value_set=known)
    return pa.array(list(found.values()), pa.int64()).take(at)
