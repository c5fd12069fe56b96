"""Fold what happened into the timestamps and holds that clocks run on. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from requests_app.failure_codes import PAUSING, FailureCode
from requests_app.vocabulary import EventKind


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One event as clocks see it."""

    kind: EventKind
    at: datetime
    reason: FailureCode | None = None


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A wait; `ended` is None while it lasts."""

    started: datetime
    ended: datetime | None
    reason: FailureCode | None

    @property
    def requester_caused(self) -> bool:
        """True where the contract clock pauses: we wait on the requester, not on ourselves."""
        return self.reason in PAUSING


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The timestamps of a request (DOMAIN section 1), each None until it happens."""

    received: datetime | None = None
    logged: datetime | None = None
    complete: datetime | None = None
    approved: datetime | None = None
    located: datetime | None = None
    prepared: datetime | None = None
    sent: datetime | None = None
    available: datetime | None = None
    first_opened: datetime | None = None
    confirmed_usable: datetime | None = None
    closed: datetime | None = None
    extended: datetime | None = None
    ended_by: EventKind | None = None
    ended_at: datetime | None = None
    holds: tuple[Hold, ...] = field(default=())

    @property
    def open_holds(self) -> tuple[Hold, ...]:
        """The holds that have not ended, the first to begin first."""
        return tuple(hold for hold in self.holds if hold.ended is None)

    @property
    def open_hold(self) -> Hold | None:
        """A hold that has not ended, one that the requester causes before any other."""
        still = self.open_holds
        return next((hold for hold in still if hold.requester_caused), next(iter(still), None))

    @property
    def waits_on_requester(self) -> bool:
        """True while any open hold is one that the requester causes, whatever else is open."""
        return self.open_hold is not None and self.open_hold.requester_caused


FIRST_OF: dict[EventKind, str] = {
    EventKind.RECEIVED: "received",
    EventKind.LOGGED: "logged",
    EventKind.COMPLETE: "complete",
    EventKind.APPROVED: "approved",
    EventKind.LOCATED: "located",
    EventKind.PREPARED: "prepared",
    EventKind.SENT: "sent",
    EventKind.AVAILABLE: "available",
    EventKind.FIRST_OPENED: "first_opened",
    EventKind.CONFIRMED_USABLE: "confirmed_usable",
    EventKind.CLOSED: "closed",
    EventKind.EXTENDED: "extended",
}
ENDS = frozenset({EventKind.DENIED, EventKind.WITHDRAWN, EventKind.NOT_FOUND, EventKind.DUPLICATE})
ENDS_HOLDS = ENDS | {EventKind.AVAILABLE, EventKind.CLOSED}
"""What ends every hold: the images are there, or the request has ended."""
OF_HOLDS = ENDS_HOLDS | {EventKind.HOLD_STARTED, EventKind.HOLD_ENDED}
"""The kinds of events that begin and end holds."""
CLOCKED = frozenset({*FIRST_OF, *OF_HOLDS, EventKind.DELIVERY_FAILED})
"""The kinds of events that a timeline is folded from; others may be left out."""
UNDONE_BY_FAILURE = {"sent": None, "available": None}


def fold(moments: Iterable[Moment]) -> Timeline:
    """Fold events, in order of time, into a timeline.

    The first of each kind counts, except that a failed delivery takes back what was sent and
    available: the images are not there until the next one. A hold ends at its end (`_ended`), or
    when the images are there or the request ends. The same moment twice is one.
    """
    found: dict[str, datetime | None] = {}
    holds: list[Hold] = []
    ended: tuple[EventKind, datetime] | None = None
    for moment in sorted(dict.fromkeys(moments), key=lambda moment: moment.at):
        name = FIRST_OF.get(moment.kind)
        if name is not None and found.get(name) is None:
            found[name] = moment.at
        if moment.kind is EventKind.DELIVERY_FAILED:
            found |= UNDONE_BY_FAILURE
        if moment.kind is EventKind.HOLD_STARTED:
            holds.append(Hold(started=moment.at, ended=None, reason=moment.reason))
        if moment.kind is EventKind.HOLD_ENDED:
            holds = _ended(holds, moment)
        if moment.kind in ENDS_HOLDS:
            holds = [replace(hold, ended=hold.ended or moment.at) for hold in holds]
        if moment.kind in ENDS and ended is None:
            ended = (moment.kind, moment.at)
    kind, at = ended or (None, None)
    return Timeline(**found, holds=tuple(holds), ended_by=kind, ended_at=at)


def _ended(holds: list[Hold], moment: Moment) -> list[Hold]:
    """End the open holds of the reason that the moment names.

    An end without a reason, or of a reason that none began for, ends all; one that is said twice
    ends nothing more.
    """
    began = moment.reason is not None and any(hold.reason is moment.reason for hold in holds)
    return [
        replace(hold, ended=moment.at)
        if hold.ended is None and (hold.reason is moment.reason or not began)
        else hold
        for hold in holds
    ]


def paused(holds: Iterable[Hold], *, until: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """Return the requester-caused waits as disjoint stretches: overlaps are joined, not added."""
    stretches = sorted(
        (hold.started, min(hold.ended or until, until))
        for hold in holds
        if hold.requester_caused and hold.started < until
    )
    union: list[tuple[datetime, datetime]] = []
    for start, end in stretches:
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], end))
        else:
            union.append((start, end))
    return tuple(union)
