"""Made-up worlds: requests with events, told as a log at any moment, as it was known then."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from analytics.eventlog import EVENTS, REQUESTS, EventLog, table_of
from requests_app.failure_codes import FailureCode
from requests_app.sla.calendar import BusinessCalendar
from requests_app.sla.clock import Moment, Timeline, fold
from requests_app.sla.explain import explain
from requests_app.sla.rules import CONTRACT
from requests_app.vocabulary import EventKind

HOUR, DAY = 3600, 86400
START = int(datetime(2026, 1, 5, 14, tzinfo=UTC).timestamp())  # a Monday
CALENDAR = BusinessCalendar(zone="America/Chicago")
Event = tuple[int, str, str | None]


@dataclass(frozen=True, kw_only=True)
class Life:
    """One request and all that ever happens to it."""

    key: str
    received: int
    events: tuple[Event, ...]
    due: int | None = None
    facility: str = "northfield"
    direction: str = "outbound"


def log(lives: Iterable[Life], as_of: int, *, business: bool = False) -> EventLog:
    """Return the log as it was known at a moment; due dates are counted anew where business."""
    requests, events = [], []
    for life in lives:
        if life.received > as_of:
            continue
        heard = [event for event in life.events if event[0] <= as_of]
        requests.append(_request(life, heard, as_of, business=business))
        events += [_event(life, seq, *event) for seq, event in enumerate(heard)]
    return EventLog(
        name="world",
        as_of=as_of,
        zone="America/Chicago" if business else "UTC",
        requests=table_of(requests, REQUESTS),
        events=table_of(events, EVENTS),
    )


def timeline_of(heard: Iterable[Event]) -> Timeline:
    """Fold events as the product does."""
    return fold(
        Moment(
            kind=EventKind(activity),
            at=datetime.fromtimestamp(at, UTC),
            reason=FailureCode(reason) if reason else None,
        )
        for at, activity, reason in heard
    )


def due_at(timeline: Timeline, as_of: int) -> int | None:
    """Count the contract date by the rule, as known at a moment."""
    if timeline.complete is None:
        return None
    due = explain(
        CONTRACT,
        starts_at=timeline.complete,
        calendar=CALENDAR,
        holds=timeline.holds,
        as_of=datetime.fromtimestamp(as_of, UTC),
    )
    return int(due.due_at.timestamp())


def _request(life: Life, heard: list[Event], as_of: int, *, business: bool) -> dict[str, object]:
    line = timeline_of(heard)
    stop = _seconds(line.available)
    ended = line.ended_by.value if line.ended_by else None
    return {
        "request_id": life.key,
        "number": f"R-{life.key}",
        "facility": life.facility,
        "direction": life.direction,
        "outcome": ended or ("delivered" if stop is not None else None),
        "received": life.received,
        "complete": _seconds(line.complete),
        "available": stop,
        "ended": _seconds(line.ended_at) if ended else stop,
        "contract_due": due_at(line, as_of) if business else life.due,
        "contract_stop": None if ended else stop,
        "contract_seconds": 1 if business else None,
    }


def _event(life: Life, seq: int, at: int, activity: str, reason: str | None) -> dict[str, object]:
    told = {"request_id": life.key, "facility": life.facility, "direction": life.direction}
    return told | {"seq": seq, "occurred": at, "activity": activity, "reason": reason}


def _seconds(at: datetime | None) -> int | None:
    return int(at.timestamp()) if at is not None else None


STAGES = (("approved", 1.5), ("located", 2.0), ("prepared", 1.0), ("available", 0.5))
"""What happens next, and how many days it takes in the mean: memoryless, so chances are known."""
ALLOWED = 7 * DAY


def memoryless(n: int, seed: int, *, days: int = 300) -> list[Life]:
    """Return requests whose four steps take exponential times; due seven days after receipt."""
    chance = Random(seed)
    lives = []
    for i in range(n):
        received = at = START + int(days * DAY * i / n)
        events = []
        for activity, mean in STAGES:
            at += 1 + int(chance.expovariate(1 / (mean * DAY)))
            events.append((at, activity, None))
        lives.append(
            Life(key=f"{i:05d}", received=received, events=tuple(events), due=received + ALLOWED)
        )
    return lives


def blind(n: int, seed: int, *, days: int = 300) -> list[Life]:
    """Return requests of which nothing known before the last minute tells how they end.

    They move about at random, and all are open until a minute before their date; then a coin
    says whether they are released in that minute or a day later.
    """
    chance = Random(seed)
    lives = []
    for i in range(n):
        received = START + int(days * DAY * i / n)
        moments = sorted(chance.randrange(received + 1, received + ALLOWED - 120) for _ in range(3))
        words = ("approved", "search_started", "located", "prepared", "images_unusable")
        events = [(at, chance.choice(words), None) for at in moments]
        late = chance.random() < 0.3
        stop = received + ALLOWED + DAY if late else received + ALLOWED - 60
        events.append((stop, "available", None))
        lives.append(
            Life(key=f"{i:05d}", received=received, events=tuple(events), due=received + ALLOWED)
        )
    return lives
