"""Which events are steps in the flow of a request."""

from __future__ import annotations

from collections.abc import Iterable

from analytics.eventlog import OWN_WORD
from requests_app.vocabulary import EventKind


def aside(activities: Iterable[str | None]) -> tuple[str, ...]:
    """Return the activities of a log that are no steps which another can follow.

    A touch says how a step was done. In a log that names its own steps the delivery is derived
    from one of them, and would be counted twice.
    """
    has_own = any(word is not None and word.startswith(OWN_WORD) for word in activities)
    derived = (EventKind.AVAILABLE.value,) if has_own else ()
    return (EventKind.MANUAL_TOUCH.value, *derived)
