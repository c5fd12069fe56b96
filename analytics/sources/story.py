"""One request with its journal, as the row of a case."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from analytics.sources.journal import Happened
from requests_app.failure_codes import FailureCode
from requests_app.models import Facility, Policy
from requests_app.sla.calendar import DAY, BusinessCalendar
from requests_app.sla.clock import CLOCKED, Hold, Moment, Timeline, fold, paused
from requests_app.sla.day_table import moment
from requests_app.sla.explain import DueDate
from requests_app.sla.history import Needs, stage_of
from requests_app.sla.moments import moments_of, next_turn
from requests_app.sla.policy import asked_of, due_dates, foremost, in_force, rules_under
from requests_app.sla.rules import CONTRACT, KINDS, Rule
from requests_app.sla.stop import stop_of
from requests_app.vocabulary import MEDIUM_OF, Channel, Direction, EventKind, State, Until

OUTCOMES = {
    State.DELIVERED: "delivered",
    State.CLOSED: "delivered",
    State.DENIED: "denied",
    State.WITHDRAWN: "withdrawn",
    State.NOT_FOUND: "not_found",
    State.DUPLICATE: "duplicate",
}


FIRST_NEED, LAST_NEED = date(1970, 1, 2), date(2099, 12, 31)
"""Between which days anybody may need images; a year such as 9999 was mistyped."""


class Filed(NamedTuple):
    """What is read of a request."""

    pk: int
    number: str
    facility_id: int
    direction: str
    requester_type: str
    legal_basis: str
    modality: str
    partner: str
    priority: str
    intake: str
    received_at: datetime | None
    requester_id: int | None
    preferred_channel: str
    fee_cents: int | None
    need_by: date | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Filed:
        """Return what was read, its receipt in microseconds since 1970."""
        at = row["received_at"]
        return cls(**{**row, "received_at": moment(at) if at is not None else None})


@dataclass(frozen=True)
class Place:
    """A facility as clocks see it."""

    facility: Facility
    calendar: BusinessCalendar
    zone: ZoneInfo


class CaseReader:
    """Turns stored requests into rows, as of a moment."""

    def __init__(
        self, places: Mapping[int, Place], policies: Sequence[Policy], needs: Needs, as_of: datetime
    ) -> None:
        self.places, self.policies, self.needs, self.as_of = places, policies, needs, as_of
        begins = {row.effective_from for row in policies if row.effective_from}
        ends = {row.effective_to + DAY for row in policies if row.effective_to}
        self.turns = sorted(begins | ends)  # between two of them the same rules are in force
        self._in_force: dict[tuple[int, int], Mapping[str, Rule]] = {}

    def rules(self, filed: Filed) -> tuple[Rule, ...]:
        """Return the rules of a request."""
        place, received = self.places[filed.facility_id], filed.received_at
        day = received.astimezone(place.zone).date() if received is not None else None
        turn = bisect_right(self.turns, day) if day is not None else -1
        key = (filed.facility_id, turn)
        if key not in self._in_force:
            self._in_force[key] = in_force(self.policies, place.facility, day)
        asked = asked_of(filed.legal_basis, filed.modality, filed.direction)
        return rules_under(self._in_force[key], asked)

    def row(self, filed: Filed, story: Sequence[Happened]) -> dict[str, Any]:
        """Return the row of one request."""
        place, timeline = self.places[filed.facility_id], _timeline(story)
        state, rules = _state_at(story), self.rules(filed)
        dues = due_dates(rules, timeline, place.calendar, as_of=self.as_of)
        due = foremost(dues, timeline, at=self.as_of)
        outcome, stop = _outcome(state, story), _contract_stop(rules, timeline)
        return {
            "request_id": str(filed.pk),
            "number": filed.number,
            "facility": place.facility.slug,
            "direction": filed.direction,
            "requester_type": filed.requester_type,
            "legal_basis": filed.legal_basis,
            "modality": filed.modality or None,
            "partner": filed.partner or None,
            "priority": filed.priority,
            "intake": filed.intake,
            "state": state.value,
            "outcome": outcome,
            "received": seconds(timeline.received),
            "complete": seconds(timeline.complete),
            "available": seconds(timeline.available),
            "first_opened": seconds(timeline.first_opened),
            "closed": seconds(timeline.closed),
            "ended": seconds(timeline.ended_at or timeline.available),
            "contract_due": _due_of(dues, "contract"),
            **_contract(timeline, stop, place.calendar, self.as_of, is_open=outcome is None),
            "legal_due": _due_of(dues, "hipaa_access"),
            **_other_clocks(dues, timeline),
            **_shown(due),
            **_present_hold(timeline.open_hold),
            "usable": _usable(filed.direction, story),
            "wanted": MEDIUM_OF[Channel(filed.preferred_channel)].value,
            "is_charged": bool(filed.fee_cents),
            "need_by": seconds(needed_until(filed.need_by, place.calendar)),
        } | (self._standing(filed, state, dues, timeline) if outcome is None else {})

    def _standing(
        self, filed: Filed, state: State, dues: tuple[DueDate, ...], timeline: Timeline
    ) -> dict[str, Any]:
        calendar = self.places[filed.facility_id].calendar
        stage = stage_of(
            Direction(filed.direction), state, is_complete=timeline.complete is not None
        )
        needs = self.needs.get(stage)
        found = moments_of(dues, timeline, calendar, at=self.as_of, needs=needs)
        return {
            "at_risk_from": _reached(found.at_risk_from),
            "late_from": _reached(found.late_from),
            "very_late_from": _reached(found.very_late_from),
            "is_held": found.is_held,
        }


def seconds(at: datetime | None) -> int | None:
    """Return the whole second in which a moment lies."""
    return int(at.timestamp()) if at is not None else None


def needed_until(day: date | None, calendar: BusinessCalendar) -> datetime | None:
    """Return the end of the day by which images are needed; None of a day that cannot be meant."""
    if day is None or not FIRST_NEED <= day <= LAST_NEED:
        return None
    return calendar.end_of_day(day)


def _reached(at: datetime | None) -> int | None:
    """Return the first whole second at which a moment is reached."""
    return ceil(at.timestamp()) if at is not None else None


def _timeline(story: Iterable[Happened]) -> Timeline:
    return fold(
        Moment(kind=one.kind, at=one.at, reason=FailureCode(one.reason) if one.reason else None)
        for one in story
        if one.kind in CLOCKED
    )


def _outcome(state: State, story: Sequence[Happened]) -> str | None:
    """Return how a request ended: a stranger's request is not ours to fulfil (IN03)."""
    reasons = [event.reason for event in story if event.state_to == State.NOT_FOUND]
    if state is State.NOT_FOUND and reasons[-1:] == [FailureCode.IN03]:
        return "not_our_patient"
    return OUTCOMES.get(state)


