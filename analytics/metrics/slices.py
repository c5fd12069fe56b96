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
}
"""Words of a request, or of an event for measures of steps; what is blank counts as unknown."""

PERIODS: dict[str, str] = {
    "week": "%G-W%V",
    "month": "%Y-%m",
    "year": "%Y",
}
"""Cohorts by receipt: how the name of each is written."""

GROUPINGS = (*SLICES, *PERIODS)
