"""Open requests as work: how each stands, what comes next, whom it waits for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from requests_app.failure_codes import BARRING, FAILURES, FailureCode
from requests_app.lifecycle.waits import LEAVING
from requests_app.models import ImagingRequest, Policy
from requests_app.models.imaging_request import ImagingRequestQuerySet
from requests_app.sla.calendar import BusinessCalendar
from requests_app.sla.clock import Hold, Timeline
from requests_app.sla.explain import DueDate, say_left
from requests_app.sla.history import Needs, needs_now, stage_of
from requests_app.sla.policy import (
    Band,
    Standing,
    calendar_for,
    due_dates,
    rules_for,
    standing,
    timeline_of,
)
from requests_app.vocabulary import Direction, State

STEPS: dict[State, tuple[str, str, str]] = {
    State.DRAFT: ("check", "Finish the draft", "Requester"),
    State.RECEIVED: ("check", "Check identity and authority", "Release staff"),
    State.CLARIFYING: ("hold", "Chase requester", "Requester"),
    State.APPROVED: ("find", "Find images", "Release staff"),
    State.LOCATING: ("find", "Find images", "Archive search"),
    State.RETRIEVED: ("send", "Check and mark ready", "Release staff"),
    State.UNUSABLE: ("find", "Ask for a re-export", "Archive search"),
    State.READY: ("send", "Send", "Nobody: ready"),
    State.DELIVERING: ("send", "Confirm arrival", "Carrier"),
    State.DELIVERY_FAILED: ("send", "Make ready again", "Release staff"),
    State.DELIVERED: ("ended", "Close", "Nobody: delivered"),
}
"""For each state: the tab, the next step and who it waits for."""

INBOUND: dict[State, tuple[str, str]] = {
    State.APPROVED: ("Ask the other site", "Release staff"),
    State.LOCATING: ("Wait for the other site", "Other site"),
    State.UNUSABLE: ("Ask for a re-export", "Other site"),
}
"""The next step of a request for outside images, and whom it waits for, where a release has others."""

TABS: tuple[tuple[str, str], ...] = (
    ("needs", "Needs someone"),
    ("mine", "Mine"),
    ("check", "To check"),
    ("approve", "To approve"),
    ("find", "To find"),
    ("send", "To send"),
    ("hold", "On hold"),
    ("all", "All open"),
)

ORDERS: tuple[tuple[str, str], ...] = (("", "Most urgent first"), ("due", "By due date"))
"""How open work is put in order; the first is the usual one."""
BANDS: dict[Band, str] = {
    Band.ON_TRACK: "On track",
    Band.AT_RISK: "At risk",
    Band.LATE: "Late",
    Band.VERY_LATE: "Very late",
    Band.HELD: "On hold",
}

_URGENCY = {Band.VERY_LATE: 0, Band.LATE: 1, Band.AT_RISK: 2, Band.ON_TRACK: 3, Band.HELD: 4}
_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One request in a list of work."""

    request: ImagingRequest
    standing: Standing
    timeline: Timeline
    tab: str
    step: str
    waiting: str
    since: datetime | None
    tone: str
    words: str

    @property
    def channel(self) -> str:
        """The channel of the latest delivery, or before any the one that is wanted."""
        sent = list(self.request.deliveries.all())
        return sent[-1].channel if sent else self.request.preferred_channel

    @property
    def was_sent(self) -> bool:
        """Say whether the channel is that of a delivery, and not only what was asked for."""
        return bool(self.request.deliveries.all())

    @property
    def by_due(self) -> tuple[datetime, str]:
        """Sort key: the earliest due date first, whatever its band."""
        due = self.standing.due
        return (due.due_at if due else _FAR, self.request.number)

    @property
    def urgency(self) -> tuple[int, datetime, str]:
        """Sort key: late before at risk before the rest, then by due date."""
        due = self.standing.due
        return (_URGENCY[self.standing.band], due.due_at if due else _FAR, self.request.number)


@dataclass(frozen=True, kw_only=True)
class Clocks:
    """Everything that the clocks of one request say."""

    timeline: Timeline
    calendar: BusinessCalendar
    dues: tuple[DueDate, ...]
    standing: Standing