def _state_at(story: Sequence[Happened]) -> State:
    moves = [event.state_to for event in story if event.state_to]
    return State(moves[-1]) if moves else State.RECEIVED


def _due_of(dues: tuple[DueDate, ...], key: str) -> int | None:
    return next((int(due.due_at.timestamp()) for due in dues if due.rule.key == key), None)


def _other_clocks(dues: Sequence[DueDate], timeline: Timeline) -> dict[str, int | None]:
    """Return, for each kind of clock, its earliest due moment and when that rule was kept."""
    found: dict[str, int | None] = {}
    for kind, keys in KINDS.items():
        due = next((due for due in dues if due.rule.key in keys), None)
        found[f"{kind}_due"] = seconds(due.due_at) if due else None
        is_sent = due is not None and due.rule.stop is Until.SENT
        kept = timeline.sent if is_sent else timeline.available
        found[f"{kind}_stop"] = seconds(kept) if due else None
    return found


def _shown(due: DueDate | None) -> dict[str, Any]:
    if due is None:
        return {"due": None, "due_unit": None}
    return {"due": seconds(due.due_at), "due_unit": due.rule.unit.value}


def _present_hold(hold: Hold | None) -> dict[str, Any]:
    if hold is None:
        return {"held_since": None, "held_for": None}
    reason = hold.reason.value if hold.reason is not None else None
    return {"held_since": seconds(hold.started), "held_for": reason}


def _contract_stop(rules: Iterable[Rule], timeline: Timeline) -> datetime | None:
    """When the contract clock was kept or broken; an end that does not count leaves it open."""
    rule = next((rule for rule in rules if rule.key == CONTRACT.key), CONTRACT)
    stop = stop_of(rule, timeline)
    return stop.at if stop is not None and stop.counts else None


def _business_seconds(
    timeline: Timeline, stop: datetime | None, calendar: BusinessCalendar
) -> int | None:
    """Business seconds from complete to the stop, less the requester-caused waits between."""
    start = timeline.complete
    if start is None or stop is None:
        return None
    waits = paused(timeline.holds, until=stop)
    held = sum(calendar.business_seconds(max(a, start), b) for a, b in waits if b > start)
    return calendar.business_seconds(start, stop) - held


def _contract(
    timeline: Timeline,
    stop: datetime | None,
    calendar: BusinessCalendar,
    as_of: datetime,
    *,
    is_open: bool,
) -> dict[str, int | None]:
    """Return what the contract clock counted, or counts as of a moment while it is open.

    With it comes when the row is to be read anew: a wait's next day, or the next business time.
    """
    found = {
        "contract_stop": seconds(stop),
        "contract_seconds": _business_seconds(timeline, stop, calendar),
    }
    waits, begun = timeline.waits_on_requester, timeline.complete
    took = _business_seconds(timeline, as_of, calendar)
    if is_open and stop is None and begun is not None and took is not None:
        off, on = calendar.stretch(as_of)
        until, off = (begun, begun) if waits else (min(as_of, off), off)
        found |= {"contract_from": int(until.timestamp()) - took, "contract_off": seconds(off)}
        found["stale_from"] = _reached(on)
    return found | ({"stale_from": _reached(next_turn(calendar, as_of))} if waits else {})


def _usable(direction: str, story: Sequence[Happened]) -> str | None:
    """Grade images that arrived from outside by what the journal says of them."""
    kinds = [event.kind for event in story]
    if direction != "inbound" or EventKind.IMAGES_RECEIVED not in kinds:
        return None
    if EventKind.IMAGES_UNUSABLE in kinds:
        mended = kinds.index(EventKind.IMAGES_UNUSABLE)
        later = kinds[mended:]
        return "after_rework" if EventKind.IMAGES_USABLE in later else "not_usable"
    return "immediate" if EventKind.IMAGES_USABLE in kinds else "untested"
