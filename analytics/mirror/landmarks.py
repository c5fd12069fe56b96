"""The steps that measures look at: images left, images came, something failed.

They are a tenth of all steps, so that a page of measures needs no other.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

ACTIVITIES = ("available", "images_received")
FLAG = "is_failure"
LEFT_OUT = (
    *("seq", "by_person", "actor", "touch", "previous", "elapsed", "flows", "follows", "waited"),
    *("business", "state_to", "state_from", "previous_actor", "is_touch"),
)
"""Columns that no landmark is measured by."""


def landmarks_of(steps: pa.Table) -> pa.Table:
    """Return these steps, in order, without the columns that are left out."""
    came_or_left = pc.is_in(steps["activity"], value_set=pa.array(ACTIVITIES))
    wanted = [name for name in steps.column_names if name not in LEFT_OUT]
    return steps.select(wanted).filter(pc.or_(came_or_left, steps[FLAG]))
