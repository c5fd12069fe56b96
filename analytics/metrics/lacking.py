"""What a source cannot be cut or grouped by, and why: a slice of nothing is not taken for none."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.metrics.grouping import Grouping
from analytics.metrics.selection import Selection
from analytics.metrics.slices import LABELS, PERIODS

_RECEIVED = "received"
"""The field from which periods come."""


def why_not_cut(missing: Mapping[str, str], selection: Selection) -> str | None:
    """Return why a source cannot say which of its requests are selected; None where it can."""
    asked = {"direction": selection.direction, "requester_type": selection.requester_type}
    names = [name for name, word in asked.items() if word is not None]
    names += [name for name, _ in selection.slices]
    return next((no_cut(missing, name) for name in names if name in missing), None)


def no_cut(missing: Mapping[str, str], name: str) -> str:
    """Say why a source cannot be cut by a slice that it lacks."""
    return f"cannot be cut by {_said(name)}: {missing[name]}"


def why_not_grouped(missing: Mapping[str, str], by: Grouping) -> str | None:
    """Return why a source cannot say which group a request is of; None where it can."""
    field = _RECEIVED if by.key in PERIODS else by.key
    return f"cannot be grouped by {_said(by.key)}: {missing[field]}" if field in missing else None


def _said(name: str) -> str:
    """Say a slice as the pages call it; a period is called what it is."""
    return f"“{LABELS[name]}”" if name in LABELS else name
