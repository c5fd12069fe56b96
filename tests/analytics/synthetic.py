"""A small log that anyone can count by hand, for pages and reports."""

from datetime import UTC, datetime
from functools import cache

from analytics.eventlog import EVENTS, REQUESTS, EventLog, table_of
from analytics.mirror.fold import Mirror, fold
from analytics.mirror.refresh import Snapshot

DAY = 86400
AS_OF = int(datetime(2026, 11, 24, 14, tzinfo=UTC).timestamp())
START = int(datetime(2026, 8, 24, 12, tzinfo=UTC).timestamp())


def _request(i: int, facility: str, late_every: int) -> dict[str, object]:
    received = START - 91 * DAY + i * DAY * 182 // 400
    days = 2 + i % 4 if i % late_every else 9
    available = received + days * DAY + i * 37
    is_open = available > AS_OF - DAY
    band = "late" if days == 9 else "at_risk" if i % 3 == 0 else "on_track"
    return {
        "request_id": f"{facility}-{i}",
        "number": f"R-{facility[0].upper()}{i:05d}",
        "facility": facility,
        "direction": "inbound" if i % 5 == 0 else "outbound",
        "requester_type": "patient" if i % 2 else "attorney",
        "modality": ("CT chest", "MR knee", "CR")[i % 3],
        "state": "approved" if is_open else "delivered",
        "outcome": None if is_open else "delivered",
        "received": received,
        "complete": received + 3600,
        "available": None if is_open else available,
        "ended": None if is_open else available,
        "contract_due": received + 7 * DAY,
        "contract_stop": None if is_open else available,
        "contract_seconds": None if is_open else days * DAY,
        "contract_from": received + 7200 if is_open else None,
        "contract_off": AS_OF - (i % 2) * DAY if is_open else None,
        "legal_due": received + 30 * DAY,
        "due": received + 7 * DAY,
        "late_from": (AS_OF if band == "late" else AS_OF + DAY) if is_open else None,
        "at_risk_from": AS_OF + (0 if band == "at_risk" else DAY) if is_open else None,
        "is_held": False if is_open else None,
        "usable": ("immediate", "immediate", "not_usable")[i % 3] if i % 5 == 0 else None,
    }


def _events(request: dict[str, object], i: int) -> list[dict[str, object]]:
    base = {name: request[name] for name in ("request_id", "facility", "direction")}
    received = request["received"]
    story = [{"occurred": received, "activity": "received", "by_person": False}]
    if i % 4 == 0:
        reason = ("AU02", "RV01", "LO01", "TR06")[i // 4 % 4]
        story.append({"occurred": received + 3600, "activity": "failure_noted", "reason": reason})
        story.append(
            {"occurred": received + 40000, "activity": "failure_recovered", "reason": reason}
        )
    if request["available"] is not None:
        medium = (
            "physical" if i % 6 == 0 else "unknown" if i % 29 == 0 else "link" if i % 2 else "push"
        )
        sent = {"occurred": request["available"], "activity": "available", "medium": medium}
        story.append(sent | {"channel": medium})
    return [base | event | {"seq": seq} for seq, event in enumerate(story)]


def log(facilities: tuple[str, ...] = ("northfield", "riverside"), **changes: object) -> EventLog:
    """Return half a year of requests: northfield is late one time in five, others in thirty."""
    requests, events = [], []
    for facility in facilities:
        for i in range(400):
            request = _request(i, facility, 5 if facility == "northfield" else 30)
            requests.append(request)
            events += _events(request, i)
    tables = {"requests": table_of(requests, REQUESTS), "events": table_of(events, EVENTS)}
    facts = {"name": "live", "as_of": AS_OF, "zone": "America/Chicago"} | tables | changes
    return EventLog(**facts)


def mirror(facilities: tuple[str, ...] = ("northfield", "riverside"), **changes: object) -> Mirror:
    """Return the log, folded."""
    return fold(log(facilities, **changes))


def snapshot(**changes: object) -> Snapshot:
    """Return a published mirror of the log."""
    return Snapshot(mirror=mirror(**changes), watermark="1", content="c" * 64)


@cache
def same_snapshot() -> Snapshot:
    """Return one mirror for all who only read it: what is counted from it is counted once."""
    return snapshot()
