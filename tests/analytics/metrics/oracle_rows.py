"""The rows that measures look at, made of a log one by one; which are chosen, and in what group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from analytics.eventlog import EventLog
from analytics.metrics.selection import Selection

Row = dict[str, Any]
COHORTS = {"week": "%G-W%V", "month": "%Y-%m", "year": "%Y"}
MENDED_BY = {
    "hold_started": ("hold_ended",),
    "delivery_failed": ("available",),
    "images_unusable": ("images_usable", "located", "prepared"),
    "failure_noted": ("failure_recovered",),
}
"""What can fail, and what ends each failure."""
OF_REQUESTS = ("received", "requester_type", "legal_basis", "modality", "partner", "priority")


def is_failure(event: Row) -> bool:
    """Whether something went wrong for a reason that was said."""
    return event["activity"] in MENDED_BY and event["reason"] is not None


def seconds_lost(event: Row, later: Iterable[Row], *, is_live: bool) -> int | None:
    """Seconds from a failure to the first moment of what was written later and mends it."""
    if not is_failure(event):
        return None
    mends = MENDED_BY[event["activity"]]
    if is_live and event["activity"] == "hold_started":
        mends = (*mends, "available")
    ends = [
        other["occurred"]
        for other in later
        if other["activity"] in mends
        and (event["activity"] != "failure_noted" or other["reason"] == event["reason"])
    ]
    return min(ends) - event["occurred"] if ends else None


def acts(event: Row) -> bool:
    """Whether somebody of the house did it."""
    return event["by_person"] and event["actor"] not in (None, "requester")


def _last(events: Iterable[Row], name: str) -> str | None:
    return next((one[name] for one in reversed([*events]) if one[name] is not None), None)


def rows_of(log: EventLog) -> dict[str, list[Row]]:
    """Return the requests with their stories, their events, and their coming and going."""
    stories: dict[str, list[Row]] = {}
    for event in sorted(log.events.to_pylist(), key=lambda one: one["seq"]):
        stories.setdefault(event["request_id"], []).append(event)
    tables: dict[str, list[Row]] = {"requests": [], "events": [], "turns": []}
    for row in log.requests.to_pylist():
        story = stories.get(row["request_id"], [])
        request = row | {"now": log.as_of, "story": story} | _last_known(story)
        tables["requests"].append(request)
        tables["events"] += _told(row, story, is_live=log.is_live)
        tables["turns"] += _turns(request)
    return tables


def _last_known(story: list[Row]) -> Row:
    """How a request left the last time, and who of the house had it in hand last."""
    sent = [one for one in story if one["activity"] == "available"]
    found = {name: _last(sent, name) if sent else "not_delivered" for name in ("channel", "medium")}
    return found | {"staff_group": _last(filter(acts, story), "staff_group")}


def _told(row: Row, story: list[Row], *, is_live: bool) -> Iterator[Row]:
    facts = {name: row[name] for name in OF_REQUESTS}
    for place, event in enumerate(story):
        yield event | facts | {"lost": seconds_lost(event, story[place + 1 :], is_live=is_live)}


def _turns(request: Row) -> Iterator[Row]:
    if request["received"] is not None:
        yield request | {"turn": 1}
    if request["outcome"] is not None and request["ended"] is not None:
        yield request | {"turn": -1, "received": request["ended"]}
    elif request["outcome"] is not None and request["received"] is not None:
        yield request | {"turn": 0}


def day_of(row: Row, zone: str) -> date | None:
    """The day of receipt there."""
    if row["received"] is None:
        return None
    return datetime.fromtimestamp(row["received"], UTC).astimezone(ZoneInfo(zone)).date()


def is_chosen(row: Row, chosen: Selection) -> bool:
    """Whether a selection takes a row."""
    if chosen.facilities is not None and row["facility"] not in chosen.facilities:
        return False
    if chosen.since is not None or chosen.until is not None:
        day = day_of(row, chosen.zone)
        if day is None or day < (chosen.since or day) or day > (chosen.until or day):
            return False
    for name in ("direction", "requester_type"):
        if getattr(chosen, name) not in (None, row[name]):
            return False
    return all(word_of(row, name) in words for name, words in chosen.slices)


def word_of(row: Row, name: str) -> str:
    """The word of a slice; a blank one is unknown."""
    return "unknown" if row[name] is None else row[name]


def group_of(row: Row, by: str, zone: str) -> str:
    """The group of a row, by a word or by the period of its receipt."""
    if by not in COHORTS:
        return word_of(row, by)
    day = day_of(row, zone)
    return "unknown" if day is None else day.strftime(COHORTS[by])
