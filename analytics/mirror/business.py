"""Business time between steps, by the calendar of the facility where they happened."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from analytics.eventlog import EventLog


def with_business(steps: pa.Table, log: EventLog) -> pa.Table:
    """Add `business`: the business seconds of `waited`, null where there was no step before.

    Their facilities stand as numbers of a list. A log that holds dates only has no business time;
    there it is null for every step.
    """
    if log.granularity == "day" or not steps.num_rows:
        return steps.append_column("business", pa.nulls(steps.num_rows, pa.int64()))
    waited = steps["waited"].combine_chunks()
    ends = steps["occurred"].combine_chunks().to_numpy()
    starts = ends - pc.fill_null(waited, 0).to_numpy(zero_copy_only=False)
    business = np.zeros(steps.num_rows, dtype=np.int64)
    facility = steps["facility"].combine_chunks()
    runs, names = pc.run_end_encode(facility.indices), facility.dictionary.to_pylist()
    begin = 0
    for place, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
        calendar, rows = log.calendar_of(names[place]), slice(begin, end)
        business[rows] = calendar.business_seconds_of(starts[rows], ends[rows])
        begin = end
    unknown = waited.is_null().to_numpy(zero_copy_only=False)
    return steps.append_column("business", pa.array(business, mask=unknown))
