"""Which events are steps in the flow of a request."""

from __future__ import annotations

import pyarrow as pa
from pyarrow import compute as pc

from analytics.eventlog import OWN_WORD
from requests_app.vocabulary import EventKind


def with_flow(events: pa.Table) -> pa.Table:
    """Add `flows`: whether an event is a step that another can follow.

    A touch says how a step was done. In a log that names its own steps the delivery is derived
    from one of them, and would be counted twice.
    """
    activity = events["activity"]
    aside = [EventKind.MANUAL_TOUCH.value]
    if pc.any(pc.starts_with(activity, OWN_WORD)).as_py():
        aside.append(EventKind.AVAILABLE.value)
    flows = pc.invert(pc.is_in(activity, value_set=pa.array(aside, pa.string())))
    return events.append_column("flows", flows)
