"""When a clock stops, and by what. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from requests_app.sla.clock import Timeline
from requests_app.sla.rules import Rule
from requests_app.vocabulary import EventKind, Until


@dataclass(frozen=True, kw_only=True)
class Stop:
    """The end of one clock of one request.

    `ended_by` says what ended the request without anything having been kept or broken: such a
    clock is neither met nor missed.
    """

    at: datetime
    ended_by: EventKind | None = None
    by_denial: bool = False

    @property
    def counts(self) -> bool:
        """True where the clock was met or missed."""
        return self.ended_by is None


def stop_of(rule: Rule, timeline: Timeline) -> Stop | None:
    """Return what stopped a clock, by the rule's own stop; None while it runs.

    A written denial answers a clock of the law (45 CFR 164.524(b)(2)) and no contract. Whoever
    has the images needs no reason any more, so they too end a wait for a reason.
    """
    kept = timeline.sent if rule.stop is Until.SENT else timeline.available
    if kept is not None:
        return Stop(at=kept)
    if timeline.ended_by is None or timeline.ended_at is None:
        return None
    if timeline.ended_by is EventKind.DENIED and rule.is_legal:
        return Stop(at=timeline.ended_at, by_denial=True)
    return Stop(at=timeline.ended_at, ended_by=timeline.ended_by)
