"""What figures may be cut by: each slice as SQL over either table."""

from __future__ import annotations

SLICES: dict[str, str] = {
    "facility": "facility",
    "direction": "direction",
    "requester_type": "requester_type",
    "legal_basis": "legal_basis",
    "modality": "modality",
    "partner": "partner",
    "channel": "channel",
    "medium": "medium",
    "priority": "priority",
    "staff_group": "staff_group",
}
"""Words of a request, or of an event for measures of steps; what is blank counts as unknown.

Channel and medium of a request are those of its last delivery, and "not_delivered" where there was
none; its staff group is the role of
whoever of the house had it in hand last.
"""

PERIODS: dict[str, str] = {
    "week": "%G-W%V",
    "month": "%Y-%m",
    "year": "%Y",
}
"""Cohorts by receipt: how the name of each is written."""

GROUPINGS = (*SLICES, *PERIODS)