def clocks_of(
    request: ImagingRequest,
    at: datetime,
    *,
    calendars: dict[int, BusinessCalendar] | None = None,
    policies: list[Policy] | None = None,
    needs: Needs | None = None,
) -> Clocks:
    """Fold the journal of a request and count its due dates."""
    known = {} if calendars is None else calendars
    if request.facility_id not in known:
        known[request.facility_id] = calendar_for(request.facility)
    calendar = known[request.facility_id]
    timeline = timeline_of(request.events.all())
    dues = due_dates(rules_for(request, policies), timeline, calendar, as_of=at)
    stage = stage_of(
        Direction(request.direction),
        State(request.state),
        is_complete=timeline.complete is not None,
    )
    usual = (needs_now(at) if needs is None else needs).get(stage)
    now = standing(dues, timeline, calendar, at=at, needs=usual)
    return Clocks(timeline=timeline, calendar=calendar, dues=dues, standing=now)


def rows_of(requests: ImagingRequestQuerySet, at: datetime) -> list[Row]:
    """Return rows for requests, the most urgent first."""
    calendars: dict[int, BusinessCalendar] = {}
    policies = list(Policy.objects.all())
    needs = needs_now(at)
    found = requests.select_related("facility", "assigned_to").prefetch_related(
        "events", "deliveries"
    )
    rows = [
        _row(one, clocks_of(one, at, calendars=calendars, policies=policies, needs=needs), at)
        for one in found
    ]
    return sorted(rows, key=lambda row: row.urgency)


def counts(rows: Iterable[Row], user_id: int) -> Counter[str]:
    """Count rows by tab."""
    found: Counter[str] = Counter()
    for row in rows:
        found.update(tab for tab, _ in TABS if is_in(row, tab, user_id))
    return found


def is_in(row: Row, tab: str, user_id: int) -> bool:
    """Say whether a row belongs to a tab."""
    if tab == "needs":
        return row.standing.band in (Band.AT_RISK, Band.LATE, Band.VERY_LATE)
    if tab == "mine":
        return row.request.assigned_to_id == user_id
    return tab in ("all", row.tab)


def words_for(now: Standing, timeline: Timeline, at: datetime) -> tuple[str, str]:
    """Say a standing: the tone of its pill and its words."""
    if now.band is Band.HELD:
        held = timeline.open_hold
        days = (at - held.started).days if held else 0
        return "held", f"Held {days} day{'' if days == 1 else 's'}" if days else "Held since today"
    if now.due is None:
        return "new", "No clock yet"
    if now.days_left is None:
        return "done", "Clocks stopped"
    is_late = now.band in (Band.LATE, Band.VERY_LATE)
    words = say_left(now.days_left, now.due.rule.unit, is_late=is_late)
    if is_late:
        return "late", words
    if now.days_left == 0:
        return "risk", words
    if now.usually_needs is not None:
        words += f", usually needs {now.usually_needs:.1f}"
    return ("risk", words) if now.band is Band.AT_RISK else ("ok", words)


def _is_barred(held: Hold, state: State) -> bool:
    return state in LEAVING and held.reason in BARRING


def _row(request: ImagingRequest, clocks: Clocks, at: datetime) -> Row:
    state = State(request.state)
    tab, step, waiting = STEPS.get(state, ("ended", "None", "Nobody"))
    if request.direction == Direction.INBOUND:
        step, waiting = INBOUND.get(state, (step, waiting))
    timeline = clocks.timeline
    if state is State.RECEIVED and timeline.complete is not None:
        tab, step, waiting = "approve", "Approve", "Approval"
    since = max((event.occurred_at for event in request.events.all()), default=None)
    held = timeline.open_hold
    if held is not None and request.is_open:
        tab, since = "hold", held.started
        waiting = FAILURES[FailureCode(held.reason)].label if held.reason else "Hold"
        is_barred = any(_is_barred(one, state) for one in timeline.open_holds)
        step = STEPS[State.CLARIFYING][1] if is_barred else step
    tone, words = words_for(clocks.standing, timeline, at)
    if not request.is_open:
        tone, words = "done", state.replace("_", " ").capitalize()
    return Row(
        request=request,
        standing=clocks.standing,
        timeline=timeline,
        tab=tab,
        step=step,
        waiting=waiting,
        since=since,
        tone=tone,
        words=words,
    )
