"""What the bench of engines asks for: whole, by facility and days, and by other words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from analytics.metrics.selection import Selection

_SITE = ("site-001",)
_QUARTER = Selection(since=date(2025, 4, 1), until=date(2025, 6, 30))
PAGES = {
    "whole": Selection(),
    "facility": Selection(facilities=_SITE),
    "quarter": _QUARTER,
    "both": replace(_QUARTER, facilities=_SITE),
}
SELECTIONS = PAGES | {
    "modality": Selection(slices=(("modality", ("CT",)),)),
    "requester_and_quarter": replace(_QUARTER, slices=(("requester_type", ("patient",)),)),
}
